"""The shape of a grid: the row of its days, what each of its columns and of its rows is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from data.kinds import normalise
from data.reading.cleaning import PLAIN_TOTAL
from data.reading.grids.days import DayTitle, day_title
from data.reading.grids.losses import MEASURES, level_of, measure_of
from data.reading.header import fields_named
from data.reading.records import Record

LEAST_DAYS = 2
# A row of numbers alone is a row of days when it counts as many days as a month has weeks of school.
LEAST_BARE_DAYS = 8


@dataclass(frozen=True)
class Column:
    """A column of a grid: its place, its day, and what it measures where the grid has a second row of titles."""

    place: int
    title: DayTitle
    measure: str | None = None


@dataclass(frozen=True)
class Row:
    """A row of a grid: its line in the file, what its labels say, and its cells."""

    line: int
    name: str
    kind: str
    measure: str | None
    level: int
    label: str
    cells: list[str]


@dataclass(frozen=True)
class Shape:
    """A grid: the line of its days, its columns, the rows above and the texts around, the columns that are not read."""

    line: int
    columns: list[Column]
    titles: list[str]
    unread: list[str] = field(default_factory=list)


def shape_of(records: Sequence[Record]) -> Shape | None:
    """Return the shape of a grid among the first lines of a file; None when no row of them is a row of days."""
    rows = [(line, cells) for _, line, cells in records if cells]
    shapes = [shape for place, (line, cells) in enumerate(rows) if (shape := _of_row(line, cells, rows[place + 1 :]))]
    return max(shapes, key=lambda shape: len(shape.columns), default=None)


def _of_row(line: int, cells: list[str], below: list[tuple[int, list[str]]]) -> Shape | None:
    days = {place: title for place, cell in enumerate(cells) if (title := day_title(cell.strip()))}
    bare = [title.day or 0 for title in days.values() if title.bare]
    if bare and not (len(bare) == len(days) >= LEAST_BARE_DAYS and bare == sorted(set(bare))):
        days = {place: title for place, title in days.items() if not title.bare}
    if len(days) < LEAST_DAYS or not below:
        return None
    right = [place for place, cell in enumerate(cells) if place >= min(days) and cell.strip()]
    dates_below = any(_is_day(cells, place) for _, cells in below for place in days)
    if 2 * len(days) < len(right) or dates_below:
        return None
    columns = [Column(place, title) for place, title in days.items()]
    unread = [cells[place].strip() for place in right if place not in days]
    return _with_second_titles(Shape(line, columns, cells, unread), below[0])


def _is_day(cells: list[str], place: int) -> bool:
    title = day_title(cells[place].strip()) if place < len(cells) else None
    return title is not None and not title.bare


def _with_second_titles(shape: Shape, below: tuple[int, list[str]]) -> Shape:
    """Read a second row of titles: under each day, what is planned and what is served."""
    line, cells = below
    first = shape.columns[0].place
    measures = {place: name for place, cell in enumerate(cells) if place >= first and (name := _log_measure(cell))}
    if len(measures) < LEAST_DAYS:
        return shape
    titles = {column.place: column.title for column in shape.columns}
    columns = [
        Column(place, titles[max(day for day in titles if day <= place)], measure)
        for place, measure in measures.items()
    ]
    return replace(shape, line=line, columns=columns)


def _log_measure(text: str) -> str | None:
    measure = measure_of(text)
    return measure if measure in MEASURES else None


def rows_of(shape: Shape, records: Iterable[Record], *, most: int) -> list[Row]:
    """Return the rows under the days of a grid, with what their labels say; total and empty rows are left out."""
    first = min(column.place for column in shape.columns)
    fields = {place: fields_named("log", normalise(title)) for place, title in enumerate(shape.titles[:first])}
    kind_place, name_place = (
        next((place for place, known in fields.items() if name in known), None) for name in ("site_type", "site_nom")
    )
    rows: list[Row] = []
    name, level = "", 0
    for _, line, cells in islice(records, most):
        if cells is None or line <= shape.line:
            continue
        labels = {p: cell.strip() for p, cell in enumerate(cells[:first]) if cell.strip() and p != kind_place}
        measures = {p: known for p, text in labels.items() if p != name_place and (known := measure_of(text))}
        name = next((text for place, text in labels.items() if place not in measures), name)
        level = level_of(labels.values()) or level
        if _is_total(name) or not any(cells[c.place].strip() for c in shape.columns if c.place < len(cells)):
            continue
        kind = cells[kind_place].strip() if kind_place is not None else ""
        # The last label is the most precise: “Pesée unique des déchets”, then “Pain jeté”.
        measure = list(measures.values())[-1] if measures else None
        rows.append(Row(line, name, kind, measure, level, " · ".join(labels.values()), cells))
    return rows


def _is_total(name: str) -> bool:
    word = normalise(name)
    return PLAIN_TOTAL.fullmatch(word) is not None or word.split("_")[0] in ("total", "totaux")
