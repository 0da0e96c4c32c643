"""Each kind of file takes what people really have, says what it refuses, and has a model that Excel opens right."""

from __future__ import annotations

import io
import json
from datetime import date, datetime

import openpyxl
import pytest

from data.calendar.event_kinds import EVENT_KINDS
from data.deposit.apply import DepositRefused, apply, preview
from data.export.templates import FORMS, Form, empty_model, filled_example, template_name
from data.kinds import FOLDER, kinds
from data.kinds.records import RECORD_TABLES
from data.store import Store


def rows(store: Store, question: str) -> list[tuple[object, ...]]:
    with store.scratch() as cursor:
        return cursor.execute(question).fetchall()


# ---------------------------------------------------------------- the edible part of weighings
LOG = "site_nom;site_type;date;reel;preparation_kg;preparation_comestible_kg\n"


def test_the_edible_part_of_a_weighing_is_kept_beside_its_total(store: Store) -> None:
    report = apply(store, "j.csv", (LOG + "A;M;01/09/2016;50;2,5;1,25\nB;M;01/09/2016;50;2,5;\n").encode(), "agent")
    assert (report.accepted, report.rejected) == (2, [])
    found = rows(store, "SELECT preparation_kg, preparation_edible_kg FROM located_services ORDER BY site")
    assert found == [(2.5, 1.25), (2.5, None)]


def test_an_edible_part_above_its_total_or_without_it_is_rejected_with_both_figures(store: Store) -> None:
    lines = "A;M;01/09/2016;50;2,5;2,75\nB;M;01/09/2016;50;;1\nC;M;01/09/2016;50;1;1\n"
    report = preview(store, "j.csv", (LOG + lines).encode())
    assert [(found.line, found.column) for found in report.rejected] == [
        (2, "preparation_comestible_kg"),
        (3, "preparation_comestible_kg"),
    ]
    assert "2,75" in report.rejected[0].reason
    assert "2,5" in report.rejected[0].reason
    assert "sans la masse totale" in report.rejected[1].reason
    assert report.accepted == 1


def test_an_edible_part_above_a_total_since_corrected_is_no_longer_known(store: Store) -> None:
    apply(store, "j.csv", (LOG + "A;M;01/09/2016;50;5;4\n").encode(), "agent")
    apply(store, "k.csv", (LOG + "A;M;01/09/2016;50;3;\n").encode(), "agent")
    assert rows(store, "SELECT preparation_kg, preparation_edible_kg FROM services") == [(3.0, None)]


@pytest.mark.parametrize("content", ["probabilite;risque\nMoyenne;Amiante\n", "impact;risque\nmoyenne;Amiante\n"])
def test_a_value_of_its_column_is_no_total_though_it_is_written_as_one(store: Store, content: str) -> None:
    report = apply(store, "r.csv", content.encode(), "agent")
    assert (report.accepted, list(report.warnings)) == (1, [])


# ---------------------------------------------------------------- events
def test_events_are_read_whatever_the_case_and_accents_of_their_type(store: Store) -> None:
    lines = "Sortie;21/05/2026;;A;Zoo\nFETE;22/05/2026;23/05/2026;;\ngreve;28/05/2026;;;\n"
    report = apply(store, "e.csv", f"type;date_debut;date_fin;cantine_nom;libelle\n{lines}".encode(), "agent")
    assert (report.kind, report.accepted, report.rejected) == ("events", 3, [])
    assert rows(store, "SELECT kind, ends_on, canteen, label FROM events ORDER BY starts_on") == [
        ("outing", date(2026, 5, 21), "A", "Zoo"),
        ("feast", date(2026, 5, 23), None, None),
        ("strike", date(2026, 5, 28), None, None),
    ]
    assert [found.column for found in report.warnings] == ["cantine_nom"]


def test_an_event_that_ends_before_it_starts_or_of_an_unknown_type_is_rejected(store: Store) -> None:
    lines = "sortie;21/05/2026;20/05/2026\nkermesse;21/05/2026;\nsortie;21/05/2026;21/05/2026\n"
    report = preview(store, "e.csv", f"type;debut;fin\n{lines}".encode())
    assert [(found.line, found.column) for found in report.rejected] == [(2, "date_fin"), (3, "type")]
    assert ", ".join(EVENT_KINDS) in report.rejected[1].reason


