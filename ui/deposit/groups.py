"""The findings of a deposit report in groups: those of one column and one kind of reason, in one row."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.deposit.apply import Finding
from ui.deposit.sentences import LINES_NAMED, column_of, lines_named, table_of
from ui.kit.formats import MISSING, SPACE

# What names the line in a reason: “canteen · type · date : ”.
SUBJECT = re.compile(r"^(?:(?!\s:\s).)*?\s·\s.*?\s:\s")
# What may differ from line to line in one kind of reason: a quoted text, or numbers.
QUOTED, NUMBERS = r"«[^»]*»", r"\d+(?:[.,/]\d+)*(?:, \d+)*"
VARYING = re.compile(f"{QUOTED}|{NUMBERS}")
MASK = "\ufffc"
COLUMNS = ["Colonne", "Raison", "Nombre", "Lignes"]


def grouped(findings: Sequence[Finding], kind: str = "") -> pd.DataFrame:
    """Return one row per column and kind of reason, the most frequent first, with its first lines."""
    table = table_of(findings)
    groups = [
        {
            "Colonne": column_of(kind, table["column"][int(positions[0])].as_py() or MISSING),
            "Raison": _reason_of(pattern, table["reason"].take(positions)),
            "Nombre": len(positions),
            "Lignes": lines_named(table["line"].take(positions[: 2 * LINES_NAMED]).to_pylist()),
        }
        for pattern, positions in _groups(table)
    ]
    return pd.DataFrame(groups, columns=COLUMNS)


def _groups(table: pa.Table) -> list[tuple[str, np.ndarray]]:
    """Return each kind of reason with the positions of its findings, fast: a long file may have a million of them."""
    masked = pc.replace_substring_regex(table["reason"], f"{QUOTED}|{NUMBERS}", MASK)
    reason_codes, distinct_reasons = pd.factorize(masked.to_pandas())
    patterns = [SUBJECT.sub("", reason) for reason in distinct_reasons]
    pattern_codes, names = pd.factorize(np.array(patterns, dtype=object))
    column_codes, _ = pd.factorize(table["column"].to_pandas().fillna(MISSING))
    keys = column_codes * (len(names) + 1) + pattern_codes[reason_codes] if len(names) else column_codes
    order = np.argsort(keys, kind="stable")
    _, starts = np.unique(keys[order], return_index=True)
    groups = np.split(order, starts[1:]) if len(order) else []
    groups.sort(key=lambda positions: (-len(positions), positions[0]))
    return [(names[pattern_codes[reason_codes[positions[0]]]], positions) for positions in groups]


def _reason_of(pattern: str, reasons: pa.ChunkedArray) -> str:
    """Return the whole reason of a single finding, or the part that all share: only what differs is left out."""
    first = reasons[0].as_py()
    if len(reasons) == 1:
        return first
    parts = pattern.split(MASK)
    values = VARYING.findall(first)[len(VARYING.findall(first)) - len(parts) + 1 :]
    shared = [_is_shared(place, value, parts, reasons) for place, value in enumerate(values)]
    shown = [
        value if same else f"«{SPACE}…{SPACE}»" if value.startswith("«") else "…"
        for value, same in zip(values, shared, strict=True)
    ]
    return "".join(text for pair in zip(parts, [*shown, ""], strict=True) for text in pair)


def _is_shared(place: int, value: str, parts: list[str], reasons: pa.ChunkedArray) -> bool:
    """Tell whether all reasons of a group have the same value in one place of their pattern."""
    varying = [f"(?:{QUOTED}|{NUMBERS})"] * (len(parts) - 1)
    varying[place] = re.escape(value)
    pattern = "".join(text for pair in zip(map(re.escape, parts), [*varying, ""], strict=True) for text in pair)
    # Before the pattern stands nothing, or what names the line.
    return bool(pc.all(pc.match_substring_regex(reasons, f"(?:^|:.){pattern}$")).as_py())
