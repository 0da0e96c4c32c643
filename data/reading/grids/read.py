"""Read a grid as lines of the log: each cell under a day becomes a figure of one canteen and one day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import pyarrow as pa

from data.calendar.names import WEEKDAYS
from data.clock import today_in_paris
from data.kinds import kinds
from data.reading.dates import Remark
from data.reading.decoding import DepositRefused
from data.reading.grids.days import DayTitle, dates_of, start_written
from data.reading.grids.losses import MEALS, WEIGHTS, canteen_named, course_of, measure_of
from data.reading.grids.shape import Row, Shape, rows_of, shape_of
from data.reading.grids.weighings import NUMBER, Figure, in_kg, merged_weighings
from data.reading.header import Header
from data.reading.layout import Grid, GridCell
from data.reading.records import LINES, Record
from data.typography import quoted

MOST_ROWS = 2_000
COLUMNS = ("site_nom", "site_type", "date", "prevision", "reel", *WEIGHTS, "commentaire")
ADVICE = "Écrivez une ligne par cantine et par jour, ou prenez le modèle du journal, puis déposez le fichier."


def days_of(top: Sequence[Record]) -> int:
    """Return how many columns of the first lines are days: 0 when they are no grid."""
    shape = shape_of(top)
    return len(shape.columns) if shape else 0


def read_grid(top: Sequence[Record], records: Iterable[Record]) -> Grid:
    """Read a grid whose first lines are `top`; raises DepositRefused for one that is no log of canteens."""
    shape = shape_of(top)
    if shape is None:
        raise ValueError("not a grid")
    rows = rows_of(shape, records, most=MOST_ROWS)
    places = {column.place for column in shape.columns}
    around = [[cell for place, cell in enumerate(cells or ()) if place not in places] for _, _, cells in top]
    _refuse_menu(shape, rows)
    canteen = canteen_named((cells for _, _, cells in top if cells), shape.titles)
    _refuse_without_rows(shape, rows, canteen)
    above = [cell for (_, line, _), cells in zip(top, around, strict=True) if line <= shape.line for cell in cells]
    default = None if canteen else _measure_of_all(above, shape, rows)
    today = today_in_paris()
    start = start_written((cell for cells in around for cell in cells), today)
    days, remarks = _dated(shape, start, today, to_come=default == "prevision")
    figures, unread = _figures(shape, rows, days, canteen, default)
    figures, merged = merged_weighings(figures)
    table, cells = _lines(figures, shape)
    assumed = [] if default is None else [(shape.line, default, _assumed(default))]
    return Grid(_header(shape), table, cells, assumed + remarks + unread + merged)


def _header(shape: Shape) -> Header:
    return Header(kinds()["log"], shape.line, COLUMNS, COLUMNS)


def _assumed(measure: str) -> str:
    words = {"prevision": "repas prévus", "reel": "repas servis"}
    shown = words.get(measure, f"kilogrammes ({measure})")
    return f"la grille ne dit pas ce que comptent ses nombres\u00a0: lus comme des {shown}"


def _refuse_menu(shape: Shape, rows: list[Row]) -> None:
    texts = [row.cells[c.place] for row in rows for c in shape.columns if c.place < len(row.cells)]
    numbers = sum(NUMBER.match(text.strip()) is not None for text in texts if text.strip())
    courses = [row.label for row in rows if course_of(row.label) or course_of(row.name)]
    if len(courses) > 1 or (rows and not numbers):
        raise DepositRefused(
            "Ce fichier est un menu de la semaine, en grille (les parties du repas en lignes, les jours en colonnes). "
            "Écrivez une ligne par plat, sous «\u00a0date\u00a0», «\u00a0rang\u00a0» et «\u00a0plat\u00a0»."
        )


def _refuse_without_rows(shape: Shape, rows: list[Row], canteen: str | None) -> None:
    day = quoted(shape.columns[0].title.text, 30)
    if not rows:
        raise DepositRefused(f"Ce fichier est une grille vide\u00a0: aucune ligne n’est remplie sous {day}.")
    if canteen is None and not any(row.name for row in rows):
        raise DepositRefused(
            f"Ce fichier est une grille de pesées par jour ({day}…), mais elle ne dit pas de quelle cantine. "
            "Ajoutez en haut une ligne «\u00a0Nom de l’établissement\u00a0» suivie de son nom, puis déposez le fichier."
        )
    if canteen is None and all(row.measure and row.name == row.label for row in rows):
        raise DepositRefused(f"Ce fichier est une grille de pesées sans cantine. {ADVICE}")


def _measure_of_all(above: list[str], shape: Shape, rows: list[Row]) -> str | None:
    """Return what the numbers of a grid of canteens are, where its rows and columns do not say it."""
    if all(row.measure or all(column.measure for column in shape.columns) for row in rows):
        return None
    measures = {known for text in above if (known := measure_of(text)) in (*MEALS, *WEIGHTS)}
    if len(measures) == 1:
        return measures.pop()
    texts = [row.cells[c.place].strip() for row in rows for c in shape.columns if c.place < len(row.cells)]
    if any(in_kg(text) for text in texts):
        raise DepositRefused(
            "Ce fichier est une grille de pesées (cantines en lignes, jours en colonnes), mais elle ne dit pas ce qui "
            "est pesé. Écrivez au-dessus «\u00a0Préparation (kg)\u00a0», «\u00a0Non servi (kg)\u00a0» ou "
            "«\u00a0Restes assiette (kg)\u00a0», puis déposez le fichier."
        )
    return "reel"


def _dated(
    shape: Shape, start: date | None, today: date, *, to_come: bool
) -> tuple[dict[DayTitle, date], list[Remark]]:
    """Return the date of each title, with remarks; raises DepositRefused when a title has no date."""
    titles = list(dict.fromkeys(column.title for column in shape.columns))
    dates = dates_of(titles, start, today, to_come=to_come)
    days = {title: day for title, day in zip(titles, dates, strict=True) if day}
    if undated := [title.text for title in titles if title not in days]:
        raise DepositRefused(
            f"Ce fichier est une grille de jours, mais la date de {quoted(undated[0], 30)} ne se retrouve pas. "
            "Écrivez la date entière en titre de chaque colonne (07/09/2026), ou au-dessus la semaine et l’année "
            "(«\u00a0Semaine du 7 septembre 2026\u00a0»), puis déposez le fichier."
        )
    remarks: list[Remark] = [
        (shape.line, title.text, f"{quoted(title.text, 30)}\u00a0: ce jour est un {WEEKDAYS[day.weekday()]} ; vérifiez")
        for title, day in days.items()
        if title.weekday not in (None, day.weekday())
    ]
    if start is None and any(title.full is None for title in titles):
        choice = "la plus proche" if to_come else "la dernière"
        reason = (
            f"ni le mois ni l’année ne sont écrits\u00a0: la date lue est {choice} qui convient ; sinon, écrivez-la"
        )
        remarks.append((shape.line, "date", f"{reason} en entier au-dessus de la grille"))
    remarks += [
        (shape.line, title, "colonne qui n’est pas un jour\u00a0: elle n’est pas lue") for title in shape.unread
    ]
    return days, remarks


def _figures(
    shape: Shape, rows: list[Row], days: dict[DayTitle, date], canteen: str | None, default: str | None
) -> tuple[list[Figure], list[Remark]]:
    """Return each filled cell with its canteen, day and measure; and a remark on each row that is not read."""
    figures: list[Figure] = []
    unread: list[Remark] = []
    for row in rows:
        measures = {column: row.measure or column.measure or default for column in shape.columns}
        if None in measures.values():
            unread.append((row.line, None, f"{quoted(row.label)}\u00a0: ligne qui n’est pas lue"))
            continue
        figures += [
            Figure(row.line, column, row.cells[column.place].strip(), canteen or row.name, row.kind, days[column.title],
                   str(measure), row.level, row.label)
            for column, measure in measures.items()
            if column.place < len(row.cells) and row.cells[column.place].strip()
        ]  # fmt: skip
    return figures, unread


def _lines(figures: list[Figure], shape: Shape) -> tuple[pa.Table, list[GridCell]]:
    """Return one line of the log per canteen and day, and each figure with its cells."""
    order = {column.title: place for place, column in enumerate(shape.columns)}
    lines: dict[tuple[str, str, date, int], dict[str, str | int]] = {}
    cells: list[GridCell] = []
    for figure in figures:
        key = (figure.site, figure.site_kind, figure.day)
        # Two rows of one canteen stay two lines, which are then compared as those of any file.
        rank = next(rank for rank in range(len(figures)) if figure.measure not in lines.get((*key, rank), {}))
        line = lines.setdefault(
            (*key, rank),
            {"line": LINES * order[figure.column.title] + figure.line, "site_nom": figure.site,
             "site_type": figure.site_kind, "date": figure.day.isoformat()},
        )  # fmt: skip
        line[figure.measure] = figure.value
        if figure.comment:
            line["commentaire"] = figure.comment
        at = tuple(line for line, _ in figure.sources)
        cells.append(GridCell(at, figure.column.title.text, figure.written, figure.site, figure.day, figure.measure))
    rows = [{name: line.get(name, "") for name in ("line", *COLUMNS)} for line in lines.values()]
    schema = pa.schema([("line", pa.int64()), *((name, pa.string()) for name in COLUMNS)])
    return pa.Table.from_pylist(rows, schema), cells
