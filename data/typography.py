"""French typography: no-break spaces, quotation marks, truncation of long texts."""

from __future__ import annotations

import re
import unicodedata

BEFORE = re.compile(r" ([:;?!%€»])")
AFTER = re.compile(r"« ")
# A number and the noun that it counts; words that only join it to what follows may begin a line.
JOINS = (
    "à|après|au|aux|avant|avec|contre|dans|de|depuis|des|dont|du|en|et|le|les|mais|ne|ou|où|par|pendant|pour|puis|que|"
    "qui|sans|se|selon|sur"
)
COUNTED = re.compile(rf"(?<![\w/,\u202f])(\d+(?:[,\u202f]\d+)*) (?!(?:{JOINS})\b)(?=[^\W\d_])")
TOTAL = re.compile(r"(\bsur|[nN]°) (?=\d)|(?<=:) (?=\d+\))")
# The maximum lengths of texts in messages: a quote, the title of a column, one value, a whole reason, a refusal.
QUOTE, TITLE, VALUE, REASON, REFUSAL = 60, 120, 300, 600, 1_000

# What NFKD leaves, and a keyboard has no key for.
LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})


def typed(text: str) -> str:
    """Return a text as a search compares it: in small letters, without accents, as a keyboard types it (CO₂ is CO2)."""
    plain = unicodedata.normalize("NFKD", text.translate(LIGATURES)).encode("ascii", "ignore").decode()
    return " ".join(plain.lower().split())


def french(sentence: str) -> str:
    """Return a sentence with no-break spaces before « : ; ? ! % € » » and after « « »."""
    return AFTER.sub("«\u00a0", BEFORE.sub("\u00a0\\1", sentence))


def unbroken(sentence: str) -> str:
    """Return a sentence whose lines never end between a number and its noun, or before a total: “7 écoles sur 12”."""
    return TOTAL.sub(lambda found: f"{found[1] or ''}\u00a0", COUNTED.sub("\\1\u00a0", sentence))


def cut(text: str, length: int) -> str:
    """Return a text truncated to a length, with “…” at its end: the texts of a file may have any length."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def quoted(text: str, length: int = QUOTE) -> str:
    """Return a text of a file in quotation marks, truncated."""
    return f"«\u00a0{cut(text, length)}\u00a0»"


def cut_sql(value: str, length: int) -> str:
    """Return an SQL expression that truncates a text as `cut` does."""
    return f"CASE WHEN length({value}) > {length} THEN left({value}, {length - 1}) || '…' ELSE {value} END"
