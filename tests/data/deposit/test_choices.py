"""Lines that only an unread column tells apart, dates a day early: never halved nor shifted silently, decided once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data.deposit.apply import DepositRefused, DepositReport, apply, preview
from data.deposit.choices import AS_WRITTEN, NEXT_DAY, NO_CHOICE, Choices, in_words
from data.deposit.undo import redo, undo
from data.store import Store

TWO_SERVICES = (
    "ecole;type;date;service;repas_prevus;repas_servis\n"
    "Les Tilleuls;E;21/05/2026;1er service;60;58\nLes Tilleuls;E;21/05/2026;2e service;60;58\n"
)
TWO_BINS = (
    "site_nom;site_type;date;couverts;bac;restes_assiette_kg\n"
    "Les Tilleuls;E;21/05/2026;118;bac 1;4,5\nLes Tilleuls;E;21/05/2026;118;bac 2;4,5\n"
    "Les Tilleuls;E;22/05/2026;115;bac 1;4,1\nLes Tilleuls;E;22/05/2026;115;bac 2;3,2\n"
)
TWO_MEALS = (
    "site_nom;site_type;date;repas;prevision;reel\n"
    "A;M;21/05/2026;petit déjeuner;20;18\nA;M;21/05/2026;déjeuner;72;68\nA;M;22/05/2026;petit déjeuner;20;19\n"
)
TWO_LEVELS = "ecole;annee_scolaire;niveau;effectif\nA;2026-2027;maternelle;60\nA;2026-2027;élémentaire;120\n"
TWO_GROUPS = (
    "date;ecole;atelier;groupe;places_prevues;presents\n"
    "20/05/2026;A;Prise en main;1;10;9\n20/05/2026;A;Prise en main;2;10;9\n"
)
MEALS = "SELECT date::VARCHAR, meals_planned, meals_served, leftovers_kg FROM services ORDER BY date"


def examined(store: Store, text: str, choices: Choices = NO_CHOICE) -> DepositReport:
    return preview(store, "f.csv", text.encode(), choices=choices)


def applied(store: Store, text: str, choices: Choices) -> DepositReport:
    return apply(store, "f.csv", text.encode(), "test", choices=choices)


def rows(store: Store, query: str = MEALS) -> list[tuple[object, ...]]:
    with store.scratch() as cursor:
        return cursor.execute(query).fetchall()


@pytest.mark.parametrize(
    ("text", "column", "values"),
    [
        (TWO_SERVICES, "service", ("1er service", "2e service")),
        (TWO_BINS, "bac", ("bac 1", "bac 2")),
        (TWO_MEALS, "repas", ("petit déjeuner", "déjeuner")),
        (TWO_LEVELS, "niveau", ("maternelle", "élémentaire")),
        (TWO_GROUPS, "groupe", ("1", "2")),
    ],
)
def test_nothing_is_halved_silently_the_column_is_named_and_both_ways_are_offered(
    store: Store, text: str, column: str, values: tuple[str, ...]
) -> None:
    report = examined(store, text)
    alike = [finding for finding in report.rejected if finding.column == column]
    assert len(alike) >= 2
    assert all(f"«\u00a0{column}\u00a0»" in finding.reason and "additionner" in finding.reason for finding in alike)
    assert report.splits[0].column == column
    assert {value for value, _ in report.splits[0].values} == set(values)
    assert not any("gardez une seule valeur" in finding.reason for finding in report.rejected)
    # Corrected and deposited again, these lines keep the column that tells them apart.
    assert column in report.rejected_rows.columns


def test_two_services_are_added_up_to_120_meals_planned_and_116_served(store: Store) -> None:
    report = applied(store, TWO_SERVICES, examined(store, TWO_SERVICES).splits[0].add_up())
    assert (report.lines, report.accepted, report.rejected_lines) == (2, 2, 0)
    assert rows(store) == [("2026-05-21", 120, 116, None)]


def test_two_bins_are_added_up_and_the_meals_they_repeat_are_counted_once(store: Store) -> None:
    report = applied(store, TWO_BINS, Choices("Bac"))
    assert report.accepted == 4
    assert rows(store) == [("2026-05-21", None, 118, 9.0), ("2026-05-22", None, 115, 7.3)]


def test_whoever_knows_better_says_which_measures_are_repeated(store: Store) -> None:
    applied(store, TWO_BINS, Choices("bac", once=()))
    assert rows(store) == [("2026-05-21", None, 236, 9.0), ("2026-05-22", None, 230, 7.3)]


def test_only_the_lunches_are_kept_and_the_breakfasts_are_counted_apart(store: Store) -> None:
    report = applied(store, TWO_MEALS, Choices("repas", kept="déjeuner"))
    assert (report.lines, report.accepted) == (1, 1)
    assert rows(store) == [("2026-05-21", 72, 68, None)]
    assert any("2 lignes mises de côté" in finding.reason for finding in report.warnings)


def test_the_levels_of_a_school_add_up_to_180_pupils(store: Store) -> None:
    applied(store, TWO_LEVELS, Choices("niveau"))
    assert rows(store, "SELECT pupils FROM enrolments") == [(180,)]


def test_a_choice_is_recorded_and_gives_the_same_when_undone_redone_or_deposited_again(store: Store) -> None:
    choice = Choices("bac", once=("reel",))
    applied(store, TWO_BINS, choice)
    known = rows(store)
    [(number, recorded)] = rows(store, "SELECT deposit_id, choices FROM deposits")
    assert json.loads(str(recorded)) == {"column": "bac", "once": ["reel"]}
    assert in_words(recorded) == ["lignes distinguées par «\u00a0bac\u00a0» additionnées (sauf reel)"]
    assert applied(store, TWO_BINS, choice).unchanged == 4
    undo(store, int(str(number)), "test")
    assert rows(store) == []
    redo(store, int(str(number)), "test")
    assert rows(store) == known


def test_a_service_that_lacks_a_figure_has_no_sum(store: Store) -> None:
    report = applied(store, TWO_SERVICES.replace("2e service;60;58", "2e service;60;NA"), Choices("service"))
    assert rows(store) == [("2026-05-21", 120, None, None)]
    assert any(finding.column == "reel" and "somme est inconnue" in finding.reason for finding in report.warnings)


def test_a_comment_may_tell_two_services_apart(store: Store) -> None:
    text = TWO_SERVICES.replace(";service;", ";commentaire;").replace("2e service;60;58", "2e service;50;49")
    assert examined(store, text).splits[0].column == "commentaire"
    applied(store, text, Choices("commentaire"))
    assert rows(store) == [("2026-05-21", 110, 107, None)]


def test_the_column_with_the_fewest_values_is_named_before_a_number_of_line(store: Store) -> None:
    text = TWO_BINS.replace(";bac;", ";pesee;bac;")
    for number, line in enumerate(("118;bac 1", "118;bac 2", "115;bac 1", "115;bac 2")):
        text = text.replace(line, f"{line[:4]}P{number};{line[4:]}")
    assert [split.column for split in examined(store, text).splits] == ["bac", "pesee"]


def test_lines_equal_everywhere_count_once_and_contradictions_name_what_differs(store: Store) -> None:
    head = "site_nom;site_type;date;service;reel\n"
    report = examined(store, head + "A;M;21/05/2026;1;58\nA;M;21/05/2026;1;58\n")
    assert (report.accepted, report.unchanged, report.splits) == (1, 1, ())
    report = examined(store, head + "A;M;21/05/2026;1;58\nA;M;21/05/2026;1;60\n")
    assert report.rejected_lines == 2
    assert "«\u00a0reel\u00a0» n’y est pas le même" in report.rejected[0].reason


def test_a_column_or_a_value_that_the_file_does_not_have_is_refused(store: Store) -> None:
    with pytest.raises(DepositRefused, match="n’a pas de colonne"):
        examined(store, TWO_SERVICES, Choices("tour"))
    with pytest.raises(DepositRefused, match="Aucune ligne n’a"):
        examined(store, TWO_SERVICES, Choices("service", kept="3e service"))


HOURS = ("2026-09-06 22:00:00", "06/09/2026 22:00", "2026-09-06T23:00", "06/09/2026 23h59", "46271,99944444445")


@pytest.mark.parametrize("written", HOURS)
def test_dates_that_are_all_late_in_the_evening_are_doubted_until_somebody_decides(store: Store, written: str) -> None:
    text = f"site_nom;site_type;date;reel\nA;M;{written};58\n"
    report = examined(store, text)
    assert report.rejected_lines == 1
    assert "lendemain" in report.rejected[0].reason
    assert report.early_columns == {"date": written}
    applied(store, text, Choices(early_dates=NEXT_DAY))
    assert [day for day, *_ in rows(store)] == ["2026-09-07"]
    applied(store, text, Choices(early_dates=AS_WRITTEN))
    assert [day for day, *_ in rows(store)] == ["2026-09-06", "2026-09-07"]


@pytest.mark.parametrize("others", ["2026-09-07 12:30", "2026-09-07T22:00:00Z"])
def test_true_times_and_true_universal_times_leave_no_doubt(store: Store, others: str) -> None:
    report = examined(store, f"site_nom;site_type;date;reel\nA;M;{others};58\n")
    assert (report.accepted, report.early_columns) == (1, {})


@pytest.mark.parametrize(
    ("name", "choices", "meals"),
    [
        ("deux_services_egaux.csv", Choices("service"), 116),
        ("pesees_deux_bacs.csv", Choices("bac"), 118 + 115),
        ("sheetjs_23h59.xlsx", Choices(early_dates=NEXT_DAY), 423),
    ],
)
def test_the_public_files_wait_for_a_choice_then_give_their_meals(
    store: Store, public_cases: Path, name: str, choices: Choices, meals: int
) -> None:
    content = (public_cases / name).read_bytes()
    report = preview(store, name, content)
    assert report.rejected_lines == report.lines
    apply(store, name, content, "test", choices=choices)
    assert rows(store, "SELECT sum(meals_served)::INTEGER, count(*) FILTER (isodow(date) > 5) FROM services") == [
        (meals, 0)
    ]
