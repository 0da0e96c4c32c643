"""The audit trail: every action that changed the store, with the deposit it speaks of."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from data.clock import PARIS
from data.kinds.records import PROGRAMME_KINDS
from data.store import Store

COUNTS = ("lines", "accepted", "changed", "unchanged", "rejected", "without_measure")
# The file of a form, by its name: how deposits were told apart before their own line said it.
TYPED = r"saisie_[a-z_]+_\d{4}-\d\d-\d\d\.csv"
# What is searched is the line as it is written: names, values, file; dates as aaaa-mm-jj.
LINES = f"""
SELECT
    audit_id, done_at, audit_log.actor, action, detail::VARCHAR AS detail,
    deposits.deposit_id, coalesce(deposits.kind, detail ->> '$.kind') AS kind,
    coalesce(deposits.file_name, detail ->> '$.file') AS file_name,
    lines, accepted, changed, unchanged, rejected, without_measure, active,
    coalesce(
        bool_or((detail ->> '$.typed')::BOOLEAN) FILTER (action = 'deposit') OVER same_deposit,
        regexp_full_match(coalesce(deposits.file_name, detail ->> '$.file'), '{TYPED}'),
        FALSE
    ) AS typed,
    -- When, and by whom, a deposit that is not active was last taken back.
    max(done_at) FILTER (action = 'undo') OVER same_deposit AS undone_at,
    arg_max(audit_log.actor, done_at) FILTER (action = 'undo') OVER same_deposit AS undone_by
FROM audit_log
LEFT JOIN deposits ON deposits.deposit_id = try_cast(detail ->> '$.deposit' AS BIGINT)
WINDOW same_deposit AS (PARTITION BY try_cast(detail ->> '$.deposit' AS BIGINT))
"""
ASKED = f"""
FROM lines
WHERE ($action IS NULL OR action = $action)
    AND ($kind IS NULL OR kind = $kind)
    AND ($actor IS NULL OR actor = $actor)
    AND ($typed IS NULL OR typed = $typed)
    AND ($first IS NULL OR done_at AT TIME ZONE 'UTC' AT TIME ZONE '{PARIS.key}' >= $first::DATE)
    AND ($last IS NULL OR done_at AT TIME ZONE 'UTC' AT TIME ZONE '{PARIS.key}' < $last::DATE + 1)
"""
# Worked out once for each line, and only for a search: it is most of the work.
SEARCHED = """, lines AS MATERIALIZED (
    SELECT *, strip_accents(lower(concat_ws(' ', actor, file_name, '"kind": "' || kind || '"', detail))) AS written
    FROM every_line
)"""


@dataclass(frozen=True)
class JournalFilter:
    """What is asked of the trail: an action, a kind of file, an actor, days (included), and words, all of them.

    A word is given as the ways it may be written in a line; `typed` asks for what came by a form, or (False) did not.
    """

    action: str | None = None
    kind: str | None = None
    actor: str | None = None
    first: date | None = None
    last: date | None = None
    words: tuple[tuple[str, ...], ...] = ()
    typed: bool | None = None

    def answer(self, columns: str, after: str = "", **limits: int | None) -> tuple[str, dict[str, Any]]:
        """Return the query of these columns of the lines that answer, and its parameters."""
        ways = {f"way_{place}_{rank}": way for place, word in enumerate(self.words) for rank, way in enumerate(word)}
        found = [
            " OR ".join(f"contains(written, strip_accents(lower($way_{place}_{rank})))" for rank in range(len(word)))
            for place, word in enumerate(self.words)
        ]
        lines = SEARCHED if found else ", lines AS (FROM every_line)"
        searched = "".join(f" AND ({each})" for each in found)
        plain = {name: value for name, value in vars(self).items() if name != "words"}
        return f"WITH every_line AS ({LINES}){lines} SELECT {columns} {ASKED}{searched} {after}", plain | ways | limits


def journal(store: Store, asked: JournalFilter, count: int | None = None, start: int = 0) -> pd.DataFrame:
    """Return `count` lines of the trail, or all, from the `start`-th on, the newest first."""
    order = "ORDER BY audit_id DESC LIMIT $count OFFSET $start"
    return store.read(*asked.answer("*", order, count=count, start=start))


def journal_line(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Return a line of the journal with what it changed: `changes` (key, column, old, new) and how many were `added`.

    `typed` says that it came by a form.
    """
    detail = json.loads(row["detail"])
    stored = {name: int(row[name]) for name in COUNTS if row[name] is not None and row[name] == row[name]}
    counts = {name: stored.get(name, int(detail.get(name, 0))) for name in COUNTS}
    added = counts["accepted"] - counts["changed"]
    if row["kind"] in PROGRAMME_KINDS:
        # A line without values adds a name. Older lines of the trail do not count these apart.
        added = int(detail.get("added", added if counts["accepted"] else counts["without_measure"]))
        counts["without_measure"] -= added - (counts["accepted"] - counts["changed"])
    return {
        **{str(name): value for name, value in row.items()},
        **counts,
        "added": added,
        "changes": detail.get("changes") or [],
    }


def journal_size(store: Store, asked: JournalFilter) -> int:
    """Return how many lines of the trail answer."""
    return int(store.read(*asked.answer("count(*) AS lines"))["lines"].iloc[0])


def journal_begun_on(store: Store) -> date | None:
    """Return the day of the first line, in Paris."""
    found = store.read(f"""
        SELECT (min(done_at) AT TIME ZONE 'UTC' AT TIME ZONE '{PARIS.key}')::DATE AS begun_on FROM audit_log
    """)["begun_on"].item()
    return None if pd.isna(found) else found.date()


def journal_actors(store: Store) -> list[str]:
    """Return who is named in the trail."""
    found = store.read("SELECT DISTINCT actor FROM audit_log ORDER BY actor COLLATE FR, actor")
    return [str(actor) for actor in found["actor"]]
