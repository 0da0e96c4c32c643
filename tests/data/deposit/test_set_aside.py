"""What is not for the schools of Nantes is set aside, counted, and never compared with what is; calendars are read."""

from __future__ import annotations

import pytest

from data.calendar.school import service_days
from data.deposit.apply import DepositRefused, apply, preview
from data.store import Store
from tests.conftest import REAL_DATA

CASES = REAL_DATA / "public_cases"
SCDL = "menuRestaurantNom,menuRestaurantType,menuRestaurantConvive,menuDate,menuRepasType,menuPlatType,menuPlatNom\n"
OFFICIAL = "Description;Population;Date de début;Date de fin;Académies;Zones;annee_scolaire\n"


def holidays(store: Store) -> list[tuple[str, str, str]]:
    events = store.read("SELECT label, starts_on::DATE::VARCHAR, ends_on::DATE::VARCHAR FROM events ORDER BY 2, 1")
    return list(events.itertuples(index=False, name=None))


@pytest.mark.usefixtures("nantes")
def test_the_menu_of_the_schools_has_no_dish_of_an_ehpad_nor_of_a_creche(store: Store) -> None:
    report = apply(store, "m.csv", (CASES / "scdl_plusieurs_publics.csv").read_bytes(), "agent")
    assert (report.lines, report.accepted, report.without_measure, report.rejected_lines) == (5, 2, 3, 0)
    assert sorted(store.read("SELECT dish FROM menus")["dish"]) == ["Poisson pané", "Pomme"]
    assert [found.line for found in report.warnings if "mise de côté" in found.reason] == [4, 5, 6]


@pytest.mark.parametrize(
    ("name", "place", "audience", "ours"),
    [
        ("Restaurants scolaires", "autre", "tous", True),
        ("École Jules Verne", "élémentaire", "petite section;grande section", True),
        ("Self", "centre de loisirs", "enfants", True),
        ("Cuisine centrale", "maternelle;élémentaire", "scolaires;adultes", True),
        ("Collège des Ormes", "collège", "tous", False),
        ("Mairie", "administration", "agents municipaux", False),
        ("Portage", "repas à domicile", "personnes âgées", False),
        ("École Jules Verne", "élémentaire", "adultes", False),
        ("Multi-accueil Les Lutins", "autre", "tous", False),
        ("Résidence autonomie", "résidence sénior", "", False),
    ],
)
def test_a_menu_is_the_schools_own_by_its_audience_then_its_place(
    store: Store, name: str, place: str, audience: str, ours: bool
) -> None:
    line = f'"{name}","{place}","{audience}",2026-12-01,déjeuner,dessert,Flan\n'
    report = preview(store, "m.csv", (SCDL + line).encode())
    assert (report.accepted, report.without_measure) == ((1, 0) if ours else (0, 1))


def test_a_menu_in_the_format_of_the_city_says_for_whom_too(store: Store) -> None:
    lines = "date;rang;plat;public\n01/12/2026;2;Rôti;écoles\n01/12/2026;2;Hachis;seniors\n"
    report = preview(store, "m.csv", lines.encode())
    assert (report.accepted, report.without_measure, report.rejected_lines) == (1, 1, 0)


@pytest.mark.usefixtures("nantes")
def test_zone_b_is_read_whole_beside_the_two_others(store: Store) -> None:
    report = apply(store, "v.csv", (CASES / "vacances_trois_zones.csv").read_bytes(), "agent")
    assert (report.lines, report.accepted, report.without_measure, report.rejected_lines) == (8, 3, 5, 0)
    assert [(start, end) for _, start, end in holidays(store)] == [
        ("2028-10-21", "2028-11-05"),
        ("2028-12-23", "2029-01-07"),
        ("2029-02-10", "2029-02-25"),
    ]


@pytest.mark.usefixtures("nantes")
def test_the_day_of_return_of_the_official_calendar_is_a_day_of_school(store: Store) -> None:
    report = apply(store, "v.csv", (CASES / "vacances_jour_de_reprise.csv").read_bytes(), "agent")
    assert (report.accepted, report.rejected_lines) == (2, 0)
    days = [end for _, _, end in holidays(store)]
    assert days == ["2028-11-05", "2029-03-04"]
    first, last = (date.date() for date in store.read("SELECT DATE '2028-11-02' AS a, DATE '2028-11-06' AS b").iloc[0])
    assert [day.isoformat() for day in service_days(store, first, last)] == ["2028-11-06"]
    assert any("jour de la reprise" in found.reason for found in report.warnings)


def test_corsica_teachers_and_days_of_return_are_set_aside(store: Store) -> None:
    lines = [
        "Vacances de la Toussaint;-;2028-10-20T22:00:00+00:00;2028-11-05T23:00:00+00:00;Nantes;Zone B;2028-2029",
        "Vacances de la Toussaint;-;2028-10-27T22:00:00+00:00;2028-11-12T23:00:00+00:00;Corse;Corse;2028-2029",
        "Vacances d'Été;Enseignants;2029-07-06T22:00:00+00:00;2029-08-29T22:00:00+00:00;Nantes;Zone B;2028-2029",
        "Vacances d'Été;Élèves;2029-07-06T22:00:00+00:00;2029-09-02T22:00:00+00:00;Nantes;Zone B;2028-2029",
        "Prérentrée des enseignants;-;2028-08-30T22:00:00+00:00;;Nantes;Zone B;2028-2029",
        "Rentrée scolaire des élèves;-;2028-08-31T22:00:00+00:00;;Nantes;Zone B;2028-2029",
        "Début des Vacances d'Été;-;2029-07-06T22:00:00+00:00;;Nantes;Zone B;2028-2029",
    ]
    report = apply(store, "v.csv", (OFFICIAL + "\n".join(lines)).encode(), "agent")
    assert (report.kind, report.accepted, report.without_measure, report.rejected_lines) == ("holidays", 2, 5, 0)
    assert holidays(store) == [
        ("Vacances de la Toussaint", "2028-10-21", "2028-11-05"),
        ("Vacances d'Été", "2029-07-07", "2029-09-02"),
    ]


def test_ends_written_as_last_days_stay_as_they_are(store: Store) -> None:
    lines = "vacances_nom;date_debut;date_fin\nToussaint;21/10/2028;05/11/2028\nNoël;23/12/2028;07/01/2029\n"
    apply(store, "v.csv", lines.encode(), "agent")
    assert [end for *_, end in holidays(store)] == ["2028-11-05", "2029-01-07"]


def test_a_school_year_under_200_days_is_doubted_and_holidays_never_pass_for_one(store: Store) -> None:
    header = "annee_scolaire;date_debut;date_fin\n"
    report = preview(store, "a.csv", (header + "2028-2029;01/09/2028;31/01/2029\n").encode())
    assert report.accepted == 1
    assert "153 jours, moins de 200" in report.warnings[0].reason
    whole_year = preview(store, "a.csv", (header + "2028-2029;2028-09-01;2029-07-06\n").encode())
    assert list(whole_year.warnings) == []
    with pytest.raises(DepositRefused, match="période de vacances, pas une année scolaire"):
        apply(store, "a.csv", (header + "2028-2029;21/10/2028;06/11/2028\n").encode(), "agent")
