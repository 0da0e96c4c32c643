"""CSV injection protection: texts that look like formulas are escaped in exports, and unescaped when read again.

The escape is an apostrophe, Excel's own mark of a text. A text that already looks escaped gets one more apostrophe,
in every style of file, so that reading it again always gives the text of the store.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from data.reading.texts import CODED, rewrite

_RISKY = re.compile(r"'*[=+\-@\t\r]")
# Some programs write ="0123" so that Excel keeps the text 0123.
_FORCED = r'^="([^"]*)"$'
_ALREADY = re.compile(r"""'+[=+\-@\t\r]|'*="[^"]*"$""")
_DEFUSED = r"^'('*[=+\-@\t\r])"


def defuse(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def escape(text: str) -> str:
    """Return a text as it is, or with one more apostrophe when it looks like a defused one."""
    return f"'{text}" if _ALREADY.match(text) else text


def unescaped(cells: pa.Table) -> pa.Table:
    """Return the texts of a sheet as they were before `defuse` or `escape`, and ="0123" as 0123."""
    for name in cells.column_names:
        if cells[name].type == CODED:
            cells = rewrite(cells, name, _unescape)
    return cells


def _unescape(texts: pa.Array) -> pa.Array:
    for pattern in (_FORCED, _DEFUSED):
        # Most columns have no match: the test avoids a copy of a long column.
        if pc.any(pc.match_substring_regex(texts, pattern)).as_py():
            texts = pc.replace_substring_regex(texts, pattern, r"\1")
    return texts
