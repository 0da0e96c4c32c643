"""The grid of the week: canteens × days, to click on a screen, as text on a phone and on paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any, NamedTuple

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from data.access.rights import Act, Person, reach
from data.announcements.read import threads
from data.calendar.event_kinds import CLOSING
from data.kinds import normalise
from data.queries.forecasts.week import week
from data.store import Store
from ui.forecasts import disagreement
from ui.kept import styled_once
from ui.kit import sheet
from ui.kit.formats import MISSING, is_missing, number, signed, weekday
from ui.week import sentences as say

NAME, PREPARE, EXPECTED, GAP = "Cantine", "préparer", "attendus", "écart"
WIDTHS = {NAME: 150, PREPARE: 66, EXPECTED: 66, GAP: 56}  # pixels
HEIGHT = 620
OPENED = "jour_ouvert"  # session key: the canteen (label) and the day whose cell was clicked
Days = Sequence[date]


def with_marks(rows: pd.DataFrame, threads: pd.DataFrame) -> pd.DataFrame:
    """Add to the canteens' days the column `mark`: the plan disagrees, an announcement came (late or not)."""
    active = threads[threads["active"]]
    late: dict[tuple[str, Any], bool] = {}
    for canteen, day, too_late in zip(active["canteen"], active["date"], active["too_late"], strict=True):
        late[canteen, day] = bool(too_late) or late.get((canteen, day), False)
    disagrees = disagreement.gaps(rows).notna()
    places = zip(rows["canteen"], rows["date"], strict=True)
    signs = [
        say.marks(disagrees=bool(gap), told=place in late, late=late.get(place, False))
        for place, gap in zip(places, disagrees, strict=True)
    ]
    return rows.assign(mark=signs)


def closed(threads: pd.DataFrame) -> dict[tuple[str, date], str]:
    """Return what to write for the canteens that announced that they are closed, by (label, day)."""
    rows = threads[threads["active"] & threads["event"].isin(CLOSING)].to_dict("records")
    return {
        (row["place"], row["date"].date()): f"fermée {say.LATE if row['too_late'] else say.ANNOUNCED}" for row in rows
    }


class Drawn(NamedTuple):
    """The grid of some days, one row a canteen: for a screen, and as the cells of a table to read."""

    places: list[str]
    frame: pd.DataFrame
    lines: list[sheet.Row]

    def only(self, words: str) -> Drawn:
        """Return the canteens that have all these words in their names."""
        wanted = normalise(words).split("_")
        found = [row for row, place in enumerate(self.places) if all(word in normalise(place) for word in wanted)]
        return Drawn([self.places[row] for row in found], self.frame.iloc[found], [self.lines[row] for row in found])


def drawn(store: Store, run_id: int, days: Days, person: Person, *, with_order: bool) -> Drawn:
    """Return the grid of these days, with the canteens that a person may see; asked once until the store changes."""
    within, told = reach(person, Act.SEE), threads(store, person, days[0])
    rows = with_marks(week(store, run_id, days[0], days[-1]), told)
    rows = rows[[within.covers([canteen]) for canteen in rows["canteen"]]]
    cells = {(row["place"], row["date"].date()): row for row in rows.to_dict("records")}
    places, closures = list(dict.fromkeys(rows["place"])), closed(told)
    lines = [
        sheet.row([
            sheet.cell(place, "name"),
            *(_cell(cells.get((place, day)), closures.get((place, day), MISSING), with_order) for day in days),
        ])
        for place in places
    ]  # fmt: skip
    return Drawn(places, _frame(cells, places, days, closures, with_order=with_order), lines)


def show(grid: Drawn, days: Days) -> None:
    """Show a grid; a click on a cell opens the canteen's day."""
    with st.container(key="grid_semaine"):
        st.dataframe(
            _styled(grid.frame),
            key="grille_semaine",
            hide_index=True,
            height=HEIGHT,
            placeholder=MISSING,
            column_config=_columns(grid.frame),
            on_select=partial(_open, grid.places, days),
            selection_mode="single-cell",
        )
    sheet.sheet([NAME, *map(title, days)], grid.lines, style="as-text")


def title(day: date) -> str:
    """Write a day in little room, with its weekday: “jeu. 03/12”."""
    return f"{weekday(day)[:3]}. {day:%d/%m}"


def _cell(row: dict[Any, Any] | None, otherwise: str, with_order: bool) -> str:
    """Return the HTML of a cell: the quantity in bold, under it what is expected, the signs, the gap to the order."""
    if row is None:
        return sheet.cell(otherwise, "number")
    gap = _gap(row) if with_order else None
    parts = [f"att. {number(row['meals'])}", row["mark"], "" if gap is None else f"({signed(gap, 0)})"]
    return sheet.cell(number(row["prepare"]), "name number", note=" ".join(filter(None, parts)))


def _gap(row: dict[Any, Any]) -> float | None:
    return None if is_missing(row["ordered"]) else round(row["prepare"] - row["ordered"])


def _frame(
    cells: dict[tuple[str, date], Any],
    places: list[str],
    days: Days,
    closures: dict[tuple[str, date], str],
    *,
    with_order: bool,
) -> pd.DataFrame:
    """Return the grid: for each day the quantity (a number, to sort), then the expected meals with the signs."""
    columns: dict[Any, list[Any]] = {("", NAME): places}
    for day in days:
        of_day = [cells.get((place, day)) for place in places]
        columns[title(day), PREPARE] = [None if row is None else row["prepare"] for row in of_day]
        columns[title(day), EXPECTED] = [
            closures.get((place, day), MISSING) if row is None else f"{number(row['meals'])} {row['mark']}".strip()
            for place, row in zip(places, of_day, strict=True)
        ]
        gaps = [None if row is None else _gap(row) for row in of_day]
        if with_order and any(gap is not None for gap in gaps):
            columns[title(day), GAP] = gaps
    return pd.DataFrame(columns).astype({name: float for name in columns if name[1] not in (NAME, EXPECTED)})


@styled_once
def _styled(frame: pd.DataFrame) -> Styler:
    prepare, gaps = (_named(frame, name) for name in (PREPARE, GAP))
    writers: dict[Any, Any] = dict.fromkeys(prepare, number) | dict.fromkeys(gaps, partial(signed, digits=0))
    return frame.style.format(writers).set_properties(subset=prepare, **{"font-weight": "600"})


def _named(frame: pd.DataFrame, name: str) -> list[Any]:
    return [(day, title) for day, title in frame.columns if title == name]


def _columns(frame: pd.DataFrame) -> dict[Any, Any]:
    return {
        position + 1: st.column_config.Column(
            width=WIDTHS[name], pinned=name == NAME, alignment=None if name == NAME else "right"
        )
        for position, (_, name) in enumerate(frame.columns)
    }


def _open(places: list[str], days: Days) -> None:
    """Keep which canteen and day were clicked; a click on a name opens its first day."""
    cells = st.session_state["grille_semaine"]["selection"]["cells"]
    if cells:
        row, column = cells[0]
        st.session_state[OPENED] = (places[row], next((day for day in days if title(day) in str(column)), days[0]))
