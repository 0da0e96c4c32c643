"""Tables people can sort, read and take away."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st

from data.export.files import csv_of_texts
from data.reading.formulas import defuse
from ui.kit import formats

Height = int | Literal["content"] | None
WIDEST, LETTER, CAPITAL, MARGIN, PADDING = 420, 7, 9, 26, 20  # pixels
WRAPPED_ROW, LINES = 66, 3  # pixels, and the lines they hold: texts only wrap in rows of more than four ems
ROOM = 650  # pixels: what a page of 768 leaves to a table
SHORT = 10  # rows: a longer table keeps its rows of one line


@dataclass(frozen=True)
class Wide:
    """A table that may have more columns than a page has room for: its parts are then shown one under the other.

    Its CSV has all its columns.
    """

    whole: pd.DataFrame
    parts: tuple[pd.DataFrame, ...]


def table(
    frame: pd.DataFrame | Wide,
    key: str,
    digits: int = 1,
    height: Height = None,
    download: bool = True,
) -> None:
    """Show a DataFrame with French numbers and dates, and its CSV; column names are what people read."""
    whole = frame.whole if isinstance(frame, Wide) else frame
    too_wide = sum(widths_of(whole, digits).values()) > ROOM
    for part in frame.parts if isinstance(frame, Wide) and too_wide else [whole]:
        _grid(part, digits, height)
    if download:
        download_csv(whole, key, digits=digits + 1)


def _grid(frame: pd.DataFrame, digits: int, height: Height) -> None:
    widths = fitted(frame, widths_of(frame, digits))
    st.dataframe(
        french(frame, digits),
        hide_index=True,
        height=height or "auto",
        row_height=WRAPPED_ROW if lines_of(frame, widths) > 1 else None,
        placeholder=formats.MISSING,
        column_config={name: st.column_config.Column(width=width) for name, width in widths.items()},
    )


def widths_of(frame: pd.DataFrame, digits: int = 1) -> dict[str, int]:
    """Return the width in pixels of each column: no more than its longest value, and less for a text that can wrap.

    The default cuts long texts and gives numbers room they do not need.
    """
    return {str(name): _width(frame[name], str(name), digits) for name in frame.columns}


def _width(values: pd.Series, title: str, digits: int) -> int:
    write = _format_of(values, digits) or str
    return width_of([title, *(write(value) for value in values.dropna())])


def fitted(frame: pd.DataFrame, widths: dict[str, int]) -> dict[str, int]:
    """Return widths at which a short table needs no sideways scrolling, its texts on several lines, if there are any.

    No word is broken and no text is cut: a table whose words or numbers are too wide keeps its widths.
    """
    if sum(widths.values()) <= ROOM or len(frame) > SHORT:
        return widths
    least = {str(name): _narrowest(frame[name], str(name)) for name in _texts(frame)}
    wanted = {name: max(width, least.get(name, 0)) for name, width in widths.items()}
    spare = {name: wanted[name] - width for name, width in least.items()}
    excess, total = sum(wanted.values()) - ROOM, sum(spare.values())
    if total < excess:
        return widths
    narrower = {name: width - math.ceil(spare.get(name, 0) * excess / total) for name, width in wanted.items()}
    return narrower if lines_of(frame, narrower) <= LINES else widths


def _narrowest(values: pd.Series, title: str) -> int:
    """Return the width of the longest word, were its letters wide ones; titles do not wrap."""
    longest = max((len(word) for value in values.dropna() for word in str(value).split()), default=0)
    return max(_room(title), PADDING + CAPITAL * longest)


def lines_of(frame: pd.DataFrame, widths: dict[str, int]) -> int:
    """Return how many lines the texts of the tallest row need."""
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
    """Return the width in pixels that shows the longest of these texts whole, up to a limit."""
    return min(max(map(_room, texts), default=MARGIN), WIDEST)


def french(frame: pd.DataFrame, digits: int = 1) -> pd.DataFrame | pd.io.formats.style.Styler:
    """Return the frame with French numbers and dates; values stay numbers, so that sorting works."""
    shown = {name: _format_of(frame[name], digits) for name in frame.columns}
    formatted: dict[str, Any] = {name: write for name, write in shown.items() if write}
    return frame.style.format(formatted) if formatted else frame


def _format_of(values: pd.Series, digits: int) -> Callable[[Any], str] | None:
    if pd.api.types.is_datetime64_any_dtype(values):
        return formats.day
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return None
    return partial(formats.number, digits=0 if pd.api.types.is_integer_dtype(values) else digits)


def download_csv(
    frame: pd.DataFrame | Callable[[], pd.DataFrame],
    name: str,
    label: str = "Télécharger le tableau (CSV)",
    digits: int | None = None,
) -> None:
    """Offer the frame as a CSV file that French Excel opens as it is; it is made, or written, only when asked for."""
    st.download_button(
        label,
        data=lambda: french_csv(frame() if callable(frame) else frame, digits),
        file_name=f"{name}.csv",
        mime="text/csv",
        key=f"csv_{name}",
        on_click="ignore",
        icon=":material/download:",
    )


def french_csv(frame: pd.DataFrame, digits: int | None = None) -> bytes:
    """Return UTF-8 with BOM, “;”, decimal commas, dates jj/mm/aaaa, and no cell that Excel would run as a formula.

    Computed numbers keep at most `digits` decimals: more would be false precision. Without it, all are kept.
    """
    columns = [[_cell(value, digits) for value in frame[name]] for name in frame.columns]
    return csv_of_texts([defuse(str(name)) for name in frame.columns], zip(*columns, strict=True))


def _cell(value: Any, digits: int | None) -> str:  # noqa: ANN401
    if formats.is_missing(value):
        return ""
    if isinstance(value, str):
        return defuse(value)
    if isinstance(value, float):
        kept = value if digits is None else round(value, digits) + 0.0  # nothing is “-0”
        return f"{kept:.10g}".replace(".", ",")
    return formats.day(value) if isinstance(value, date) else str(value)
