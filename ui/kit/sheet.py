"""A small table that is read rather than worked on: its texts wrap, and a screen reader reads it as a table."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from data.typography import french
from ui.kit.formats import escape, number

LONG = 30  # letters: no word of a language is as long, and a column could not hold it


def sheet(titles: Iterable[str], rows: Iterable[str], caption: str = "", style: str = "") -> None:
    """Show rows made by `row`, under their titles."""
    head = "".join(f'<th scope="col">{escape(title)}</th>' for title in titles)
    named = f"<caption>{escape(french(caption))}</caption>" if caption else ""
    st.html(
        f'<div class="sheet {style}"><table>{named}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def row(cells: Iterable[str]) -> str:
    """Return one row of cells made by `cell`."""
    return f"<tr>{''.join(cells)}</tr>"


def cell(text: object, style: str = "", note: str = "", summary: str = "", more: Iterable[str] = ()) -> str:
    """Return one cell; the text is shown as it is, whatever it contains, and long names may break after a “_”.

    A note stands under it, in small print, and a summary that opens on `more`.
    """
    below = f'<p class="note">{escape(note)}</p>' if note else ""
    if summary:
        items = "".join(f"<li>{escape(item)}</li>" for item in more)
        below += f"<details><summary>{escape(summary)}</summary><ul>{items}</ul></details>"
    if max(map(len, f"{text} {note}".replace("_", " ").split()), default=0) > LONG:
        style = f"{style} long".strip()
    return f'<td class="{style}">{escape(str(text)).replace("_", "_<wbr>")}{below}</td>'


def sheet_of(frame: pd.DataFrame) -> None:
    """Show a short table; counts are written the French way and set to the right."""
    counts = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns]
    rows = (
        row(
            cell(number(value), "number") if count else cell(value) for value, count in zip(values, counts, strict=True)
        )
        for values in frame.itertuples(index=False)
    )
    sheet(map(str, frame.columns), rows)
