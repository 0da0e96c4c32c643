"""Sortable tables with French numbers and dates, and their CSV files."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import accumulate
from typing import Any, Literal

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from data.export.files import csv_of_texts
from data.reading.formulas import defuse
from ui.kept import MOST_CELLS, content_of, made_once, styled_once
from ui.kit import formats
from ui.kit.sheet import html_of

Height = int | Literal["content"] | None
Pick = Callable[[int], None]
PICKED = "ligne_choisie"  # session key
WIDEST, LETTER, CAPITAL, MARGIN, PADDING = 420, 7, 9, 26, 20  # pixels
WRAPPED_ROW, LINES = 66, 3  # pixels, and lines of text in that height; texts only wrap in rows higher than four ems
ROOM = 650  # pixels: the width of a table on a page of 768 pixels
ROWS_AS_TEXT, LETTERS_AS_TEXT = 200, 10_000  # the size of a page does not follow that of a file
SHORT = 10  # rows; in a longer table, rows keep one line


@dataclass(frozen=True)
class Wide:
    """A table that may be wider than the page: its parts are then shown one under the other.

    The CSV file always has all columns.
    """

    whole: pd.DataFrame
    parts: tuple[pd.DataFrame, ...]


def table(
    frame: pd.DataFrame | Wide,
    key: str,
    digits: int = 1,
    height: Height = None,
    download: bool = True,
    on_pick: Pick | None = None,
) -> None:
    """Show a DataFrame with French numbers and dates, and its CSV file; column names are the French titles.

    `on_pick` is called with the place of a row in which a cell is clicked.
    """
    whole = frame.whole if isinstance(frame, Wide) else frame
    too_wide = sum(widths_of(whole, digits).values()) > ROOM
    with grid_and_text(whole, key, digits):
        for place, part in enumerate(frame.parts if isinstance(frame, Wide) and too_wide else [whole]):
            _grid(part, digits, height, f"pick_{key}_{place}", on_pick)
    if download:
        download_csv(whole, key, digits=digits + 1)


@contextmanager
def grid_and_text(whole: pd.DataFrame, key: str, digits: int = 1) -> Iterator[None]:
    """Show a grid, made inside the `with`, and its rows as text, which a phone and paper show in its place.

    They would cut the columns of the grid, and its rows.
    """
    with st.container(key=f"grid_{key}"):
        yield
    st.html(_as_text(whole.head(ROWS_AS_TEXT), digits, len(whole)))


@made_once
def _as_text(first: pd.DataFrame, digits: int, row_count: int) -> str:
    letters = accumulate(sum(len(str(value)) for value in row) for row in first.itertuples(index=False))
    rows = first.head(max(1, sum(total <= LETTERS_AS_TEXT for total in letters)))
    caption = "" if len(rows) == row_count else f"Les {len(rows)} premières lignes sur {formats.number(row_count)}."
    return html_of(rows, digits, "as-text", caption)


def _grid(frame: pd.DataFrame, digits: int, height: Height, key: str, on_pick: Pick | None) -> None:
    if on_pick:
        picked = partial(_picked, key, on_pick)
        st.dataframe(key=key, on_select=picked, selection_mode="single-cell", **_options(frame, digits, height))
    elif frame.size > MOST_CELLS:
        st.dataframe(**_options(frame, digits, height))
    else:
        _still(content_of(frame, digits, height), frame, digits, height)


@st.cache_resource(show_spinner=False, max_entries=200)
def _still(content: str, _frame: pd.DataFrame, _digits: int, _height: Height) -> None:  # noqa: ARG001  part of the key
    """Show a grid where nothing is picked: what Streamlit sends of it is made once, and sent again."""
    st.dataframe(**_options(_frame, _digits, _height))


def _options(frame: pd.DataFrame, digits: int, height: Height) -> dict[str, Any]:
    widths = fitted(frame, widths_of(frame, digits))
    return {
        "data": french(frame, digits),
        "hide_index": True,
        "height": height or "auto",
        "row_height": WRAPPED_ROW if lines_of(frame, widths) > 1 else None,
        "placeholder": formats.MISSING,
        "column_config": {name: st.column_config.Column(width=width) for name, width in widths.items()},
    }


def _picked(key: str, on_pick: Pick) -> None:
    if cells := st.session_state[key]["selection"]["cells"]:
        on_pick(cells[0][0])
        st.session_state[PICKED] = True


@made_once
def widths_of(frame: pd.DataFrame, digits: int = 1) -> dict[str, int]:
    """Return the width in pixels of each column: that of its longest value, up to a limit.

    The default widths cut long texts and are too wide for numbers.
    """
    return {str(name): _width(frame[name], str(name), digits) for name in frame.columns}


def _width(values: pd.Series, title: str, digits: int) -> int:
    write = formats.writer_of(values, digits) or str
    return width_of([title, *(write(value) for value in values.dropna())])


def fitted(frame: pd.DataFrame, widths: dict[str, int]) -> dict[str, int]:
    """Return widths at which a short table fits the page, with its texts on several lines; if there are such widths.

    No word is broken and no text is cut: otherwise the table keeps its widths, and scrolls sideways.
    """
    if sum(widths.values()) <= ROOM or len(frame) > SHORT:
        return widths
    narrowest = {str(name): _narrowest(frame[name], str(name)) for name in _texts(frame)}
    needed = {name: max(width, narrowest.get(name, 0)) for name, width in widths.items()}
    shrinkable = {name: needed[name] - width for name, width in narrowest.items()}
    excess, total_shrinkable = sum(needed.values()) - ROOM, sum(shrinkable.values())
    if total_shrinkable < excess:
        return widths
    narrower = {
        name: width - math.ceil(shrinkable.get(name, 0) * excess / total_shrinkable) for name, width in needed.items()
    }
    return narrower if lines_of(frame, narrower) <= LINES else widths


def _narrowest(values: pd.Series, title: str) -> int:
    """Return the least width of a column of texts: that of its title or of its longest word, counted in capitals."""
    longest = max((len(word) for value in values.dropna() for word in str(value).split()), default=0)
    return max(_room(title), PADDING + CAPITAL * longest)


def lines_of(frame: pd.DataFrame, widths: dict[str, int]) -> int:
    """Return the number of lines of text of the tallest row."""
    return max(
        (
            max(2, len(textwrap.wrap(str(value), max(1, (widths[str(name)] - PADDING) // LETTER))))
            for name in _texts(frame)
            for value in frame[name].dropna()
            if _room(str(value)) > widths[str(name)]
        ),
        default=1,
    )


def _texts(frame: pd.DataFrame) -> list[Hashable]:
    return [name for name in frame.columns if pd.api.types.is_string_dtype(frame[name])]


def _room(text: str) -> int:
    return MARGIN + sum(CAPITAL if letter.isupper() else LETTER for letter in text)


def width_of(texts: Iterable[str]) -> int:
    """Return the width in pixels of the longest of these texts, up to a limit."""
    return min(max(map(_room, texts), default=MARGIN), WIDEST)


def french(frame: pd.DataFrame, digits: int = 1) -> pd.DataFrame | Styler:
    """Return the frame with French numbers and dates; the values stay numbers, so sorting works."""
    return _french(frame, digits) if any(formats.writer_of(frame[name], digits) for name in frame.columns) else frame


@styled_once
def _french(frame: pd.DataFrame, digits: int) -> Styler:
    writers = {name: formats.writer_of(frame[name], digits) for name in frame.columns}
    formats_by_column: dict[str, Any] = {name: writer for name, writer in writers.items() if writer}
    return frame.style.format(formats_by_column)


def download_csv(
    frame: pd.DataFrame | Callable[[], pd.DataFrame],
    name: str,
    label: str = "Télécharger le tableau (CSV)",
    digits: int | None = None,
    key: str = "",
) -> None:
    """Show a button that downloads the frame as CSV for French Excel; the file is written at the click."""
    st.download_button(
        label,
        data=lambda: french_csv(frame() if callable(frame) else frame, digits),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv_{key or name}",
        on_click="ignore",
        icon=":material/download:",
    )


def french_csv(frame: pd.DataFrame, digits: int | None = None) -> bytes:
    """Return a CSV file in UTF-8 with BOM: “;”, decimal commas, dates jj/mm/aaaa, no cell that Excel runs as a formula.

    Numbers are rounded to `digits` decimals, because more would be false precision; None keeps all decimals.
    """
    columns = [[_cell(value, digits) for value in frame[name]] for name in frame.columns]
    return csv_of_texts([defuse(str(name)) for name in frame.columns], zip(*columns, strict=True))


def _cell(value: Any, digits: int | None) -> str:  # noqa: ANN401
    if formats.is_missing(value):
        return ""
    if isinstance(value, str):
        return defuse(value)
    if isinstance(value, float):
        rounded = value if digits is None else round(value, digits) + 0.0  # + 0.0 turns -0.0 into 0.0
        return f"{rounded:.10g}".replace(".", ",")
    return formats.day(value) if isinstance(value, date) else str(value)
