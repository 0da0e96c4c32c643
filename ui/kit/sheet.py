"""A small HTML table for reading only: texts wrap, and screen readers present it as a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd
import streamlit as st

from data.typography import french
from ui.kept import made_once
from ui.kit.formats import MISSING, escape, is_missing, writer_of

LONG = 30  # letters; a longer “word” is wider than a column and must be broken
WORD = 13  # letters; under its title on a phone, a longer word takes a line of its own rather than be cut
PHONE, LETTER, PADDING = 305, 7, 11  # pixels: the room for a table on a phone, a letter, the sides of a cell
SENTENCE = 16  # letters; under its title on a phone, a longer text takes a line of its own
TAG, NUMBER = re.compile("<[^>]*>"), re.compile('<td class="number')
Row = tuple[str, ...]


def sheet(titles: Iterable[str], rows: Iterable[Row], caption: str = "", style: str = "") -> None:
    """Show rows (made by `row`) under the titles of their columns.

    On a phone, a table that has no room for its columns is stacked: each cell has the title of its column above it.
    """
    st.html(_html(list(map(str, titles)), list(rows), caption, style))


@made_once
def _html(names: list[str], lines: list[Row], caption: str, style: str) -> str:
    head = "".join(f'<th scope="col"{_aligned(lines, place)}>{escape(name)}</th>' for place, name in enumerate(names))
    caption_html = f"<caption>{escape(french(caption))}</caption>" if caption else ""
    body = "".join(f"<tr>{_of_row(''.join(map(_titled, line, names)))}</tr>" for line in lines)
    stacked = " stacked" if _narrowest(names, lines) > PHONE else ""
    return (
        f'<div class="sheet {style}{stacked}"><table>{caption_html}<thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _aligned(lines: list[Row], place: int) -> str:
    """Return the class of a title: over numbers, it stands to the right as they do."""
    return ' class="number"' if lines and all(NUMBER.match(line[place]) for line in lines) else ""


def _of_row(cells: str) -> str:
    """Make the first cell of a row its title, which a screen reader says before each of the others."""
    first, end, others = cells.partition("</td>")
    return first.replace("<td", '<th scope="row"', 1) + end.replace("td", "th") + others


def _titled(html: str, title: str) -> str:
    text = TAG.sub("", html)
    long = " data-long" if len(text) > SENTENCE or max(map(len, text.split()), default=0) > WORD else ""
    return html.replace("<td", f'<td data-title="{escape(title)}"{long}', 1)


def _narrowest(titles: list[str], rows: list[Row]) -> int:
    """Return the least width of a table in pixels: that of the longest word of each column, more for sentences."""
    columns = zip(*[titles, *([TAG.sub(" ", html) for html in line] for line in rows)], strict=True)
    return sum(max(map(_narrowest_cell, texts)) for texts in columns)


def _narrowest_cell(text: str) -> int:
    words = PADDING + LETTER * max(len(word) for word in [*text.split(" "), ""])
    return max(words, LETTER * SENTENCE if len(text) > 3 * SENTENCE else 0)


def row(cells: Iterable[str]) -> Row:
    """Return a row of cells (made by `cell`)."""
    return tuple(cells)


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


def sheet_of(frame: pd.DataFrame, digits: int = 0, style: str = "", caption: str = "") -> None:
    """Show a short DataFrame; numbers are written the French way and aligned to the right."""
    st.html(html_of(frame, digits, style, caption))


def html_of(frame: pd.DataFrame, digits: int = 0, style: str = "", caption: str = "") -> str:
    """Return the HTML of a short DataFrame."""
    columns = [_cells(frame[name], digits) for name in frame.columns]
    return _html(list(map(str, frame.columns)), list(map(row, zip(*columns, strict=True))), caption, style)


def _cells(values: pd.Series, digits: int) -> list[str]:
    write = writer_of(values, digits)
    texts = [MISSING if is_missing(value) else (write or str)(value) for value in values]
    kind = "number" if pd.api.types.is_numeric_dtype(values) else ""
    return [cell(text, kind) for text in texts]


@dataclass(frozen=True)
class Matrix:
    """Two scales that cross: their names, their steps (columns, then rows from the top), and what stands in each cell.

    `cells`: (row, column) → texts. `named`: the same → the name of a corner. `shades`: the same → its shade, from 0
    to 3 the heavier, 4 and 5 the better.
    """

    across: str
    down: str
    columns: Sequence[str]
    rows: Sequence[str]
    cells: Mapping[tuple[str, str], Sequence[str]]
    shades: Mapping[tuple[str, str], int]
    named: Mapping[tuple[str, str], str] = field(default_factory=dict)


def matrix(shown: Matrix) -> None:
    """Show what stands in each cell by its name; a phone reads the cells that hold something as a list."""
    head = "".join(f'<th scope="col">{escape(shown.across)} {escape(column)}</th>' for column in shown.columns)
    body = "".join(
        f'<tr><th scope="row">{escape(shown.down)} {escape(row)}</th>'
        f"{''.join(_crossing(shown, row, column) for column in shown.columns)}</tr>"
        for row in shown.rows
    )
    st.html(f'<div class="matrix"><table><thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>')


def _crossing(shown: Matrix, row: str, column: str) -> str:
    place, name = (row, column), shown.named.get((row, column), "")
    items = "".join(f"<li>{escape(item)}</li>" for item in shown.cells.get(place, ()))
    title = f"{shown.down} {row}, {shown.across} {column}"
    inside = f"<ul>{items}</ul>" if items else ""
    corner = f'<p class="note">{escape(name)}</p>' if name else ""
    style = f"shade-{shown.shades[place]}{'' if items else ' empty'}"
    return f'<td class="{style}" data-title="{escape(title)}">{corner}{inside}</td>'
