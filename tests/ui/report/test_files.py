"""The files of a report hold the longest and the worst texts that people may write: as texts, on four pages."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from typing import Any

import openpyxl
import pandas as pd
import pytest
from PIL import Image
from pptx import Presentation
from pypdf import PdfReader

from data.queries.pilot import SURPLUS, Interval
from data.report.kept import LONGEST_INTRODUCTION
from ui.report.content import EXPECTED, TAKEN, Change, Content, Indicator, Reference
from ui.report.deck import deck
from ui.report.pdf import pdf
from ui.report.words import decision_rows
from ui.report.workbook import workbook
from ui.summary.sentences import School

TRICKS = (
    '=1+1 *g* _i_ #eval("1") #image("/etc/passwd") $x$ @ref <b>h</b> [l](http://e.fr) http://e.fr `c` \\u{41} // -- "q"'
)


def months() -> pd.DataFrame:
    starts = pd.date_range("2023-09-01", "2026-06-01", freq="MS")
    starts = starts[starts.month != 8]
    return pd.DataFrame({
        "month": starts, "days": 10, "meals_served": 1000, "surplus_meals": 70, "surplus_pct": 7.0,
        "year": [f"{one.year - (one.month < 8)}-{one.year + (one.month > 8)}" for one in starts],
        "place": (starts.month - 8) % 12, "apart": True,
    })  # fmt: skip


def content(text: str) -> Content:
    """Return what a report may say at most, with a text wherever people write one."""
    rows = range(40)
    name, sentence = text[:120], f"{text[:300]}."
    decisions = pd.DataFrame({
        "decision": [text[:300] for _ in rows], "about": name, "decided_on": pd.NaT, "outcome": text[:300],
        "owner": name, "until": pd.Timestamp("2026-07-01"), "state": "à faire", "done_on": pd.NaT, "late": True,
    })  # fmt: skip
    progress = pd.DataFrame({
        "school": [f"{name}{one}" for one in rows], "stage": "test", "weather": "pluie", "weather_reason": text[:300],
        "delay_days": 3.0, "connection": "faite", "equipped_on": pd.NaT, "next_step": text[:300],
    })  # fmt: skip
    days = pd.DataFrame({
        "date": pd.Timestamp("2026-06-01"), "reason": ["strike"], "canteens": 1, "place": [name], "surplus_meals": 1,
        "shortage_meals": 0,
    })  # fmt: skip
    return Content(
        city=name, logo=None, made_on=date(2026, 6, 5), data_until=date(2026, 6, 4),
        filters={"Année scolaire": "2025-2026", "Période": "Toute l’année", "Cantines": sentence, "Données": sentence},
        introduction=(text * 9)[:LONGEST_INTRODUCTION], figure="6,7\u00a0%", beside=sentence,
        lines=[("Objectif", sentence), ("Depuis le comité du 14/04/2026", sentence), ("Météo du programme", sentence)],
        trend="En un an\u00a0: +0,1 point.", months=months(), goal=6.5, pilot_start=date(2026, 2, 3),
        since_title="Depuis le comité du 14/04/2026", since_counts=["3 décisions prises ce jour-là"] * 4,
        changed=[(text * 9)[:600]] * 9, to_decide=[f"{text[:80]}, pour le 01/07/2026"] * 40,
        alerts=[(text * 9)[:600]] * 5, decisions=decisions, schools_title="40 écoles test",
        schools=[School(name, "généralisation", "☂ pluie, ▲ 3 jours", True)] * 40, progress=progress,
        pilot=sentence, effects={SURPLUS: Interval(-2.1, -3.4, -1.2)}, grams=sentence,
        indicators=[Indicator(f"Indicateur {one}", "6,7\u00a0%", 6.7, "%", sentence) for one in range(8)],
        change="La part des repas en trop reste à 6,7\u00a0%.",
        changes=[Change(("Repas en trop", "6,7\u00a0%", "6,6\u00a0%", "+0,1\u00a0point"), 6.7, 6.6, "%")] * 6,
        exceptional=sentence, exceptional_days=days,
        references=[Reference(f"6,5\u00a0%\u00a0: {sentence}", 6.5, "%", text[:300])] * 5,
    )  # fmt: skip


@pytest.mark.parametrize("text", [f"{TRICKS} {'Un mot assez long. ' * 20}", "M" * 300], ids=["tricks", "one word"])
def test_the_longest_texts_are_texts_on_four_pages_six_slides_and_in_cells(text: str) -> None:
    said = content(text)
    read = PdfReader(io.BytesIO(pdf(said)))
    whole = "".join("".join(page.extract_text() for page in read.pages).split())
    assert len(read.pages) == 4
    assert "".join(str(said.introduction).split()) in whole and "".join(text[:120].split()) in whole
    assert "et28autres" in whole and not any("/Annots" in page for page in read.pages)
    slides = Presentation(io.BytesIO(deck(said))).slides
    assert len(slides) == 6
    runs = [run for slide in slides for shape in slide.shapes for run in runs_of(shape)]
    assert said.introduction in [run.text for run in runs] and not any(run.hyperlink.address for run in runs)
    cells = [cell for sheet in openpyxl.load_workbook(io.BytesIO(workbook(said))) for row in sheet.rows for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or str(cell.value).startswith("=")]


def runs_of(shape: Any) -> list[Any]:  # noqa: ANN401
    frames = [cell.text_frame for row in shape.table.rows for cell in row.cells] if shape.has_table else []
    frames += [shape.text_frame] if shape.has_text_frame else []
    return [run for frame in frames for paragraph in frame.paragraphs for run in paragraph.runs]


def test_letters_of_no_font_and_of_no_page_hinder_no_report() -> None:
    said = content("École 😀 中文 \x00\x0b\x1b\ufffe ﷽")
    read = PdfReader(io.BytesIO(pdf(said)))
    assert "/StructTreeRoot" in read.trailer["/Root"] and len(read.pages) == 4
    assert len(Presentation(io.BytesIO(deck(said))).slides) == 6
    assert openpyxl.load_workbook(io.BytesIO(workbook(said)))["Décisions"].max_row == 41


def test_a_report_of_which_little_is_known_says_so() -> None:
    full = content("Un mot.")
    none = replace(
        full, months=full.months[:0], goal=None, pilot_start=None, introduction=None, changed=[], to_decide=[],
        decisions=full.decisions[:0], schools=[], progress=full.progress[:0], effects={}, changes=[],
        exceptional_days=full.exceptional_days[:0], references=[],
    )  # fmt: skip
    read = PdfReader(io.BytesIO(pdf(none)))
    assert len(read.pages) == 3 and "Rien n’est attendu du comité." in "".join(
        page.extract_text() for page in read.pages
    )
    assert len(Presentation(io.BytesIO(deck(none))).slides) == 5
    assert "Par mois" in openpyxl.load_workbook(io.BytesIO(workbook(none))).sheetnames


@pytest.mark.parametrize("month", ["2025-08-01", "2025-09-01"])
def test_one_month_alone_is_drawn(month: str) -> None:
    row = months().iloc[:1].assign(month=pd.Timestamp(month), year="2025-2026", place=pd.Timestamp(month).month - 8)
    said = replace(content("Un mot."), months=row, goal=None)
    assert len(PdfReader(io.BytesIO(pdf(said))).pages) == 4
    assert len(Presentation(io.BytesIO(deck(said))).slides) == 6


def cells_of(said: Content, sheet: str) -> list[tuple[Any, ...]]:
    return list(openpyxl.load_workbook(io.BytesIO(workbook(said)))[sheet].iter_rows(min_row=2, values_only=True))


def test_a_range_without_ends_leaves_their_cells_empty() -> None:
    open_end = Interval(-2.1, float("-inf"), float("inf"))
    half_open = Interval(-2.1, float("-inf"), 1.2)
    for change in (open_end, half_open):
        assert cells_of(replace(content("Un mot."), effects={SURPLUS: change}), "Effet du pilote")[0][2:] == (
            -2.1, None, None,
        )  # fmt: skip


def test_the_workbook_has_every_month_of_the_table_of_the_page_and_its_gaps_in_points() -> None:
    said = content("Un mot.")
    short = said.months.assign(days=[1] + [10] * (len(said.months) - 1))
    assert len(cells_of(replace(said, months=short), "Par mois")) == len(short)
    assert len(PdfReader(io.BytesIO(pdf(replace(said, months=short)))).pages) == 4
    meals = Change(("Repas servis", "1 200", "1 000", "+200 repas"), 1200, 1000, "")
    rows = cells_of(replace(said, changes=[said.changes[0], meals]), "Un an plus tôt")
    assert rows[0][1:] == (0.067, 0.066, 0.1, "%, écart en points")
    assert rows[1][1:] == (1200, 1000, 200, "repas")


@pytest.mark.parametrize("now", [-3.2, 3.2])
def test_a_share_under_zero_is_drawn_under_zero(now: float) -> None:
    text = f"{now:.1f}\u00a0%".replace(".", ",").replace("-", "\u2212")
    gap = Change(("Surproduction", text, "4,1\u00a0%", "\u2212 points"), now, 4.1, "%")
    said = replace(content("Un mot."), changes=[gap])
    drawn = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(said))).pages)
    assert drawn.count(text) == 2  # beside its bar, in the table
    slides = Presentation(io.BytesIO(deck(said))).slides
    chart = next(shape.chart for shape in slides[3].shapes if shape.has_chart)
    assert min(chart.plots[0].series[1].values) == now
    assert not any(series.invert_if_negative for series in chart.plots[0].series)
    assert chart.value_axis.minimum_scale == (None if now < 0 else 0)


def test_the_logo_of_the_city_is_the_only_image() -> None:
    png = io.BytesIO()
    Image.new("RGBA", (120, 40), "teal").save(png, "PNG")
    said = replace(content("Un mot."), logo=png.getvalue())
    read = PdfReader(io.BytesIO(pdf(said)))
    assert [len(page.images) for page in read.pages] == [1, 0, 0, 0]
    assert b"pdfuaid" in read.trailer["/Root"]["/Metadata"].get_data()
    pictures = [shape for shape in Presentation(io.BytesIO(deck(said))).slides[0].shapes if hasattr(shape, "image")]
    assert [picture._element.xpath(".//p:cNvPr")[0].get("descr") for picture in pictures] == [said.city]


def test_a_decision_that_is_awaited_is_for_the_comite_and_no_cell_is_empty() -> None:
    said = content("Choisir.")
    rows = said.decisions.head(2).assign(owner=None, state=[EXPECTED, TAKEN])
    shown = decision_rows(replace(said, decisions=rows), 12)
    assert [row[1] for row in shown] == ["le comité", "—"]
    assert all(all(row) for row in shown)
