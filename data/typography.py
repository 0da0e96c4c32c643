"""French typography: the spaces that must not break, put where the rules want them; long texts cut, quotes."""

from __future__ import annotations

import re

BEFORE = re.compile(r" ([:;?!%€»])")
AFTER = re.compile(r"« ")
# The longest of what is told: a quote, the title of a column, one value before or after, a whole reason, a refusal.
QUOTE, TITLE, VALUE, REASON, REFUSAL = 60, 120, 300, 600, 1_000


def french(sentence: str) -> str:
    """Return a sentence with no-break spaces before « : ; ? ! % € » » and after « « »."""
    return AFTER.sub("«\u00a0", BEFORE.sub("\u00a0\\1", sentence))


def cut(text: str, length: int) -> str:
    """Return a text cut to a length, with “…” at its end: what a file says may have any length."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def quoted(text: str, length: int = QUOTE) -> str:
    """Quote a text of a file, cut."""
    return f"«\u00a0{cut(text, length)}\u00a0»"


def cut_sql(value: str, length: int) -> str:
    """Return the SQL of a text cut as `cut` does."""
    return f"CASE WHEN length({value}) > {length} THEN left({value}, {length - 1}) || '…' ELSE {value} END"
