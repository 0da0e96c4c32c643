"""What a deposit says of a file, line by line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from data.typography import french


@dataclass(frozen=True)
class Finding:
    """What is said of one cell: the line of the file (from 1), its column, and the reason in French."""

    line: int | None
    column: str | None
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", french(self.reason))


@dataclass(frozen=True)
class DepositReport:
    """What a file brings. Each line is in one bucket: lines = accepted + without_measure + unchanged + rejected.

    `accepted` lines are new or change something (`changed` counts the latter); `without_measure` lines carry no
    measure; `unchanged` lines say what the store already knows. `changes` lists line, key, column, old, new.
    `unknown_labels` lists the labels no mapping knows (site, site_kind, line, lines, canteens: the closest first);
    `rejected_rows` has the rejected lines as they were read, with their reasons, to be corrected and deposited again.
    """

    file: str
    kind: str
    kind_title: str
    lines: int
    accepted: int
    without_measure: int
    changed: int
    unchanged: int
    rejected: list[Finding]
    warnings: list[Finding]
    changes: pd.DataFrame = field(repr=False, compare=False)
    rejected_lines: int = 0
    new_without_measure: int = 0
    unknown_labels: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)
    rejected_rows: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)

    @property
    def new(self) -> int:
        """Lines that name a service, a canteen… the store did not know."""
        return self.accepted - self.changed

    @property
    def nothing_to_do(self) -> bool:
        """True when applying the file would leave every figure as it is."""
        return self.accepted == 0 and self.new_without_measure == 0

    def as_dict(self) -> dict[str, Any]:
        """Return the report as one JSON-ready object."""
        numbers = ("file", "kind", "lines", "accepted", "without_measure", "changed", "unchanged")
        found = {"rejected": self.rejected, "warnings": self.warnings}
        return {name: getattr(self, name) for name in numbers} | {
            name: [{"line": f.line, "column": f.column, "reason": f.reason} for f in findings]
            for name, findings in found.items()
        }
