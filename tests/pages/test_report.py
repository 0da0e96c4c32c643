"""The report of the comité says what Synthèse says, in each of its files: demonstration and real log."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from pptx import Presentation
from pypdf import PdfReader
from streamlit.testing.v1 import AppTest

from data.access.rights import ROLES
from data.deposit.apply import apply
from data.report import kept
from data.store import Store
from tests.conftest import made_once
from tests.pages.conftest import Open, texts
from ui import session
from ui.access import User
from ui.report import view
from ui.report.words import CHANGES
from ui.summary.trend import LEAST_DAYS

SYNTHESE = "pages/comite/synthese.py"
INTRODUCTION = "Cette année, *six* écoles de plus #pèsent."
TAG = re.compile(r"<[^>]+>")
SHOWN = re.compile('class="(main-figure|part|foot|takeaway)')


@pytest.fixture(scope="module")
def city_log(nantes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    def fill(store: Store) -> None:
        for name in ("mapping_frequentation_cantines.csv", "frequentation_2011_2017.csv"):
            apply(store, name, (nantes / name).read_bytes(), "test")

    return made_once(tmp_path_factory, "city_log", fill)


@pytest.fixture(params=["demonstration", "city log"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    found = request.getfixturevalue("demo_file" if request.param == "demonstration" else "city_log")
    return Path(shutil.copy(found, tmp_path / "report.duckdb"))


def bare(text: str) -> str:
    """Return a text without its spaces, which a PDF breaks into lines, and without the ends of its sentences."""
    return re.sub(r"\s", "", text).rstrip(".")


def look(app: AppTest, shown: str) -> AppTest:
    app.session_state["essentiel_vue"] = shown
    app.run()
    assert not app.exception
    return app


def said_on(app: AppTest) -> list[str]:
    """Return the sentences of L’essentiel without its titles, and the decisions that are awaited."""
    blocks = [
        block.value for block in app.get("html") if re.search('class="(main-figure|part|foot|takeaway)', block.value)
    ]
    # What explains a figure is not said in the report.
    blocks = [re.sub('<h2>.*?</h2>|<div class="why">.*</div></div>', "", block) for block in blocks]
    parts = [part for block in blocks for part in re.split(r"</?(?:p|dd|dt|li|span|strong)[^>]*>", block)]
    links = [link.proto.label for link in app.get("page_link")]
    return [text for part in parts if (text := html.unescape(TAG.sub("", part)).strip())] + [
        link.replace("\\", "").replace("\u2060", "") for link in links
    ]


def drawn_on(app: AppTest) -> list[list[float]]:
    """Return the shares of each line of the chart, in its order."""
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    return [_values(line["y"]) for line in spec["data"]]


def _values(y: Any) -> list[float]:  # noqa: ANN401
    return np.frombuffer(base64.b64decode(y["bdata"]), y["dtype"]).tolist() if isinstance(y, dict) else y


def test_each_file_says_what_the_page_says(open_app: Open, path: Path) -> None:
    app = open_app(path, SYNTHESE)
    said, lines = said_on(app), drawn_on(app)
    look(app, "Tous les chiffres")
    figures = [(figure.label, figure.value, figure.delta) for figure in app.metric]
    [changes] = [rows_of(block.value) for block in app.get("html") if CHANGES[2] in block.value]
    report, files = made(app)
    assert report.introduction == INTRODUCTION
    whole = bare(pdf_text(files["pdf"]))
    assert [text for text in [INTRODUCTION, *said] if bare(text) not in whole] == []
    the_figures_are_in_the_pdf(files["pdf"], figures, changes, lines)
    the_figures_are_in_the_workbook(files["xlsx"], figures, changes, lines)
    the_figures_are_in_the_slides(files["pptx"], said, changes, lines)


def made(app: AppTest) -> tuple[kept.Kept, dict[str, bytes]]:
    """Make the report as the mission does, and return it with its files."""
    look(app, "Rapport")
    app.text_area[0].set_value(INTRODUCTION)
    next(button for button in app.button if button.label == "Faire le rapport").click().run()
    assert not app.exception and INTRODUCTION in texts(app)
    [report] = kept.reports(session.opened())
    reader = User("comite", "comite", local=True)
    files = {name: view.file(session.opened(), report.report_id, name, reader) for name in kept.FORMATS}
    return report, files


def rows_of(table: str) -> list[list[str]]:
    """Return the cells of a table, without its titles."""
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)[1:]
    return [[html.unescape(TAG.sub("", cell)) for cell in re.findall(r"<t[dh].*?</t[dh]>", row)] for row in rows]


# ---------------------------------------------------------------- PDF
def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def the_figures_are_in_the_pdf(
    content: bytes, figures: list[tuple[str, str, str]], changes: list[list[str]], lines: list[list[float]]
) -> None:
    read = PdfReader(io.BytesIO(content))
    assert len(read.pages) <= 4
    assert not any(page.images for page in read.pages)
    root = read.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root and root["/Lang"] == "fr"
    whole = bare(pdf_text(content))
    for figure in figures:
        assert bare("".join(figure).replace("\\", "")) in whole, figure
    for row in changes:
        assert bare("".join(row)) in whole, row
    months = [float(share.replace(",", ".")) for share in re.findall(r"(\d+,\d)%", bare(table_of_months(content)))]
    assert sorted(months) == sorted(round(share, 1) for line in lines for share in line)


def table_of_months(content: bytes) -> str:
    last = PdfReader(io.BytesIO(content)).pages[-1].extract_text()
    return last[last.index("septembre") : last.index("viennent")]


# ---------------------------------------------------------------- workbook
def the_figures_are_in_the_workbook(
    content: bytes, figures: list[tuple[str, str, str]], changes: list[list[str]], lines: list[list[float]]
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book["Chiffres"].iter_rows(min_row=2))
    assert [row[0].value for row in rows] == [label for label, *_ in figures]
    for row, (label, shown, _) in zip(rows, figures, strict=True):
        number = re.match(r"[\d\s]+(,\d+)?", shown)
        assert as_shown(row[1]) == (None if number is None else bare(number[0])), label
    rows = list(book["Un an plus tôt"].iter_rows(min_row=2))
    for row, expected in zip(rows, changes, strict=True):
        known = [re.match(r"[+−]?[\d\s]+(,\d+)?", text) for text in expected[1:]]
        assert [as_shown(cell) for cell in row[1:4]] == [one and bare(one[0]).lstrip("+") for one in known], expected[0]
    months = list(book["Par mois"].iter_rows(min_row=2))
    drawn = [row for row in months if row[2].value >= LEAST_DAYS]
    assert [round(100 * row[5].value, 6) for row in drawn] == [round(share, 6) for line in lines for share in line]
    assert all(isinstance(row[1].value, datetime) and row[5].number_format == "0.0%" for row in months)


def as_shown(cell: Any) -> str | None:  # noqa: ANN401
    """Write a cell as a spreadsheet does, in French and without spaces."""
    if cell.value is None:
        return None
    assert isinstance(cell.value, int | float)
    scale, digits = {"0.0%": (100, 1), "#,##0": (1, 0), "#,##0.0": (1, 1)}[cell.number_format]
    text = f"{scale * cell.value + 0.0:.{digits}f}".replace(".", ",").replace("-", "−")
    return text.removeprefix("−") if not float(f"{scale * cell.value:.{digits}f}") else text


# ---------------------------------------------------------------- slides
def the_figures_are_in_the_slides(
    content: bytes, said: list[str], changes: list[list[str]], lines: list[list[float]]
) -> None:
    deck = Presentation(io.BytesIO(content))
    slides = list(deck.slides)
    assert len(slides) <= 6 and all(slide.shapes.title.text for slide in slides)
    whole = bare(" ".join(texts_of(shape) for slide in slides for shape in slide.shapes))
    missing = [text for text in said if bare(text) not in whole]
    assert not missing
    charts = [shape.chart for slide in slides for shape in slide.shapes if shape.has_chart]
    years, pairs = ([list(series.values) for series in chart.plots[0].series] for chart in charts)
    shown = [[value for value in year if value is not None] for year in years[: len(lines)]]
    assert shown == [[round(share, 1) for share in line] for line in lines]
    shares = [row for row in changes if row[1].endswith("%")]
    for values, column in zip(pairs, (2, 1), strict=True):
        assert values == [float(row[column].rstrip("%\u00a0").replace(",", ".")) for row in shares]
    for chart in charts:  # native: its numbers can be edited
        assert openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active


def texts_of(shape: Any) -> str:  # noqa: ANN401
    if shape.has_table:
        return " ".join(cell.text for row in shape.table.rows for cell in row.cells)
    return shape.text_frame.text if shape.has_text_frame else ""


def test_a_report_that_somebody_may_no_more_read_is_not_given(store: Store) -> None:
    mission = User("mission", "mission", local=True)
    number = kept.keep(store, mission, "2025-2026", None, dict.fromkeys(kept.FORMATS, b"x"))
    for role in set(ROLES) - {"comite", "mission"}:
        with pytest.raises(PermissionError):
            view.file(store, number, "pdf", User(role, role, local=True))
    assert view.file(store, number, "pdf", mission) == b"x"
    last = store.read("SELECT action, detail->>'file' AS file FROM audit_log ORDER BY audit_id DESC LIMIT 1").iloc[0]
    assert tuple(last) == ("download", f"rapport_comite_{number}.pdf")
