"""The report of a deposit: what happens to each line of a file, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple, overload

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.deposit.choices import NO_CHOICE, Choices, Split
from data.reading.layout import GridCell
from data.typography import AFTER, BEFORE, REASON, TITLE, cut, french

# The last column of the rejected lines given back, ignored when they are deposited again.
REASON_COLUMN = "motif_du_rejet"
COLUMNS = pa.schema([("line", pa.int64()), ("column", pa.string()), ("reason", pa.string())])


def _cut(reasons: pa.ChunkedArray) -> pa.ChunkedArray:
    """Cut the reasons that are too long, from whatever check."""
    long = pc.greater(pc.utf8_length(reasons), REASON)
    if not pc.any(long).as_py():
        return reasons
    head = pc.utf8_slice_codeunits(reasons, 0, REASON - 1)
    return pc.if_else(long, pc.binary_join_element_wise(head, "…", ""), reasons)


@dataclass(frozen=True)
class Finding:
    """A remark about one cell: the line of the file (from 1), the column, and the reason in French."""

    line: int | None
    column: str | None
    reason: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "reason", cut(french(self.reason), REASON))
        object.__setattr__(self, "column", self.column and cut(self.column, TITLE))


class Findings(Sequence[Finding]):
    """Findings kept as a table: a long file may have a million of them, and a person reads a few."""

    def __init__(self, rows: pa.Table) -> None:
        """Take rows of line, column and reason."""
        rows = rows.cast(COLUMNS)
        self._rows = rows.set_column(2, "reason", _cut(rows["reason"]))

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Findings:
        """Return some findings as a table."""
        return cls(pa.Table.from_pylist([vars(finding) for finding in findings], COLUMNS))

    @cached_property
    def table(self) -> pa.Table:
        """All of them: line, column and reason in French typography."""
        before = pc.replace_substring_regex(self._rows["reason"], BEFORE.pattern, "\u00a0\\1")
        return self._rows.set_column(2, "reason", pc.replace_substring_regex(before, AFTER.pattern, "«\u00a0"))

    def __len__(self) -> int:
        return int(self._rows.num_rows)

    def __iter__(self) -> Iterator[Finding]:
        return (Finding(**row) for batch in self._rows.to_batches() for row in batch.to_pylist())

    @overload
    def __getitem__(self, place: int) -> Finding: ...
    @overload
    def __getitem__(self, place: slice) -> Findings: ...
    def __getitem__(self, place: int | slice) -> Finding | Findings:
        if isinstance(place, slice):
            return Findings(self._rows.take(pa.array(range(*place.indices(len(self))), pa.int64())))
        return next(iter(self[place : place + 1 or None]))

    def __add__(self, others: Findings) -> Findings:
        return Findings(pa.concat_tables([self._rows, others._rows]))

    def __eq__(self, others: object) -> bool:
        return isinstance(others, Sequence) and list(self) == list(others)

    def __repr__(self) -> str:
        return repr(list(self))


class KnownBy(NamedTuple):
    """The newest deposit that already has the lines of a file: its number, who made it and when (UTC)."""

    deposit_id: int
    actor: str
    deposited_at: datetime


@dataclass(frozen=True)
class DepositReport:
    """The report of a file. Each line is in one bucket: lines = accepted + without_measure + unchanged + rejected.

    `accepted` lines are new or change something (`changed` counts the latter); `without_measure` lines carry no
    measure; `unchanged` lines are known already. `changes` has line, key, column, old, new.
    `unknown_labels` has the labels that are in no mapping (site, site_kind, line, lines, canteens: the closest
    first, own_canteen: the one that has this name).
    `rejected_rows` has the rejected lines as they were read, with their reasons, to be corrected and deposited again;
    lines that could not be cut into cells are not in it. `grid` has each figure of a grid with its cells. `known_by` is
    given for a file without anything new, and for lines typed in a form. `splits` and `early_columns` are what the
    depositor decides (`data.deposit.choices`): columns that tell lines of one key apart, the best first; columns of
    dates that may be a day early, each with an example. `choices` are those that were made.
    `other_canteens` counts the lines rejected because they are about canteens that are not the depositor's.
    `deposit_id` is given once the file is deposited.
    """

    file: str
    kind: str
    kind_title: str
    lines: int
    accepted: int
    without_measure: int
    changed: int
    unchanged: int
    rejected: Findings
    warnings: Findings
    changes: pd.DataFrame = field(repr=False, compare=False)
    rejected_lines: int = 0
    new_without_measure: int = 0
    unknown_labels: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)
    rejected_rows: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False, compare=False)
    known_by: KnownBy | None = None
    grid: tuple[GridCell, ...] = field(default=(), repr=False)
    splits: tuple[Split, ...] = ()
    early_columns: dict[str, str] = field(default_factory=dict)
    choices: Choices = NO_CHOICE
    other_canteens: int = 0
    deposit_id: int | None = field(default=None, compare=False)

    @property
    def new(self) -> int:
        """Lines about a service, a canteen… that the store did not know."""
        return self.accepted - self.changed

    @property
    def nothing_to_do(self) -> bool:
        """True when applying the file would leave every figure as it is."""
        return self.accepted == 0 and self.new_without_measure == 0

    @property
    def undecided(self) -> bool:
        """True when the depositor has something to decide and has not done so."""
        dates = bool(self.early_columns) and self.choices.early_dates is None
        return dates or (bool(self.splits) and self.choices.column is None)

    def as_dict(self, most: int | None = None) -> dict[str, Any]:
        """Return the report as one JSON-ready object, with the first `most` findings of each list."""
        fields = ("file", "kind", "lines", "accepted", "without_measure", "changed", "unchanged")
        findings = {
            name: (each if most is None else each[:most]).table.to_pylist()
            for name, each in (("rejected", self.rejected), ("warnings", self.warnings))
        }
        return {name: getattr(self, name) for name in fields} | findings
