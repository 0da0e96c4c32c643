"""A log that says what cannot be is doubted, never refused; what is only unusual is left alone."""

from __future__ import annotations

import pytest

from data.deposit.apply import Finding, apply, preview
from data.deposit.report import Findings
from data.store import Store

HEADER = "site_nom;site_type;date;prevision;reel\n"
MAPPING = b"site_nom;site_type;cantine_nom\nA;M;GRANDE\nB;E;GRANDE\n"
SCHOOLS = b"ecole;cantine_nom\nLes Lilas;GRANDE\nLes Ormes;GRANDE\n"
LILAS, ORMES = "Les Lilas;2016-2017;100\n", "Les Ormes;2016-2017;50\n"


def doubts(store: Store, *lines: str) -> list[str]:
    content = (HEADER + "".join(f"{line}\n" for line in lines)).encode()
    return [finding.reason.replace("\u00a0", " ") for finding in preview(store, "j.csv", content).warnings]


def with_pupils(store: Store, enrolments: str) -> None:
    for content in (MAPPING, SCHOOLS, ("ecole;annee_scolaire;effectif\n" + enrolments).encode()):
        apply(store, "f.csv", content, "agent")


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("22/12/2016", "un jour sans école (vacances de Noël)"),
        ("17/04/2017", "un jour sans école (vacances de printemps)"),
        ("16/05/2016", "un jour sans école (jour férié : lundi de Pentecôte)"),
        ("25/09/2016", "un dimanche"),
    ],
)
def test_a_service_on_a_day_without_school_is_doubted_and_the_day_named(store: Store, day: str, why: str) -> None:
    assert doubts(store, f"A;M;{day};10;9") == [f"A · M · {day} : service {why}"]


def test_a_wednesday_and_a_holiday_of_zeros_are_not_doubted(store: Store) -> None:
    assert doubts(store, "A;M;21/09/2016;10;9", "A;M;22/12/2016;0;0", "A;M;25/09/2016;;") == []


def test_more_meals_than_pupils_are_doubted_over_all_the_service_points_of_the_canteen(store: Store) -> None:
    with_pupils(store, LILAS + ORMES)
    apply(store, "j.csv", (HEADER + "B;E;22/09/2016;60;60\n").encode(), "agent")
    assert doubts(store, "A;M;22/09/2016;90;90") == []
    assert doubts(store, "A;M;22/09/2016;90;91") == [
        "A · M · 22/09/2016 : 151 repas servis à la cantine « GRANDE » pour 150 élèves inscrits"
    ]
    assert doubts(store, "A;M;22/09/2016;95;90", "B;E;22/09/2016;56;60") == [
        "A · M · 22/09/2016 : 151 repas prévus à la cantine « GRANDE » pour 150 élèves inscrits"
    ]


def test_meals_are_not_compared_with_the_pupils_of_some_schools_only_nor_of_another_year(store: Store) -> None:
    with_pupils(store, LILAS)
    assert doubts(store, "A;M;22/09/2016;900;900") == []
    apply(store, "e.csv", ("ecole;annee_scolaire;effectif\n" + ORMES).encode(), "agent")
    assert len(doubts(store, "A;M;22/09/2016;900;900")) == 2
    assert doubts(store, "A;M;21/09/2017;900;900") == []


def test_many_findings_are_kept_as_a_table_and_read_one_by_one() -> None:
    findings = Findings.of(Finding(line, "reel", f"« {line} » : un doute") for line in range(2, 12))
    assert (len(findings), findings[-1].line, [found.line for found in findings[:3]]) == (10, 11, [2, 3, 4])
    assert findings[0] == Finding(2, "reel", "« 2 » : un doute")
    assert findings[1:1] == []
    assert findings.table["reason"][0].as_py() == findings[0].reason