def test_the_same_events_again_change_nothing(store: Store) -> None:
    content = "type;date_debut\ngrève;21/05/2026\n".encode()
    apply(store, "e.csv", content, "agent")
    assert apply(store, "e.csv", content, "agent").nothing_to_do


EFFECTS = "type;date_debut;cantine_nom;libelle;Effet attendu (repas);Effet attendu (%)\n"


def effects(store: Store) -> list[tuple[object, ...]]:
    return rows(store, "SELECT kind, canteen, effect_meals, effect_percent FROM events ORDER BY ALL")


def test_the_expected_effect_of_an_event_is_in_meals_or_in_percent_never_in_both(store: Store) -> None:
    lines = (
        "sortie;21/05/2026;A;;-25;\ngrève;21/05/2026;;;;-30 %\nsortie;22/05/2026;A;;-25;-30\nsortie;22/05/2026;;;-25;\n"
        "fermeture;22/05/2026;A;;-25;\nsortie;22/05/2026;B;;;-100\nfête;22/05/2026;B;;;0,3\n"
    )
    report = apply(store, "e.csv", (EFFECTS + lines).encode(), "agent")
    assert effects(store) == [
        ("feast", "B", None, 0.3),
        ("outing", "A", -25, None),
        ("strike", None, None, -30.0),
    ]
    reasons = {found.line: found.reason for found in report.rejected}
    assert set(reasons) == {4, 5, 6, 7}
    assert "pas les deux" in reasons[4]
    assert "pour toute la ville, indiquez-le en pour cent" in reasons[5]
    assert "veut dire aucun repas" in reasons[6]
    assert "inférieur au minimum, -99" in reasons[7]
    assert ["moins d’un pour cent" in found.reason for found in report.warnings if found.line == 8] == [False, True]


def test_an_event_of_another_kind_is_only_its_effect_and_says_when_it_is_missing(store: Store) -> None:
    lines = "autre;21/05/2026;A;12 stagiaires;12;\nautre;21/05/2026;A;Classe accueillie;;\nautre;22/05/2026;;;;-5\n"
    report = apply(store, "e.csv", (EFFECTS + lines).encode(), "agent")
    assert effects(store) == [("other", "A", 12, None), ("other", None, None, -5.0)]
    assert [found.line for found in report.rejected] == [3]
    assert "combien de repas en plus ou en moins" in report.rejected[0].reason


def test_the_last_effect_told_of_an_event_counts_and_one_not_told_erases_nothing(store: Store) -> None:
    for lines in ("sortie;21/05/2026;A;Zoo;-25;\n", "sortie;21/05/2026;A;Zoo;;-30\n", "sortie;21/05/2026;A;Zoo;;\n"):
        report = apply(store, "e.csv", (EFFECTS + lines).encode(), "agent")
    assert effects(store) == [("outing", "A", None, -30.0)]
    assert report.nothing_to_do


def test_a_strike_on_a_day_without_school_is_told_with_the_day_it_is_read_as(store: Store) -> None:
    strikes = preview(store, "g.csv", b"date;greve\n05/03/2016;1\n10/01/2016;1\n08/03/2016;1\n06/02/2016;0\n")
    said = {found.line: found.reason for found in strikes.warnings if found.line}
    assert set(said) == {2, 3}
    assert "jour sans école (samedi)" in said[2] and "lue au 03/05/2016" in said[2]
    assert "dimanche" in said[3] and "vérifiez la date" in said[3]
    lines = "grève;05/03/2016;\nsortie;05/03/2016;\n"
    events = preview(store, "e.csv", f"type;date_debut;cantine_nom\n{lines}".encode())
    assert [found.line for found in events.warnings if found.line] == [2]


