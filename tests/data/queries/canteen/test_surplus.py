"""A surplus that could serve: proposed above the threshold, told once by its own canteen, counted as saved."""

from __future__ import annotations

from datetime import date

import pytest

from data.access.rights import Person
from data.deposit.apply import apply
from data.deposit.edits import record
from data.queries.canteen.surplus import Allowed, allowed, left_over, saved
from data.selection import Selection
from data.settings import save
from data.store import Store

TODAY = date(2026, 3, 27)
KNOWN = """site_nom;site_type;date;prevision;reel
Bois;M;24/03/2026;100;70
Bois;M;26/03/2026;100;95
Bois;M;27/03/2026;100;80
Bois;M;05/03/2026;100;40
Clos;M;26/03/2026;100;60
"""
MANAGER = Person("g@ville.fr", "cantine", canteens=frozenset({"Bois"}))
CITY = Selection(date(2026, 3, 1), date(2026, 3, 31))


@pytest.fixture
def known(store: Store) -> Store:
    apply(store, "c.csv", b"cantine_nom;secteur\nBois;Nord\nClos;Sud\n", "mission")
    apply(store, "j.csv", KNOWN.encode(), "mission")
    return store


def use(**line: object) -> dict[str, object]:
    return {"cantine_nom": "Bois", "date": date(2026, 3, 24), "usage": "don", "association": "Resto", **line}


def test_a_large_surplus_of_the_last_days_is_proposed_until_it_is_told(known: Store) -> None:
    assert left_over(known, "Bois", TODAY) == {date(2026, 3, 27): 20, date(2026, 3, 24): 30}
    save(known, "max", "surplus_threshold", 25)
    assert left_over(known, "Bois", TODAY) == {date(2026, 3, 24): 30}
    save(known, "max", "surplus_threshold", 12)
    assert record(known, "surplus_uses", [use(repas_sauves=18, sauve_kg="6,5")], MANAGER).saved
    assert left_over(known, "Bois", TODAY)[date(2026, 3, 24)] == 12
    save(known, "max", "surplus_threshold", 25)
    assert left_over(known, "Bois", TODAY) == {}
    assert saved(known, CITY) == {"meals": 18, "kg": 6.5, "uses": 1}
    assert saved(known, Selection(CITY.start, CITY.end, district="Sud"))["uses"] == 0


def test_a_gift_names_its_association_and_a_canteen_is_known(known: Store) -> None:
    refused = record(known, "surplus_uses", [use(repas_sauves=5, association=None)], MANAGER)
    assert "sans association" in refused.refusals[0, "association"]
    doubted = record(known, "surplus_uses", [use(repas_sauves=5, cantine_nom="Nulle")], "mission")
    assert "n’est pas une cantine connue" in doubted.warnings[0]
    more = record(known, "surplus_uses", [use(repas_sauves=31)], MANAGER)
    assert "plus de repas sauvés" in more.refusals[0, "repas_sauves"]


def test_nobody_tells_it_for_another_canteen(known: Store) -> None:
    outcome = record(known, "surplus_uses", [use(repas_sauves=5, cantine_nom="Clos")], MANAGER)
    assert not outcome.saved
    assert "n’est pas une de vos cantines" in outcome.refusals[0, "cantine_nom"]
    assert saved(known, CITY)["uses"] == 0


def test_the_mission_sets_what_is_allowed(known: Store) -> None:
    assert allowed(known) == Allowed(1, ())
    save(known, "max", "surplus_reuse", 0)
    save(known, "max", "surplus_associations", "Resto ; Secours; ")
    assert allowed(known) == Allowed(0, ("Resto", "Secours"))
