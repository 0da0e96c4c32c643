"""Exports of ma-cantine, GLPI and the ministry are read as what they mean; so are units and names, as people write."""

from __future__ import annotations

import pytest

from data.deposit.apply import DepositRefused, apply, preview
from data.store import Store
from tests.conftest import REAL_DATA

CASES = REAL_DATA / "public_cases"
SCHOOLS = b"ecole;cantine_nom\nLILAS MATERNELLE;LES LILAS\nLILAS ELEMENTAIRE;LES LILAS\n"
LOG = "site_nom;site_type;date;prevision;reel;restes_assiette_kg\n"


def rows(store: Store, question: str) -> list[tuple[object, ...]]:
    with store.scratch() as cursor:
        return cursor.execute(question).fetchall()


@pytest.mark.usefixtures("nantes")
def test_the_activity_of_ma_cantine_is_no_district(store: Store) -> None:
    assert apply(store, "c.csv", (CASES / "macantine_secteurs.csv").read_bytes(), "agent").accepted == 2
    known = rows(store, "SELECT name, kind, district FROM canteens ORDER BY name")
    assert known == [("Les Lilas", "M/E", None), ("Les Tilleuls", "M/E", None)]


def test_a_district_stays_one_and_other_audiences_are_no_canteens_of_ours(store: Store) -> None:
    apply(store, "c.csv", "cantine;secteur\nLes Lilas;Nord\nLes Ormes;Écoles Sud\nLes Ifs;Est\n".encode(), "agent")
    apply(store, "d.csv", "cantine,Secteur\nLes Pins,École maternelle\nBébés,Crèche\n".encode(), "agent")
    assert rows(store, "SELECT name, kind, district FROM canteens ORDER BY name") == [
        ("Les Ifs", None, "Est"),
        ("Les Lilas", None, "Nord"),
        ("Les Ormes", None, "Écoles Sud"),
        ("Les Pins", "M", None),
    ]


def test_an_export_of_glpi_assets_and_one_of_its_tickets_are_read(store: Store) -> None:
    apply(store, "s.csv", SCHOOLS, "agent")
    assets = (
        '"Nom";"Statut";"Fabricant";"Numéro de série";"Type";"Modèle";"Lieu";"Dernière modification"\n'
        '"PC-1";"En production";"Dell";"A1";"Portable";"L5";"Ville > Lilas maternelle > Bureau";"2026-05-12 08:30"\n'
    )
    apply(store, "a.csv", assets.encode(), "agent")
    assert rows(store, "SELECT device, school, kind, state FROM devices") == [
        ("PC-1", "LILAS MATERNELLE", "ordinateur portable", "en service")
    ]
    tickets = (
        '"ID";"Titre";"Statut";"Date d\'ouverture";"Priorité";"Catégorie";"Lieu";"Date de clôture"\n'
        '"2529";"Écran";"Clos";"2026-05-10 08:30";"Basse";"Matériel > Tablette";"LILAS MATERNELLE";"2026-05-12 9:00"\n'
    )
    apply(store, "t.csv", tickets.encode(), "agent")
    assert rows(store, "SELECT ticket, topic, asked_on::VARCHAR, solved_on::VARCHAR FROM tickets") == [
        ("2529", "matériel", "2026-05-10", "2026-05-12")
    ]


def test_the_pupils_of_the_ministry_are_those_of_our_schools(store: Store) -> None:
    apply(store, "s.csv", SCHOOLS, "agent")
    header = (
        "Rentrée scolaire;Commune;Numéro de l'école;Dénomination principale;Patronyme;Secteur;Nombre total d'élèves\n"
    )
    lines = [
        "2025;NANTES;0440001A;ECOLE MATERNELLE PUBLIQUE;LILAS;PUBLIC;113",
        "2025;NANTES;0440002B;ECOLE ELEMENTAIRE PUBLIQUE;LILAS;PUBLIC;154 élèves",
        "2025;REZE;0440003C;ECOLE MATERNELLE PUBLIQUE;LILAS;PUBLIC;99",
    ]
    report = apply(store, "e.csv", (header + "\n".join(lines)).encode(), "agent")
    assert (report.accepted, report.without_measure, report.rejected_lines) == (2, 1, 0)
    assert rows(store, "SELECT school, school_year, pupils FROM enrolments ORDER BY pupils") == [
        ("LILAS MATERNELLE", "2025-2026", 113),
        ("LILAS ELEMENTAIRE", "2025-2026", 154),
    ]


