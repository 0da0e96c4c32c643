"""Texts that a spreadsheet would take for a formula: defused on the way out, taken back unchanged on the way in.

The mark is an apostrophe, as Excel itself writes “this is text”. A text that already looks defused gets one more, in
every style of file, so that the way back never has to guess.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from data.reading.texts import CODED, rewrite

_RISKY = re.compile(r"'*[=+\-@\t\r]")
# Programs write ="0123" so that Excel keeps the text 0123.
_FORCED = r'^="([^"]*)"$'
_ALREADY = re.compile(r"""'+[=+\-@\t\r]|'*="[^"]*"$""")
_DEFUSED = r"^'('*[=+\-@\t\r])"


def defuse(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def escape(text: str) -> str:
    """Return a text as it is, unless it would be taken for a defused one."""
    return f"'{text}" if _ALREADY.match(text) else text


def take_back(cells: pa.Table) -> pa.Table:
    """Return the texts of a sheet as they were before `defuse` or `escape`, and forced texts without their formula."""
    for name in cells.column_names:
        if cells[name].type == CODED:
            cells = rewrite(cells, name, _taken_back)
    return cells


def _taken_back(texts: pa.Array) -> pa.Array:
    for pattern in (_FORCED, _DEFUSED):
        # Nearly always none: a copy of a long column is spared.
        if pc.any(pc.match_substring_regex(texts, pattern)).as_py():
            texts = pc.replace_substring_regex(texts, pattern, r"\1")
    return texts
