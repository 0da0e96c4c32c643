"""A small HTML table for reading only: texts wrap, and screen readers present it as a table."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from data.typography import french
from ui.kit.formats import escape, number

LONG = 30  # letters; a longer “word” is wider than a column and must be broken


def sheet(titles: Iterable[str], rows: Iterable[str], caption: str = "", style: str = "") -> None:
    """Show rows (made by `row`) under the titles of their columns."""
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    caption_html = f"<caption>{escape(french(caption))}</caption>" if caption else ""
    st.html(
        f'<div class="sheet {style}"><table>{caption_html}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def row(cells: Iterable[str]) -> str:
    """Return the HTML of a row of cells (made by `cell`)."""
    return f"<tr>{''.join(cells)}</tr>"


def cell(text: object, style: str = "", note: str = "", summary: str = "", more: Iterable[str] = ()) -> str:
    """Return the HTML of a cell; the text is escaped, and long names may break after a “_”.

    Under it: `note` in small print, and `summary`, which opens the list `more`.
    """
    below = f'<p class="note">{escape(note)}</p>' if note else ""
    if summary:
        items = "".join(f"<li>{escape(item)}</li>" for item in more)
        below += f"<details><summary>{escape(summary)}</summary><ul>{items}</ul></details>"
    if max(map(len, f"{text} {note}".replace("_", " ").split()), default=0) > LONG:
        style = f"{style} long".strip()
    return f'<td class="{style}">{escape(str(text)).replace("_", "_<wbr>")}{below}</td>'


def sheet_of(frame: pd.DataFrame) -> None:
    """Show a short DataFrame; numbers are written the French way and aligned to the right."""
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns]
    rows = (
        row(
            cell(number(value), "number") if is_number else cell(value)
            for value, is_number in zip(values, numeric, strict=True)
        )
        for values in frame.itertuples(index=False)
    )
    sheet(map(str, frame.columns), rows)