def test_two_strikes_of_one_day_do_not_double_the_lines_of_a_strike_file(store: Store) -> None:
    lines = "grève;21/05/2026;Grève\ngrève;21/05/2026;Grève nationale\n"
    apply(store, "e.csv", f"type;date_debut;libelle\n{lines}".encode(), "agent")
    report = preview(store, "g.csv", b"date;greve\n21/05/2026;1\n22/05/2026;1\n")
    assert (report.lines, report.accepted, report.unchanged) == (2, 1, 1)


def test_each_kind_of_event_can_be_deposited_and_each_type_of_the_file_is_known_to_pages_and_models() -> None:
    field = next(field for field in kinds()["events"].fields if field.name == "type")
    assert list(field.enum) == list(EVENT_KINDS)


# ---------------------------------------------------------------- menus of the national standard
SCDL = (
    "menuCollNom,menuDate,menuRepasType,menuPlatType,menuPlatNom,menuPlatSiqo,menuPlatLabel,menuPlatRegime,"
    "menuPlatAllergene\n"
)


def test_menus_of_the_national_standard_give_the_city_s_courses(store: Store) -> None:
    lines = (
        "Nantes,2026-05-21,déjeuner,entrée,Melon,,,,\n"
        'Nantes,2026-05-21,déjeuner,plat principal,Riz,"[""label rouge"",""agriculture biologique""]",produit local,'
        '"[""végétarien""]","[""lait"",""gluten""]"\n'
        "Nantes,2026-05-21,déjeuner,produit laitier,Yaourt,bio ; AOP,,,lait\n"
        "Nantes,2026-05-21,déjeuner,autre,Eau,,,,\n"
    )
    report = apply(store, "m.csv", (SCDL + lines).encode(), "agent")
    assert (report.kind, report.accepted, report.rejected) == ("menus_scdl", 4, [])
    assert rows(store, "SELECT position, course, dish, labels, diets, allergens FROM menus ORDER BY position") == [
        (1, "entrée", "Melon", None, None, None),
        (2, "plat", "Riz", "agriculture biologique;label rouge;produit local", "végétarien", "gluten;lait"),
        (5, "fromage", "Yaourt", "AOP;bio", None, "lait"),
        (9, None, "Eau", None, None, None),
    ]


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        ("bio;AOP ; bio", "AOP;bio"),
        ('["bio", "AOP"]', "AOP;bio"),
        ("['bio', 'AOP']", "AOP;bio"),
        ("[bio, AOP", "AOP;bio"),
        ("[]", None),
        (";", None),
        ("NA;bio", "bio"),
    ],
)
def test_a_list_in_a_cell_is_read_however_it_is_written(store: Store, cell: str, labels: str | None) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    content = f"menuDate,menuPlatNom,menuPlatSiqo\n2026-05-21,Riz,{quoted}\n"
    apply(store, "m.csv", content.encode(), "agent")
    assert rows(store, "SELECT labels FROM menus") == [(labels,)]


def test_one_dish_served_in_several_restaurants_is_one_dish(store: Store) -> None:
    content = (
        "menuRestaurantNom,menuDate,menuPlatType,menuPlatNom\nA,2026-05-21,dessert,Flan\nB,2026-05-21,dessert,Flan\n"
    )
    report = apply(store, "m.csv", content.encode(), "agent")
    assert report.rejected == []
    assert rows(store, "SELECT dish FROM menus") == [("Flan",)]
    assert apply(store, "m.csv", content.encode(), "agent").nothing_to_do


def test_meals_other_than_lunch_are_left_out_and_said(store: Store) -> None:
    lines = "Nantes,2026-05-21,goûter,autre,Brioche,,,,\nNantes,2026-05-21,Déjeuner,dessert,Flan,,,,\n"
    report = apply(store, "m.csv", (SCDL + lines).encode(), "agent")
    assert (report.accepted, report.without_measure) == (1, 1)
    assert any("goûter" in found.reason and found.line == 2 for found in report.warnings)
    assert rows(store, "SELECT dish FROM menus") == [("Flan",)]


