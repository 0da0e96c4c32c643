"""A weighing campaign goes into the legal declaration as it is: known figures only, in ma-cantine's own fields."""

from __future__ import annotations

from datetime import date

import pytest

from data.deposit.apply import apply
from data.export.ma_cantine import NothingToDeclare, declaration, declaration_csv
from data.store import Store

WEIGHED = (
    "site_nom;site_type;date;reel;preparation_kg;non_servi_kg;restes_assiette_kg;restes_assiette_comestible_kg\n"
    "A;M;05/09/2016;100;1;2;3;2,5\n"
    "A;E;05/09/2016;50;0;1,5;2,25;2\n"
    "A;M;06/09/2016;80;1;2;3;3\n"
    "A;M;07/09/2016;80;1;;3;3\n"  # not served: not weighed
    "A;M;08/09/2016;;1;1;3;3\n"  # no covers
    "B;M;05/09/2016;9;9;9;9;\n"
)
PLACED = "site_nom;site_type;cantine_nom\nA;M;Les Tilleuls \nA;E;Les Tilleuls \nB;M;Ailleurs\n"


@pytest.fixture
def weighed(store: Store) -> Store:
    apply(store, "p.csv", WEIGHED.encode(), "agent")
    apply(store, "m.csv", PLACED.encode(), "agent")
    return store


def test_a_campaign_is_given_in_the_fields_of_ma_cantine(weighed: Store) -> None:
    found = declaration(weighed, "les tilleuls", date(2016, 9, 1), date(2016, 9, 30))
    answers = {answer.field: answer.value for answer in found.answers if answer.field}
    assert answers == {
        "period_start_date": date(2016, 9, 5),
        "period_end_date": date(2016, 9, 6),
        "meal_count": 230,
        "total_mass": 15.75,
        "is_sorted_by_source": True,
        "preparation_total_mass": 2.0,
        "preparation_is_sorted": False,
        "preparation_edible_mass": None,
        "preparation_inedible_mass": None,
        "unserved_total_mass": 5.5,
        "unserved_is_sorted": False,
        "unserved_edible_mass": None,
        "unserved_inedible_mass": None,
        "leftovers_total_mass": 8.25,
        "leftovers_is_sorted": True,
        "leftovers_edible_mass": 7.5,
        "leftovers_inedible_mass": 0.75,
    }
    assert (found.canteen, found.days, found.reliability) == ("Les Tilleuls ", 2, "insuffisante")
    assert any("2 pesée(s) incomplète(s)" in remark for remark in found.remarks)
    assert next(a.shown for a in found.answers if a.unit == "g/repas") == "68,5"


def test_a_place_never_weighed_stays_empty_and_is_never_zero(store: Store) -> None:
    apply(store, "p.csv", b"site_nom;site_type;date;reel;restes_assiette_kg\nA;M;05/09/2016;100;0\n", "agent")
    apply(store, "m.csv", b"site_nom;site_type;cantine_nom\nA;M;A\n", "agent")
    found = declaration(store, "A", date(2016, 9, 5), date(2016, 9, 5))
    answers = {answer.field: answer.value for answer in found.answers}
    assert (answers["preparation_total_mass"], answers["leftovers_total_mass"]) == (None, 0.0)
    assert answers["preparation_is_sorted"] is None
    assert any("Non pesé" in remark for remark in found.remarks)
    assert any("postérieure" in remark for remark in found.remarks)


@pytest.mark.parametrize(("days", "word"), [(3, "insuffisante"), (4, "minimale"), (5, "conforme"), (20, "complète")])
def test_reliability_follows_the_national_protocol(store: Store, days: int, word: str) -> None:
    lines = "".join(f"A;M;{day:02d}/09/2016;10;1;1;1\n" for day in range(1, days + 1))
    header = "site_nom;site_type;date;reel;preparation_kg;non_servi_kg;restes_assiette_kg\n"
    apply(store, "p.csv", (header + lines).encode(), "agent")
    apply(store, "m.csv", b"site_nom;site_type;cantine_nom\nA;M;A\n", "agent")
    assert declaration(store, "A", date(2016, 9, 1), date(2016, 9, 30)).reliability == word


def test_an_unknown_canteen_gets_the_nearest_names_and_an_empty_period_says_so(weighed: Store) -> None:
    with pytest.raises(NothingToDeclare, match=r"Les plus proches.*Les Tilleuls"):
        declaration(weighed, "Tilleul", date(2016, 9, 1), date(2016, 9, 30))
    with pytest.raises(NothingToDeclare, match="Aucune pesée complète"):
        declaration(weighed, "Les Tilleuls", date(2017, 9, 1), date(2017, 9, 30))


def test_the_declaration_opens_right_in_french_excel(weighed: Store) -> None:
    text = declaration_csv(declaration(weighed, "Les Tilleuls", date(2016, 9, 1), date(2016, 9, 30)))
    assert text.startswith(b"\xef\xbb\xbfquestion;reponse;unite;champ_ma_cantine\r\n")
    assert "Restes assiettes\u00a0: total;8,25;kg;leftovers_total_mass" in text.decode()
