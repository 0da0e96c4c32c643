"""A canteen manager's afternoon: a file typed in French Excel goes in, is corrected, and is taken back, all counted."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from data.deposit.apply import apply
from data.store import Store
from tests.browser.conftest import serve
from tests.browser.steps import SLOW, picture, settled, spaced, visit, whole

HEADER = "site_nom;site_type;date;prevision;reel;preparation_kg;non_servi_kg;restes_assiette_kg;commentaire"
MAPPING = ["site_nom;site_type;cantine_nom", "TILLEULS;M;École des Tilleuls", "CONTRIE;M;Contrie", "SAY;E;Léon Say"]
DAYS = [date(2016, 9, 5) + timedelta(n) for n in (0, 1, 3, 4, 7, 8, 10, 11)]
KNOWN = [f"{site};{day:%d/%m/%Y};110;100;1,5;4,0;6,5;" for day in DAYS for site in ("TILLEULS;M", "CONTRIE;M", "SAY;E")]
TYPED = [
    "CONTRIE;M;05/09/2016;110;104;1,5;4,0;6,5;",  # line 2: 100 meals become 104
    "CONTRIE;M;06/09/2016;110;100;1,5;4,0;6,5;",
    "TILLEULS;M;06/09/2016;110;100;1,5;4,0;6,5;",
    "CONTRIE;M;19/09/2016;112;106;1,25;3,75;5,5;Fête de l’école – crêpes",
    "TILLEULS;M;19/09/2016;90;88;;;;",
    "SAY;E;19/09/2016;1\u00a0250;1\u00a0204;;;;",
    "CONTRIE;M;20/09/2016;40;95;;;;",  # line 8: more than twice the plan
    "TILLEUL;M;20/09/2016;90;87;;;;",  # lines 9 and 10: labels nobody knows
    "CONTRI;M;20/09/2016;95;93;;;;",
    "CONTRIE;M;22/09/2016;110;cent deux;;;;",  # lines 11, 12 and 13: bad rows
    "TILLEULS;M;31/09/2016;110;101;;;;",
    "SAY;P;22/09/2016;110;103;;;;Journée «\u00a0crêpes\u00a0»",
]
# Meals planned and served: in the store, then with the seven lines accepted, then with the three corrected.
BEFORE = (2_640, 2_400)
FIRST = (2_640 + 112 + 90 + 1_250 + 40 + 90 + 95, 2_400 + 4 + 106 + 88 + 1_204 + 95 + 87 + 93)
SECOND = (FIRST[0] + 3 * 110, FIRST[1] + 102 + 101 + 103)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the application on a store with three canteens and their first two weeks."""
    store = Store(tmp_path_factory.mktemp("manager") / "store.duckdb")
    apply(store, "rattachements.csv", "\n".join(MAPPING).encode(), "mission@ville.fr")
    apply(store, "deux_semaines.csv", "\n".join([HEADER, *KNOWN]).encode(), "cuisine@ville.fr")
    store.close()
    # The forecasts have their own journey.
    with serve(store.path, ANTIGASPI_AUTO_REFRESH="0") as address:
        yield address


@pytest.fixture
def typed(tmp_path: Path) -> Path:
    """Return the file as French Excel writes it: Windows-1252, “;”, decimal commas, CRLF."""
    path = tmp_path / "journal de septembre.csv"
    path.write_bytes("\r\n".join([HEADER, *TYPED, ""]).encode("cp1252"))
    return path


def test_a_manager_deposits_corrects_and_takes_back_a_file_from_excel(page: Page, typed: Path, tmp_path: Path) -> None:
    meals_are(page, BEFORE)
    first_deposit(page, typed)
    corrected = correct(take(page, "Télécharger les lignes à corriger (CSV)", tmp_path))
    save(page)
    expect(page.get_by_text("3 lignes restent à corriger")).to_be_visible(timeout=SLOW)

    choose_file(page, corrected)
    assert counts(page) == {"Nouvelles": 3, "Modifiées": 0, "Inchangées": 0, "Rejetées": 0, "À vérifier": 0}
    save(page)
    told = history(page, tmp_path)
    assert [row[:2] + row[3:] for row in told[:2]] == [
        ["4", "actif", corrected.name, "0", "poste local", "Journal des cantines", "3", "3", "0", "0", "0", "0"],
        ["3", "actif", typed.name, "3", "poste local", "Journal des cantines", "12", "7", "1", "2", "0", "3"],
    ]
    assert all(re.fullmatch(r"\d\d/\d\d/\d{4} à \d\d h \d\d", row[2]) for row in told)
    meals_are(page, SECOND)
    visit(page, "Données disponibles")
    expect(page.get_by_text("Tous les points de service ont leur cantine.")).to_be_visible(timeout=SLOW)

    undo(page, 4, "Ses 3 lignes nouvelles disparaissent")
    meals_are(page, FIRST)
    undo(page, 3, "1 ligne modifiée retrouve la valeur d’avant")
    picture(page, "gestionnaire_historique", 2_400)
    assert [row[1] for row in history(page, tmp_path)] == ["annulé", "annulé", "actif", "actif"]
    meals_are(page, BEFORE)


