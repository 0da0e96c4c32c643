"""Whatever people write, pages show it as text: each field of each kind, on each page, for each role.

The places where texts are shown are listed beside this file; ANTIGASPI_RENEW_PLACES=1 writes the list anew.
"""

from __future__ import annotations

import csv
import io
import itertools
import os
import re
import shutil
from collections import defaultdict
from datetime import datetime, time
from pathlib import Path
from unittest import mock

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from data.access.rights import ROLES
from data.clock import PARIS
from data.export.files import EXPORTED, STYLES, csv_of_texts, export
from data.kinds import kinds
from data.queries import journal
from data.queries.journal import JournalFilter
from data.reading.formulas import defuse
from data.store import Store
from tests.access.table import CONTROLS, NO_CONTROL, PAGES, TAKEN_BY_ALL, VIEWS, allowed
from tests.conftest import made_once
from tests.pages.conftest import Open, open_parts
from tests.pages.hostile import (
    IN_A_FILE_NAME,
    INVISIBLE,
    MARK,
    TODAY,
    TRICKS,
    code_of,
    fill,
    free,
    places,
    read_as_more,
)
from tests.pages.test_pages import shows_its_figures
from ui import navigation, session
from ui.journal import view
from ui.kit import changes
from ui.kit.tables import french_csv

LIST = Path(__file__).with_name("places_of_texts.txt")
# Written in exports, and shown nowhere: a page that begins to show one of them takes it off this list.
KEPT_ONLY = {
    "events_libelle",  # a day by day of the kitchen's week shows it, once asked for
    "holidays_vacances_nom", "log_commentaire", "menus_allergenes", "menus_labels", "menus_regimes", "menus_type_plat",
    "production_commentaire", "surplus_uses_association", "surplus_uses_commentaire",
}  # fmt: skip
# Choices that show other texts than those of a page as it opens.
CHOICES = (
    ("synthese", {"essentiel_vue": "Tous les chiffres"}),
    ("synthese", {"essentiel_vue": "Rapport"}),
    ("equipement", {"volet": "Évolution"}),
)
NUMBER = re.compile(r"-?\d+([.,]\d+)?")
FILES = {Path(page.file).stem: page for page in navigation.PAGES}


@pytest.fixture(scope="module")
def hostile_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_once(tmp_path_factory, "hostile", fill)