def test_the_names_of_older_versions_and_of_portals_in_lower_case_are_understood(store: Store) -> None:
    content = "menudate;menutypeplat;menunomplat\n2026-05-21;dessert;Flan\n"
    report = apply(store, "m.csv", content.encode(), "agent")
    assert (report.kind, report.accepted) == ("menus_scdl", 1)


def test_a_menu_with_courses_in_words_is_not_taken_for_events(store: Store) -> None:
    report = apply(store, "m.csv", b"date;type;plat\n21/05/2026;dessert;Flan\n", "agent")
    assert report.kind == "menus"
    assert rows(store, "SELECT course FROM menus") == [("dessert",)]


# ---------------------------------------------------------------- schemas, models and examples
def test_each_schema_is_complete_and_in_french() -> None:
    for path in sorted(FOLDER.glob("*.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        fields = schema["fields"] + schema.get("foreignFields", [])
        names = [field["name"] for field in fields]
        assert schema["name"] == path.stem
        assert set(schema["primaryKey"]) | set(schema["measures"]) <= set(names), path.name
        for field in fields:
            assert field["title"] and field["description"].endswith("."), (path.name, field["name"])
            assert "'" not in field["title"] + field["description"], (path.name, field["name"])


def test_no_header_means_two_columns_of_one_kind() -> None:
    for kind in kinds().values():
        headers = [header for field in kind.fields for header in field.headers]
        doubles = {header for header in headers if headers.count(header) > 1}
        assert not doubles or (kind.name, doubles) == ("holidays", {"vacances"})


def test_each_target_gives_back_only_columns_of_its_kind(store: Store) -> None:
    for name, target in RECORD_TABLES.items():
        with store.scratch() as cursor:
            found = {column[0] for column in cursor.execute(target.given_back).description or ()}
        fields = kinds()[name].fields
        assert found <= {field.name for field in fields}, name
        assert {field.name for field in fields if field.required_column} <= found, name


@pytest.mark.parametrize("form", FORMS)
def test_each_filled_example_is_accepted_as_it_is(store: Store, form: Form) -> None:
    for kind in kinds().values():
        file_name = template_name(kind.name, form, filled=True)
        report = apply(store, file_name, filled_example(kind.name, form), "agent")
        assert (report.kind, report.accepted, report.rejected) == (kind.name, 1, []), file_name


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_model_is_recognised_and_refused_only_because_it_is_empty(store: Store, form: Form) -> None:
    for kind in kinds().values():
        with pytest.raises(DepositRefused, match="ne contient que son en-tête"):
            preview(store, "modele.csv", empty_model(kind.name, form))


def test_models_open_right_in_french_excel() -> None:
    assert empty_model("log", "csv").startswith(b"\xef\xbb\xbfsite_nom;site_type;date;")
    assert template_name("log", "xlsx", filled=False) == "modele_journal_des_cantines.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(filled_example("log", "xlsx"))).active
    assert sheet is not None
    assert sheet["C2"].value == datetime(2026, 5, 21)
    assert (sheet["C2"].number_format, sheet["D2"].value, sheet["F2"].value) == ("dd/mm/yyyy", 72, 1.2)
    assert "Obligatoire" in sheet["A1"].comment.text
    assert sheet.freeze_panes == "A2"


def test_the_holidays_of_another_zone_are_not_counted_as_those_of_nantes(store: Store) -> None:
    zones = ("13/02/2027;28/02/2027;B", "06/02/2027;21/02/2027;A", "20/02/2027;07/03/2027;Zone C")
    lines = [
        f"Vacances d’hiver;{zone}" for zone in (*zones, "01/03/2014;16/03/2014;zone A", "04/07/2027;31/08/2027;A/B/C")
    ]
    report = apply(store, "v.csv", "\n".join(["vacances_nom;date_debut;date_fin;zone", *lines]).encode(), "test")
    assert (report.accepted, report.without_measure) == (3, 2)
    assert [finding.line for finding in report.warnings if finding.column == "zone"] == [3, 4]
    starts = store.read("SELECT starts_on::VARCHAR AS day FROM events ORDER BY 1")["day"].tolist()
    assert starts == ["2014-03-01", "2027-02-13", "2027-07-04"]
