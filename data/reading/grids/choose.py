"""Whether a file is a grid, and which separator or sheet has it; other grids are refused by their name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from data.kinds import normalise
from data.reading.decoding import DepositRefused
from data.reading.grids.days import day_title
from data.reading.grids.losses import course_of
from data.reading.grids.read import days_of, read_grid
from data.reading.grids.weighings import NUMBER
from data.reading.header import HEADER_SEARCH_LINES, Header, NearMiss
from data.reading.layout import Grid
from data.reading.records import Record
from data.typography import quoted

DATES = ("date", "jour", "jours", "date_du_menu", "dates")
LEAST_COURSES = 2


def grid_of(
    header: Header | NearMiss | None, tops: Mapping[str, Iterable[Record]], records: Callable[[str], Iterable[Record]]
) -> Grid | None:
    """Return the grid of a file, if any, from the first lines of each of its readings (a separator, a sheet).

    A file with a known column of dates is no grid. Raises DepositRefused for a grid that cannot be read.
    """
    if isinstance(header, Header):
        _refuse_wide_header(header)
        if _has_dates(header):
            return None
    readings = {name: list(islice(top, HEADER_SEARCH_LINES)) for name, top in tops.items()}
    days = {name: days_of(top) for name, top in readings.items()}
    best = max(days, key=lambda name: days[name], default=None)
    if best is not None and days[best]:
        return read_grid(readings[best], records(best))
    if not isinstance(header, Header):
        for top in readings.values():
            _refuse_wide_menu(top)
            _refuse_days_in_rows(top)
    return None


def _has_dates(header: Header) -> bool:
    return any(field.type == "date" and field.name in header.names for field in header.kind.fields)


def _refuse_wide_menu(top: list[Record]) -> None:
    for _, _, cells in top:
        courses = [cell.strip() for cell in cells or () if course_of(cell)]
        if len(courses) >= LEAST_COURSES and any(normalise(cell) in DATES for cell in cells or ()):
            raise _wide_menu(courses[0])


def _refuse_wide_header(header: Header) -> None:
    unread = [title.strip() for name, title in zip(header.names, header.titles, strict=True) if name is None]
    courses = [title for title in unread if course_of(title)]
    if header.kind.name == "menus" and courses:
        raise _wide_menu(courses[0])


def _wide_menu(course: str) -> DepositRefused:
    """Return the refusal of a menu that has one column per course: only its main dishes would be read."""
    return DepositRefused(
        f"Ce fichier est un menu en largeur\u00a0: il a une colonne par partie du repas ({quoted(course, 40)}…). "
        "Écrivez une ligne par plat, sous «\u00a0date\u00a0», «\u00a0rang\u00a0» et «\u00a0plat\u00a0»."
    )


def _refuse_days_in_rows(top: list[Record]) -> None:
    """Refuse a grid with its days in rows and its canteens in columns."""
    rows = [cells for _, _, cells in top if cells and any(map(str.strip, cells))]
    titles = next((cells for cells in rows if len([cell for cell in cells if cell.strip()]) > 1), [])
    canteens = [cell.strip() for cell in titles[1:] if cell.strip()]
    dated = [cells for cells in rows if (title := day_title(cells[0].strip())) and not title.bare]
    numbers = all(NUMBER.match(cell.strip()) for cells in dated for cell in cells[1:] if cell.strip())
    if len(canteens) > 1 and len(dated) > 1 and 2 * len(dated) >= len(rows) - 1 and numbers and titles not in dated:
        raise DepositRefused(
            "Ce fichier est une grille qui a les jours en lignes et les cantines en colonnes "
            f"({quoted(canteens[0], 40)}…). Mettez les cantines en lignes et les jours en colonnes, "
            "ou une ligne par cantine et par jour, puis déposez-le."
        )