@pytest.fixture(autouse=True)
def the_same_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is late, or to come, be the same whatever the day of the test."""
    noon = datetime.combine(TODAY, time(12), PARIS)
    monkeypatch.setattr("data.clock.datetime", mock.Mock(**{"now.return_value": noon}))


def test_each_role_opens_its_pages_with_its_controls_and_no_other_and_reads_every_text_as_text(
    open_app: Open, hostile_file: Path, tmp_path: Path
) -> None:
    store = Path(shutil.copy(hostile_file, tmp_path / "store.duckdb"))
    shown, offered = defaultdict(set), defaultdict(set)
    for role in ROLES:
        app = open_app(store, role=role)
        for name, page in FILES.items():
            if role not in allowed(PAGES[name]):
                with pytest.raises(ValueError, match="Could not find"):
                    app.switch_page(page.file)
                continue
            open_parts(app.switch_page(page.file).run())
            assert [title.value for title in app.title] == [page.title]
            for label in controls(app) | controls_of_view(app, name):
                offered[name, label].add(role)
            if role == "mission":
                shows_its_figures(app, page.file)
                open_tables_alone(app)
            for place, codes in codes_by_place(app).items():
                shown[f"{name} {place}"] |= codes
    assert offered == {(name, label): allowed(row) for (_, name, label), row in CONTROLS.items()}
    for name, query in CHOICES:
        app = open_app(store, FILES[name].file, "mission", **query)
        for box in [box for box in app.selectbox if len(box.options) > 1]:
            box.set_value(box.options[1])
        app.run()
        for place, codes in codes_by_place(app).items():
            shown[f"{name} {place}"] |= codes
    kept_list_is(shown)


def controls(app: AppTest) -> set[str]:
    """Return the labels of what a page offers to write or to take, but for what every reader of it may take."""
    found = [
        element.proto.label for kind in ("button", "file_uploader", "download_button") for element in app.get(kind)
    ]
    return {re.sub(r"\d+", "#", label) for label in found} - TAKEN_BY_ALL


def controls_of_view(app: AppTest, name: str) -> set[str]:
    """Return the labels of the other view of a page, and open the first one again."""
    if name not in VIEWS:
        return set()
    key, shown = VIEWS[name]
    first, app.session_state[key] = app.session_state[key], shown
    found = controls(app.run())
    app.session_state[key] = first
    app.run()
    return found


def test_every_action_of_the_trail_has_its_lines_in_the_table() -> None:
    assert {action for action, *_ in CONTROLS} | set(NO_CONTROL) == set(changes.ACTIONS)


def open_tables_alone(app: AppTest) -> None:
    tables = [key for key in app.session_state if key.startswith("chiffres_")]
    for key in tables:
        app.session_state[key] = True
    if tables:
        app.run()


def codes_by_place(app: AppTest) -> dict[str, set[str]]:
    """Return the columns whose texts a page shows, by place; each must be a text there."""
    assert not app.exception, app.exception[0].message
    found = defaultdict(set)
    for place, text in places(app):
        codes = {code.lower() for code in MARK.findall(text)}
        if codes:
            assert read_as_more(place, text) is None, (place, text[:2000])
            assert not INVISIBLE.search(text), (place, text[:2000])
            found[place] |= codes
    return found


def kept_list_is(shown: dict[str, set[str]]) -> None:
    lines = [f"{place}: {', '.join(sorted(codes))}\n" for place, codes in sorted(shown.items())]
    if os.environ.get("ANTIGASPI_RENEW_PLACES") == "1":
        LIST.write_text("".join(lines), encoding="utf-8")
    assert "".join(lines) == LIST.read_text(encoding="utf-8")


def test_every_text_that_people_may_write_is_shown_or_known_to_be_kept_only() -> None:
    shown = LIST.read_text(encoding="utf-8")
    codes = {code_of(kind, field) for kind in kinds() for field in free(kind) if kind != "menus_scdl"}
    assert {code for code in codes if code not in shown} == KEPT_ONLY


def test_a_file_before_it_is_saved_and_the_question_before_a_deposit_is_undone_show_texts_as_texts(
    open_app: Open, hostile_file: Path, tmp_path: Path
) -> None:
    app = open_app(Path(shutil.copy(hostile_file, tmp_path / "store.duckdb")), FILES["depot"].file, "mission")
    known = "SELECT site, site_kind, max(date) AS day FROM services GROUP BY ALL ORDER BY site LIMIT 1"
    site, kind, day = session.opened().read(known).iloc[0]
    unknown = defuse(f"- ZQinconnueQZ {TRICKS}")
    rows = [
        [defuse(site), kind, f"{day:%Y-%m-%d}", "101", f"- ZQcommentaireQZ {TRICKS}", "x"],
        [unknown, "M", f"{day:%Y-%m-%d}", "10", "", ""],
        [site, f"ZQchoixQZ {TRICKS}", f"ZQdateQZ {TRICKS}", f"ZQnombreQZ {TRICKS}", f"ZQlongQZ {TRICKS * 120}", ""],
    ]
    header = ["site_nom", "site_type", "date", "reel", "commentaire", f"ZQcolonneQZ {TRICKS}"]
    content = csv_of_texts(header, rows, "open")
    app.file_uploader[0].set_value((f"ZQnouveauQZ {IN_A_FILE_NAME}.csv", content, "text/csv")).run()
    shown = set().union(*codes_by_place(app).values())
    assert shown >= {"nouveau", "colonne", "choix", "date", "nombre", "long", "inconnue", "cantine_nom"}
    button(app, "Enregistrer ces données").click().run()
    assert "nouveau" in set().union(*codes_by_place(app).values())
    box = next(box for box in app.selectbox if box.label == "Dépôt")
    box.set_value(box.options[0]).run()
    button(app, "Annuler ce dépôt").click().run()
    assert "nouveau" in set().union(*codes_by_place(app).values())


def button(app: AppTest, label: str) -> Button:
    return next(each for each in app.button if each.label == label)


def test_no_file_that_leaves_has_a_cell_that_a_spreadsheet_would_compute(hostile_file: Path, tmp_path: Path) -> None:
    store = Store(Path(shutil.copy(hostile_file, tmp_path / "store.duckdb")))
    files = {(kind, style): export(store, kind, style) for kind in EXPORTED for style in STYLES}
    files["journal", "excel"] = french_csv(view.table(journal.journal(store, JournalFilter(counts_of_people=True))))
    store.close()
    defused = 0
    for (kind, style), content in files.items():
        text = io.StringIO(content.decode("utf-8-sig"), newline="")
        for cell in itertools.chain.from_iterable(csv.reader(text, delimiter=";" if style == "excel" else ",")):
            assert cell[:1] not in set("=+-@\t\r") or NUMBER.fullmatch(cell), (kind, style, cell)
            assert not INVISIBLE.search(cell), (kind, style, cell)
            defused += cell.startswith(("'=1+ZQ", "'@a ZQ"))
    assert defused > len(files)
