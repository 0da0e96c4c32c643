"""The report as slides that a comité shows, six at most; their charts are PowerPoint's own, so their numbers change."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
)
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_AUTO_SIZE
from pptx.oxml.ns import qn
from pptx.util import Emu, Inches, Pt

from data.typography import cut
from ui.kit.formats import SPACE, day, long_day, percent
from ui.report import words as said
from ui.report.content import Content
from ui.summary.sentences import PILOT_TITLE
from ui.summary.trend import SHORT

INK, QUIET, BLUE, PALE, GREEN, TINT, WHITE = (
    RGBColor.from_string(code) for code in ("1C2B33", "55636B", "0B5F99", "8FB0C5", "00785A", "EEF4F8", "FFFFFF")
)
WIDTH, HEIGHT, SIDE = Inches(13.333), Inches(7.5), Inches(0.6)
INNER = Emu(WIDTH - 2 * SIDE)
TOP = Inches(1.35)  # under the title
TITLE_ONLY = 5  # of the layouts of the library
SHARE = '0.0" %"'
LINES, ALERTS, CHANGED, SCHOOLS = 5, 5, 5, 13  # on a slide, at most
LONGEST = 110  # letters of a line
Slide = Any  # of python-pptx, which has no types


def deck(content: Content) -> bytes:
    """Return the slides."""
    made = Presentation()
    made.slide_width, made.slide_height = WIDTH, HEIGHT
    about = made.core_properties
    city = said.one_line(content.city)
    about.title, about.author, about.subject, about.language = said.TITLE, city, content.about, "fr-FR"
    about.last_modified_by, about.keywords, about.revision = city, "", 1
    about.created = about.modified = datetime.combine(content.made_on, time(12))
    for draw in (_cover, _standing, _years, _one_year, _comite, _schools):
        draw(made, content)
    for slide in made.slides:
        _speak_french(slide)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


# ---------------------------------------------------------------- slides
def _cover(made: Any, content: Content) -> None:  # noqa: ANN401
    slide = made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
    band = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, 0, 0, WIDTH, Inches(3.6))
    band.fill.solid()
    band.fill.fore_color.rgb = BLUE
    band.line.fill.background()
    slide.shapes._spTree.insert(2, band._element)  # behind the title
    _place(slide.shapes.title, SIDE, Inches(1.2), INNER, Inches(1.1))
    _write(slide.shapes.title.text_frame, [(said.TITLE, 44, WHITE, True)])
    _text(slide, SIDE, Inches(0.5), INNER, Inches(0.6), [(content.city, 22, WHITE, False)])
    _text(slide, SIDE, Inches(2.5), INNER, Inches(0.6), [(long_day(content.made_on).capitalize(), 20, WHITE, False)])
    if content.logo is not None:
        picture = slide.shapes.add_picture(io.BytesIO(content.logo), 0, Inches(0.4), height=Inches(0.7))
        picture.left = Emu(WIDTH - SIDE - picture.width)
        _describe(picture, content.city)
    filters = [(f"{name}{SPACE}: {value}", 15, INK, False) for name, value in content.filters.items()]
    _text(slide, SIDE, Inches(3.75), INNER, Inches(2.2), filters, after=1)
    if content.introduction:
        size = 18 if len(content.introduction) <= 300 else 14
        _text(slide, SIDE, Inches(6.15), INNER, Inches(1.2), [(content.introduction, size, BLUE, False)])


def _standing(made: Any, content: Content) -> None:  # noqa: ANN401
    slide = _slide(made, content, f"{said.FIGURE}{SPACE}: {content.figure}")
    _text(slide, SIDE, TOP, Inches(4.2), Inches(1.6), [(content.figure, 80, BLUE, True)])
    _text(slide, SIDE, Inches(3.0), Inches(4.0), Inches(1.4), [(content.beside, 20, INK, False)])
    _text(slide, SIDE, Inches(4.5), Inches(4.0), Inches(1.8), [(content.trend, 20, INK, True)])
    lines = [part for name, value in content.lines for part in ((name, 20, BLUE, True), (value, 20, INK, False))]
    _text(slide, Inches(5.2), TOP, Inches(7.5), Inches(5.2), lines, after=8)


def _years(made: Any, content: Content) -> None:  # noqa: ANN401
    slide = _slide(made, content, f"{said.FIGURE} par mois. {content.trend}" if len(content.months) else content.trend)
    if content.months.empty:
        return
    data = CategoryChartData(number_format=SHARE)
    data.categories = list(SHORT.values())
    places = [(month - 8) % 12 for month in SHORT]
    years = said.years_of(content)
    for year in years:
        rows = content.drawn[content.drawn["year"] == year]
        shares = dict(zip(rows["place"], rows["surplus_pct"], strict=True))
        data.add_series(year, [_rounded(shares.get(place)) for place in places])
    if content.goal is not None:
        data.add_series(f"Objectif {percent(content.goal)}", [content.goal] * len(places))
    chart = _chart(slide, XL_CHART_TYPE.LINE_MARKERS, data, said.MONTHLY)
    for one, series in enumerate(chart.plots[0].series):
        goal, read = one == len(years), one == len(years) - 1
        _line(
            series,
            GREEN if goal else BLUE if read else QUIET,
            1.5 if goal else 3.5 if read else 1.75,
            MSO_LINE.SOLID if goal or read else MSO_LINE.DASH if one == len(years) - 2 else MSO_LINE.ROUND_DOT,
        )
        if goal:
            series.marker.style = XL_MARKER_STYLE.NONE
        if read:
            _label_last(series, content.goal or 0)
    chart.value_axis.minimum_scale = 0


def _one_year(made: Any, content: Content) -> None:  # noqa: ANN401
    slide = _slide(made, content, content.change)
    rows = said.percents(content)
    if rows:
        data = CategoryChartData(number_format=SHARE)
        data.categories = [one.texts[0] for one in rows]
        data.add_series(said.CHANGES[2], [_rounded(one.before) for one in rows])
        data.add_series(said.CHANGES[1], [_rounded(one.now) for one in rows])
        chart = _chart(slide, XL_CHART_TYPE.COLUMN_CLUSTERED, data, said.A_YEAR_BEFORE, Inches(3.5))
        chart.plots[0].gap_width, chart.plots[0].overlap = 80, -5
        for series, colour in zip(chart.plots[0].series, (PALE, BLUE), strict=True):
            series.invert_if_negative = False  # or a bar under zero is white
            series.format.fill.solid()
            series.format.fill.fore_color.rgb = colour
            _labels(series.data_labels, INK, XL_LABEL_POSITION.OUTSIDE_END)
        chart.value_axis.visible, chart.value_axis.has_major_gridlines = False, False
        if not any(value and value < 0 for one in rows for value in (one.now, one.before)):
            chart.value_axis.minimum_scale = 0
    told = [(PILOT_TITLE, 18, BLUE, True), (content.pilot, 18, INK, False)]
    told += [(said.GRAMS, 18, BLUE, True), (content.grams, 18, INK, False)]
    _text(slide, SIDE, Inches(4.95), INNER, Inches(2.0), told, after=4)


def _comite(made: Any, content: Content) -> None:  # noqa: ANN401
    slide = _slide(made, content, content.since_title)
    half = Emu((INNER - Inches(0.5)) // 2)
    left = _list(content.since_counts)
    if content.changed:
        left += [(said.CHANGED, 18, BLUE, True), *_list(said.bounded(content.changed, CHANGED), 14)]
    left += [] if content.schools else _list([content.schools_title])
    _text(slide, SIDE, TOP, half, Inches(5.5), left, after=5)
    decide = said.awaited(content, LINES)
    right = [(said.to_decide_title(content), 18, BLUE, True), *_list(decide)]
    right += [(said.ALERTS, 18, BLUE, True), *_list(said.bounded(content.alerts, ALERTS))]
    _text(slide, Emu(SIDE + half + Inches(0.5)), TOP, half, Inches(5.5), right, after=5)


def _schools(made: Any, content: Content) -> None:  # noqa: ANN401
    if not content.schools:
        return
    slide = _slide(made, content, content.schools_title)
    rows = [list(said.SCHOOLS), *said.school_rows(content, SCHOOLS)]
    shape = slide.shapes.add_table(len(rows), len(rows[0]), SIDE, TOP, INNER, Emu(Inches(0.38) * len(rows)))
    for column, width in zip(shape.table.columns, (0.46, 0.22, 0.32), strict=True):
        column.width = Emu(int(INNER * width))
    for place, row in enumerate(rows):
        shape.table.rows[place].height = Inches(0.38)
        for cell, text in zip(shape.table.rows[place].cells, row, strict=True):
            cell.fill.solid()
            cell.fill.fore_color.rgb = BLUE if place == 0 else WHITE if place % 2 else TINT
            cell.margin_top = cell.margin_bottom = Inches(0.03)
            _write(cell.text_frame, [(text, 14, WHITE if place == 0 else INK, place == 0)])


# ---------------------------------------------------------------- parts
def _slide(made: Any, content: Content, title: str) -> Slide:  # noqa: ANN401
    """Add a slide with its title and, at its foot, whose report it is and how old its figures are."""
    slide = made.slides.add_slide(made.slide_layouts[TITLE_ONLY])
    _place(slide.shapes.title, SIDE, Inches(0.35), INNER, Inches(0.9))
    _write(slide.shapes.title.text_frame, [(title, 30 if len(title) <= 70 else 22, BLUE, True)])
    foot = f"{content.city}, {day(content.made_on)}{SPACE}; {content.about}"
    _text(slide, SIDE, Inches(7.0), INNER, Inches(0.35), [(foot, 11, QUIET, False)])
    return slide


def _place(shape: Any, left: int, top: int, width: int, height: int) -> None:  # noqa: ANN401
    shape.left, shape.top, shape.width, shape.height = left, top, width, height


def _text(slide: Slide, left: int, top: int, width: int, height: int, parts: Iterable[tuple], after: int = 0) -> None:
    frame = slide.shapes.add_textbox(left, top, width, height).text_frame
    _write(frame, parts, after)
    frame.auto_size = MSO_AUTO_SIZE.TEXT_TO_FIT_SHAPE  # smaller letters where a long text has no room


def _write(frame: Any, parts: Iterable[tuple], after: int = 0) -> None:  # noqa: ANN401
    """Write paragraphs, each a text with its size in points, its colour, whether it is bold."""
    frame.word_wrap = True
    for place, (text, size, colour, bold) in enumerate(parts):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.space_after = Pt(after)
        paragraph.alignment = 1  # left
        run = paragraph.add_run()
        run.text = said.one_line(text)
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = colour


def _list(items: list[str], size: int = 16) -> list[tuple]:
    return [(f"•{SPACE}{cut(item, 2 * LONGEST)}", size, INK, False) for item in items]


def _chart(slide: Slide, kind: Any, data: CategoryChartData, alt: str, height: int = Inches(5.5)) -> Any:  # noqa: ANN401
    frame = slide.shapes.add_chart(kind, SIDE, TOP, INNER, height, data)
    _describe(frame, f"{alt}. Les chiffres sont dans le graphique\u00a0: clic droit, modifier les données.")
    chart = frame.chart
    chart.has_title, chart.has_legend = False, True
    chart.legend.position, chart.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False
    chart.font.size, chart.font.color.rgb = Pt(14), INK
    axis = chart.value_axis
    axis.tick_labels.number_format, axis.tick_labels.number_format_is_linked = '0" %"', False
    axis.major_gridlines.format.line.color.rgb = RGBColor.from_string("DDE3E6")
    axis.format.line.fill.background()
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    return chart


def _line(series: Any, colour: RGBColor, width: float, dash: Any) -> None:  # noqa: ANN401
    series.smooth = False
    series.format.line.color.rgb, series.format.line.width, series.format.line.dash_style = colour, Pt(width), dash
    series.marker.style, series.marker.size = XL_MARKER_STYLE.CIRCLE, 6
    series.marker.format.fill.solid()
    series.marker.format.fill.fore_color.rgb = colour
    series.marker.format.line.color.rgb = colour


def _labels(labels: Any, colour: RGBColor, position: Any) -> None:  # noqa: ANN401
    labels.show_value, labels.position = True, position
    labels.number_format, labels.number_format_is_linked = SHARE, False
    labels.font.size, labels.font.bold, labels.font.color.rgb = Pt(14), True, colour


def _label_last(series: Any, goal: float) -> None:  # noqa: ANN401
    """Write the last known value of a line beside it, away from the line of the goal."""
    known = [(place, value) for place, value in enumerate(series.values) if value is not None]
    if not known:
        return
    place, value = known[-1]
    label = series.points[place].data_label
    label.position = XL_LABEL_POSITION.BELOW if value < goal else XL_LABEL_POSITION.ABOVE
    label.font.size, label.font.bold, label.font.color.rgb = Pt(14), True, BLUE


def _rounded(share: float | None) -> float | None:
    """Return a share as the page shows it."""
    return None if share is None else round(float(share), 1)


def _describe(shape: Any, text: str) -> None:  # noqa: ANN401
    """Name a shape for who does not see it."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", said.one_line(text))


def _speak_french(slide: Slide) -> None:
    """Let a screen reader and the spelling checker read each text in French."""
    for properties in slide._element.iter(qn("a:rPr"), qn("a:endParaRPr")):
        properties.set("lang", "fr-FR")