def first_deposit(page: Page, typed: Path) -> None:
    """Choose the file, check every number of the preview, and say to which canteens its unknown labels belong."""
    visit(page, "Déposer un fichier")
    choose_file(page, typed)
    assert counts(page) == {"Nouvelles": 6, "Modifiées": 1, "Inchangées": 2, "Rejetées": 3, "À vérifier": 3}
    sentence = spaced(page.locator(".takeaway").first.inner_text())
    assert sentence.endswith("12 lignes : 7 acceptées, 2 inchangées, 3 rejetées.")
    assert rows_of(page, "Deviendra", 0) == [["2", "CONTRIE · M · 05/09/2016", "Repas servis", "100", "104"]]
    rejected, doubtful = (rows_of(page, "Raison", place) for place in (0, 1))
    assert sorted(named(rejected)) == [("date", "12"), ("reel", "11"), ("site_type", "13")]
    assert sorted(named(doubtful)) == [("reel", "8"), ("site_nom", "9, 10")]
    for site, canteen in (("TILLEUL", "École des Tilleuls"), ("CONTRI", "Contrie")):
        box = page.get_by_role("combobox", name=re.compile(f"«\\s{site}\\s»"))
        settled(page)
        box.focus()
        page.keyboard.type(canteen)
        expect(page.get_by_role("option", name=f"{canteen} (nom proche)", exact=True)).to_be_visible(timeout=SLOW)
        page.keyboard.press("Enter")
        expect(box).to_have_value(f"{canteen} (nom proche)", timeout=SLOW)
    picture(page, "gestionnaire_avant", 2_400)


def meals_are(page: Page, figures: tuple[int, int]) -> None:
    """Check the meals planned and served on the page Gaspillage."""
    visit(page, "Gaspillage")
    said = "{} prévus, {} servis".format(*(f"{meals:,}".replace(",", "\u202f") for meals in figures))
    expect(page.get_by_test_id("stMetric").filter(has_text="Surproduction")).to_contain_text(said, timeout=SLOW)


def choose_file(page: Page, file: Path) -> None:
    """Choose a file by keyboard, as the button opens the computer's own window."""
    settled(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choisir un fichier").press("Enter")
    chooser.value.set_files(file)
    expect(page.locator(".takeaway").filter(has_text=file.name)).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Enregistrer ces données")).to_be_visible(timeout=SLOW)
    whole(page)


def counts(page: Page) -> dict[str, int]:
    """Read the figures of the preview."""
    texts = [metric.inner_text().split("\n") for metric in page.get_by_test_id("stMetric").all()]
    return {lines[0]: int(lines[1]) for lines in ([line for line in text if line] for text in texts)}


def rows_of(page: Page, title: str, place: int) -> list[list[str]]:
    """Read the cells of a table that has this title."""
    table = page.locator(".sheet").filter(has=page.get_by_role("columnheader", name=title, exact=True)).nth(place)
    rows = table.locator("tbody tr").all()
    return [[spaced(cell) for cell in row.locator("th, td").all_inner_texts()] for row in rows]


def named(rows: list[list[str]]) -> list[tuple[str, str]]:
    """Return the column and the lines of each reason."""
    return [(row[0].split(" ")[0], row[3]) for row in rows]


def save(page: Page) -> None:
    whole(page)
    page.get_by_role("button", name="Enregistrer ces données").press("Enter")
    expect(page.get_by_text("C’est enregistré")).to_be_visible(timeout=SLOW)


def take(page: Page, button: str, folder: Path) -> Path:
    """Download a file under the name it is given."""
    whole(page)
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def correct(file: Path) -> Path:
    """Check the file of the rejected lines, mend their three cells, and save it as French Excel does."""
    assert file.name == "journal de septembre_lignes_a_corriger.csv"
    content = file.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
    assert header == [*HEADER.split(";"), "motif_du_rejet"]
    assert [row[:-1] for row in rows] == [line.split(";") for line in TYPED[-3:]]
    assert [spaced(row[-1]).split(" : ")[0] for row in rows] == ["reel", "date", "site_type"]
    for row, (column, cell) in zip(rows, (("reel", "102"), ("date", "30/09/2016"), ("site_type", "E")), strict=True):
        row[header.index(column)] = cell
    with file.open("w", encoding="cp1252", newline="") as mended:
        csv.writer(mended, delimiter=";").writerows([header, *rows])
    return file


def history(page: Page, folder: Path) -> list[list[str]]:
    """Return the lines of the history, as its file gives them."""
    content = take(page, "Télécharger l’historique (CSV)", folder).read_text(encoding="utf-8-sig")
    return [[spaced(cell) for cell in row] for row in csv.reader(io.StringIO(content), delimiter=";")][1:]


def undo(page: Page, deposit: int, consequence: str) -> None:
    """Choose a deposit and take it back, by keyboard."""
    visit(page, "Déposer un fichier")
    settled(page)
    box = page.get_by_role("combobox", name="Dépôt", exact=True)
    box.focus()
    page.keyboard.type(f"n° {deposit},")
    expect(page.get_by_role("option")).to_have_count(1, timeout=SLOW)
    page.keyboard.press("Enter")
    expect(box).to_have_value(re.compile(f"^n°.{deposit},"), timeout=SLOW)
    page.get_by_role("button", name="Annuler ce dépôt").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(consequence.replace(" ", r"\s")), timeout=SLOW)
    dialog.get_by_role("button", name="Oui, annuler ce dépôt").press("Enter")
    expect(page.get_by_role("button", name="Rétablir ce dépôt")).to_be_visible(timeout=SLOW)