def test_a_canteen_s_own_name_is_recognised_and_a_label_close_to_it_is_proposed(store: Store) -> None:
    apply(store, "c.csv", b"cantine_nom;cantine_type\nLES BLEUETS;M\nAUTRE;E\n", "agent")
    content = (LOG + "Les Bleuets;M;07/09/2026;120;118;\nBLEUET;M;07/09/2026;20;18;\n").encode()
    report = apply(store, "j.csv", content, "agent")
    assert [row["canteens"][:1] for row in report.unknown_labels.to_dict("records")] == [
        ["LES BLEUETS"],
        ["LES BLEUETS"],
    ]
    assert "est le nom d’une cantine" in report.warnings[0].reason
    assert rows(store, "SELECT site, canteen FROM service_points ORDER BY site") == [
        ("BLEUET", None),
        ("Les Bleuets", "LES BLEUETS"),
    ]


def test_the_choice_of_the_depositor_comes_before_a_canteen_s_own_name(store: Store) -> None:
    apply(store, "c.csv", b"cantine_nom;cantine_type\nLES BLEUETS;M\n", "agent")
    apply(store, "c.csv", b"cantine_nom;cantine_type\nAUTRE;E\n", "agent")
    apply(store, "j.csv", (LOG + "LES BLEUETS;M;07/09/2026;1;1;\n").encode(), "agent", {("LES BLEUETS", "M"): None})
    assert rows(store, "SELECT canteen FROM service_points") == [(None,)]


def test_a_unit_is_read_where_it_agrees_with_its_column_and_doubted_where_not(store: Store) -> None:
    lines = "A;M;07/09/2026;120 repas;118 couverts;1,5 kg\nB;M;07/09/2026;1,5 kg;118;120 repas\n"
    report = apply(store, "j.csv", (LOG + lines).encode(), "agent")
    assert rows(store, "SELECT meals_planned, meals_served, leftovers_kg FROM services") == [(120, 118, 1.5)]
    reasons = [(found.column, found.reason.replace("\u00a0", " ")) for found in report.rejected]
    assert reasons == [
        ("prevision", "« 1,5 kg » est en kg, mais cette colonne est en repas : vérifiez la colonne"),
        ("restes_assiette_kg", "« 120 repas » est en repas, mais cette colonne est en kg : vérifiez la colonne"),
    ]


@pytest.mark.parametrize(
    ("titles", "hint"),
    [
        ("ecole;couleur;ville", False),
        ("type;couleur;libelle", False),
        ("site_nom;date;reel", True),
    ],
)
def test_a_kind_is_named_as_the_nearest_only_when_most_of_its_columns_are_there(
    store: Store, titles: str, hint: bool
) -> None:
    with pytest.raises(DepositRefused) as refusal:
        preview(store, "x.csv", f"{titles}\na;b;c\n".encode())
    assert ("Le plus proche est" in str(refusal.value)) == hint


def test_a_label_that_reads_like_a_known_one_is_told_since_its_meals_would_add_up(store: Store) -> None:
    header = "site_nom;site_type;date;prevision;reel\n"
    apply(store, "c.csv", b"cantine_nom;cantine_type\nAUTRE;E\n", "agent")
    apply(store, "j.csv", (header + "LES BLEUETS;M;07/09/2026;120;118\n").encode(), "agent")
    content = header + "Les  Bleuets;M;07/09/2026;120;118\nBleuets;M;08/09/2026;1;1\n"
    report = apply(store, "k.csv", content.encode(), "agent")
    assert report.unknown_labels["alike"].tolist() == ["LES BLEUETS", None]
    assert "s’écrit presque comme «\u00a0LES BLEUETS\u00a0» (M)" in report.warnings[0].reason
