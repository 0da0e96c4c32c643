"""The audit trail: every action that changed the store, with the deposit it is about."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from data.clock import PARIS
from data.kinds.records import COUNTS_OF_PEOPLE, PROGRAMME_KINDS
from data.store import Store

COUNTS = ("lines", "accepted", "changed", "unchanged", "rejected", "without_measure")
# The name of a file made by a form. Older audit lines do not say `typed`: this name is how they are recognised.
TYPED = r"saisie_[a-z_]+_\d{4}-\d\d-\d\d\.csv"
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
    -- When, and by whom, the deposit was last undone.
    max(done_at) FILTER (action = 'undo') OVER same_deposit AS undone_at,
    arg_max(audit_log.actor, done_at) FILTER (action = 'undo') OVER same_deposit AS undone_by
FROM audit_log
LEFT JOIN deposits ON deposits.deposit_id = try_cast(detail ->> '$.deposit' AS BIGINT)
WINDOW same_deposit AS (PARTITION BY try_cast(detail ->> '$.deposit' AS BIGINT))
"""
FILTERED = f"""
FROM lines
WHERE ($action IS NULL OR action = $action)
    AND ($kind IS NULL OR kind = $kind)
    AND ($actor IS NULL OR actor = $actor)
    AND ($typed IS NULL OR typed = $typed)
    AND ($counts_of_people OR kind IS NULL OR NOT list_contains({list(COUNTS_OF_PEOPLE)}, kind))
    AND ($first IS NULL OR done_at AT TIME ZONE 'UTC' AT TIME ZONE '{PARIS.key}' >= $first::DATE)
    AND ($last IS NULL OR done_at AT TIME ZONE 'UTC' AT TIME ZONE '{PARIS.key}' < $last::DATE + 1)
"""


def as_searched(text: str) -> str:
    """Return an SQL expression of a text as a search compares it: small letters, no accents, “oe” for “œ”."""
    return f"replace(replace(strip_accents(lower({text})), 'œ', 'oe'), 'æ', 'ae')"


# The search reads the text of the line: names, values, file; dates as aaaa-mm-jj. This text is slow to build: it is
# built once per line, and only for a search.
WRITTEN = """concat_ws(' ', actor, file_name, '"kind": "' || kind || '"', detail)"""
SEARCHED = f""", lines AS MATERIALIZED (
    SELECT *, {as_searched(WRITTEN)} AS written
    FROM every_line
)"""


@dataclass(frozen=True)
class JournalFilter:
    """The filters of the journal: action, kind of file, actor, first and last days (included), words (all of them).

    A word is given as all the ways it may be written in a line. `typed`: only lines typed in a form; False: only the
    others. Without `counts_of_people`, the lines about agents are left out: they have exact counts.
    """

    action: str | None = None
    kind: str | None = None
    actor: str | None = None
    first: date | None = None
    last: date | None = None
    words: tuple[tuple[str, ...], ...] = ()
    typed: bool | None = None
    counts_of_people: bool = True

    def query(self, columns: str, after: str = "", **limits: int | None) -> tuple[str, dict[str, Any]]:
        """Return the SQL of these columns of the lines that pass the filters, and its parameters."""
        ways = {f"way_{index}_{rank}": way for index, word in enumerate(self.words) for rank, way in enumerate(word)}
        word_conditions = [
            " OR ".join(f"contains(written, {as_searched(f'$way_{index}_{rank}')})" for rank in range(len(word)))
            for index, word in enumerate(self.words)
        ]
        lines = SEARCHED if word_conditions else ", lines AS (FROM every_line)"
        searched = "".join(f" AND ({each})" for each in word_conditions)
        filters = {name: value for name, value in vars(self).items() if name != "words"}
        sql = f"WITH every_line AS ({LINES}){lines} SELECT {columns} {FILTERED}{searched} {after}"
        return sql, filters | ways | limits


def journal(store: Store, journal_filter: JournalFilter, count: int | None = None, start: int = 0) -> pd.DataFrame:
    """Return `count` lines of the trail, or all, from the `start`-th on, the newest first."""
    order = "ORDER BY audit_id DESC LIMIT $count OFFSET $start"
    return store.read(*journal_filter.query("*", order, count=count, start=start))


def journal_line(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """Return a line of the journal with its `changes` (key, column, old, new) and the number of lines `added`.

    `typed`: it was typed in a form.
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


def journal_size(store: Store, journal_filter: JournalFilter) -> int:
    """Return how many lines of the trail pass the filters."""
    return int(store.read(*journal_filter.query("count(*) AS lines"))["lines"].iloc[0])


def journal_begun_on(store: Store) -> date | None:
    """Return the day of the first line, in Paris."""
    begun_on = store.read(f"""
        SELECT (min(done_at) AT TIME ZONE 'UTC' AT TIME ZONE '{PARIS.key}')::DATE AS begun_on FROM audit_log
    """)["begun_on"].item()
    return None if pd.isna(begun_on) else begun_on.date()


def journal_actors(store: Store) -> list[str]:
    """Return the actors of the trail."""
    actors = store.read("SELECT DISTINCT actor FROM audit_log ORDER BY actor COLLATE FR, actor")
    return [str(actor) for actor in actors["actor"]]
