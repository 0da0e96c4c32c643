"""French typography: the spaces that must not break, put where the rules want them."""

from __future__ import annotations

import re

BEFORE = re.compile(r" ([:;?!%€»])")
AFTER = re.compile(r"« ")


def french(sentence: str) -> str:
    """Return a sentence with no-break spaces before « : ; ? ! % € » » and after « « »."""
    return AFTER.sub("«\u00a0", BEFORE.sub("\u00a0\\1", sentence))
