"""Grids are read as lines of the log, each cell told; those that are no log of canteens are refused by their name."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from data.deposit.apply import DepositRefused, apply, preview
from data.reading.grids import read as grids
from data.store import Store
from tests.conftest import REAL_DATA

CASES = REAL_DATA / "public_cases"
TODAY = date(2026, 11, 30)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "today_in_paris", lambda: TODAY)


def services(store: Store, *columns: str) -> list[tuple[object, ...]]:
    asked = ", ".join(columns)
    rows = store.read(f"SELECT site, strftime(date, '%d/%m/%Y') AS day, {asked} FROM services ORDER BY date, site DESC")
    return list(rows.astype(object).where(rows.notna(), None).itertuples(index=False, name=None))


@pytest.mark.usefixtures("nantes")
def test_the_week_grid_of_the_canteens_is_read_and_each_cell_told(store: Store) -> None:
    report = apply(store, "g.csv", (CASES / "grille_semaine.csv").read_bytes(), "agent")
    assert (report.kind, report.lines, report.accepted, report.rejected_lines) == ("log", 8, 8, 0)
    assert services(store, "meals_served") == [
        ("Les Tilleuls", "07/09/2026", 68), ("Les Lilas", "07/09/2026", 85),
        ("Les Tilleuls", "08/09/2026", 66), ("Les Lilas", "08/09/2026", 80),
        ("Les Tilleuls", "10/09/2026", 65), ("Les Lilas", "10/09/2026", 82),
        ("Les Tilleuls", "11/09/2026", 60), ("Les Lilas", "11/09/2026", 79),
    ]  # fmt: skip
    assert report.grid[5] == ((3,), "Mardi 8", "80", "Les Lilas", date(2026, 9, 8), "reel")
    told = " ".join(found.reason for found in report.warnings)
    for words in ("comme des repas servis", "ni le mois ni l’année"):
        assert words in told
    # The table of the cells says the rest.
    assert len(report.grid) == report.lines
    assert "07/09/2026" not in told
    assert len(report.warnings) == len(set(report.warnings)) == 4
    assert set(store.read("SELECT line FROM log_rows")["line"]) == {2, 3}


@pytest.mark.usefixtures("nantes")
def test_the_weighing_grid_of_ademe_is_read(store: Store) -> None:
    report = apply(store, "g.csv", (CASES / "ademe_grille.csv").read_bytes(), "agent")
    assert (report.kind, report.accepted, report.rejected_lines) == ("log", 4, 0)
    assert services(store, "meals_served", "leftovers_kg") == [
        ("Ecole A", "04/06/2018", 160, 19.0),
        ("Ecole A", "05/06/2018", 155, 17.6),
        ("Ecole A", "07/06/2018", 152, None),
        ("Ecole A", "08/06/2018", 172, None),
    ]
    assert [found.line for found in report.warnings if "pesée unique" in found.reason] == [6]
    assert report.grid[3] == ((5, 6), "Mardi", "1,6 + 16 = 17,6", "Ecole A", date(2018, 6, 5), "restes_assiette_kg")
    assert (
        "Pain jeté (en kg)\u00a0: 1,6"
        in store.read("SELECT comment FROM services WHERE comment LIKE '%Pain%'")["comment"][0]
    )


def test_the_most_detailed_level_of_the_ademe_grid_counts_once(store: Store) -> None:
    rows = [
        ";RENSEIGNEMENTS;Nom de l'établissement;;Les Bleuets;;",
        ";DATE DES PESEES :;;Début;Fin;Lundi;Mardi",
        ";;;03/06/2019;04/06/2019;;",
        ";DETAILS DU JOUR;Nombre de convives attendus;;;110;112",
        ";;Nombre de repas servis;;;100;101",
        ";NIVEAU 1;Pesée unique;Déchets alimentaires (en kg);;12;11",
        ";NIVEAU 2;Préparation;Déchets de préparation (en kg);;1,5;",
        ";;Service;Non servi (en kg);;4,25 kg;",
        ";;;Restes d'assiette (en kg);;5;",
        ";;;Pain jeté (en kg);;0,5;",
        ";;Menu du jour;;;Rôti;Hachis",
    ]
    report = apply(store, "g.csv", "\n".join(rows).encode(), "agent")
    assert services(store, "meals_planned", "meals_served", "preparation_kg", "unserved_kg", "leftovers_kg") == [
        ("Les Bleuets", "03/06/2019", 110, 100, 1.5, 4.25, 5.5),
        ("Les Bleuets", "04/06/2019", 112, 101, None, None, 11.0),
    ]
    told = " ".join(found.reason for found in report.warnings)
    assert "niveau 1 non lu" in told
    assert "Menu du jour\u00a0»\u00a0: ligne qui n’est pas lue" in told


@pytest.mark.parametrize(
    ("titles", "days"),
    [
        ("07/09/2026;08/09/2026", ("07/09/2026", "08/09/2026")),
        ("2026-09-07;2026-09-08", ("07/09/2026", "08/09/2026")),
        ("lun. 7 sept. 2026;mar. 8 sept. 2026", ("07/09/2026", "08/09/2026")),
        ("lundi 7/09;mardi 8/09", ("07/09/2026", "08/09/2026")),
        ("46272;46273", ("07/09/2026", "08/09/2026")),
        ("Vendredi 30;Lundi 2", ("30/10/2026", "02/11/2026")),
    ],
)
def test_dates_as_columns_are_read_however_they_are_written(store: Store, titles: str, days: tuple[str, str]) -> None:
    apply(store, "g.csv", f"Cantine;Type;{titles};Total\nLes Lilas;E;85;80 repas;165\nTotal;;85;80;165\n".encode(), "a")
    assert services(store, "site_kind", "meals_served") == [
        ("Les Lilas", days[0], "E", 85),
        ("Les Lilas", days[1], "E", 80),
    ]


@pytest.mark.parametrize(
    ("above", "titles", "column", "day"),
    [
        ("Repas prévus, semaine du 5 au 9 octobre 2026", "Lundi;Mardi", "meals_planned", "05/10/2026"),
        ("Repas servis – semaine 41 2026", "Lundi;Mardi", "meals_served", "05/10/2026"),
        ("Commandes de décembre 2026", "Lundi 7;Mardi 8", "meals_planned", "07/12/2026"),
        ("Restes assiette (kg) octobre 2026", "Lundi 5;Mardi 6", "leftovers_kg", "05/10/2026"),
    ],
)
def test_what_is_written_above_a_grid_says_what_it_counts_and_when(
    store: Store, above: str, titles: str, column: str, day: str
) -> None:
    report = apply(store, "g.csv", f"{above}\nÉcole;{titles}\nLes Lilas M;8;9\n".encode(), "agent")
    assert services(store, column)[0] == ("Les Lilas M", day, 8)
    assert not any("ni le mois" in found.reason for found in report.warnings)
    assert store.read("SELECT DISTINCT site_kind AS kind FROM services")["kind"].item() == "M"


def test_two_titles_under_each_day_give_what_is_planned_and_served(store: Store) -> None:
    rows = ["École;07/09/2026;;08/09/2026;", ";Prévus;Servis;Prévus;Servis", "Les Lilas;85;80;;79"]
    apply(store, "g.csv", "\n".join(rows).encode(), "agent")
    assert services(store, "meals_planned", "meals_served") == [
        ("Les Lilas", "07/09/2026", 85, 80),
        ("Les Lilas", "08/09/2026", None, 79),
    ]


def test_a_grid_of_a_workbook_is_read(store: Store) -> None:
    book = openpyxl.Workbook()
    for row in (["Cantine", date(2026, 9, 7), date(2026, 9, 8)], ["Les Lilas", 85, 80], ["Les Tilleuls", 60, None]):
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    report = apply(store, "g.xlsx", stream.getvalue(), "agent")
    assert (report.accepted, len(report.grid)) == (3, 3)


def test_a_wrong_cell_of_a_grid_is_rejected_alone_with_the_line_of_the_file(store: Store) -> None:
    report = preview(store, "g.csv", b"Cantine;07/09/2026;08/09/2026\nLes Lilas;85;ferme\nLes Ormes;5;6\n")
    assert [(found.line, found.column) for found in report.rejected] == [(2, "reel")]
    assert report.accepted == 3


def test_two_rows_of_one_canteen_contradict_each_other_as_in_any_file(store: Store) -> None:
    report = preview(store, "g.csv", b"Cantine;07/09/2026;08/09/2026\nLes Lilas;85;80\nLes Lilas;60;80\n")
    assert report.rejected_lines == 2
    assert "(lignes 2, 3)" in report.rejected[0].reason


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Date;Plat;Légumes;Féculent\n07/09/2026;Rôti;Haricots;\n", "un menu en largeur"),
        ("Date;Entrée;Viande;Légume;Dessert\n07/09/2026;Melon;Rôti;Haricots;Flan\n", "un menu en largeur"),
        (";Lundi 7;Mardi 8\nEntrée;Melon;Radis\nPlat;Rôti;Hachis\n", "un menu de la semaine"),
        ("Date;Les Lilas;Les Ormes\n07/09/2026;85;60\n08/09/2026;80;61\n", "les jours en lignes et les cantines"),
        (";Lundi 7;Mardi 8\nNombre de repas servis;85;80\nRestes assiette;3;4\n", "ne dit pas de quelle cantine"),
        ("École;Lundi 7;Mardi 8\nLes Lilas;4,5 kg;3,2 kg\n", "ne dit pas ce qui est pesé"),
        ("École;Lundi;Mardi\nLes Lilas;85;80\n", "la date de «\u00a0Lundi\u00a0» ne se retrouve pas"),
    ],
)
def test_other_grids_are_refused_by_their_name(store: Store, text: str, words: str) -> None:
    with pytest.raises(DepositRefused, match=words.replace("\u00a0", ".")):
        preview(store, "g.csv", text.encode())
