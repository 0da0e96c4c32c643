"""Lines of one key in one file: repeated, contradictory, or distinguished by a column that is not part of the key.

Two services of one day, two bins weighed, two groups of a workshop: such lines are added up, or those of one value are
kept, as the depositor chooses; until then they are rejected, with the column that tells them apart. Everything here
looks only at the few lines that share their key with another one.
"""

# ruff: noqa: S608 — assembled from our own schemas; titles and values of the file travel as data.
from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.deposit.choices import NO_CHOICE, Choices, Split, value_in_words
from data.deposit.report import REASON_COLUMN
from data.deposit.sums import add_up
from data.kinds import Field, Kind, normalise
from data.reading.dates import Remark
from data.reading.decoding import DepositRefused
from data.reading.records import LINES
from data.reading.sheet import Sheet
from data.reading.texts import codes, value_counts, where
from data.typography import TITLE, cut, quoted

# The lines and values that a reason names.
LINES_NAMED = 5
# The values of a column that are offered one by one; the columns that are looked at; those that are offered.
MAX_VALUES, MAX_COLUMNS, COLUMNS_OFFERED = 20, 50, 4
# A service is named rather than a number of line that tells a few more lines apart.
NEARLY = 0.9


@dataclass(frozen=True)
class Settled:
    """The columns that tell apart lines of one key, the number of lines set aside by choice, and the remarks.

    `choices` are those that were made, as they were understood.
    """

    choices: Choices = NO_CHOICE
    splits: tuple[Split, ...] = ()
    set_aside: int = 0
    remarks: tuple[Remark, ...] = ()


def settle(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, lines: pa.Table, choices: Choices) -> Settled:
    """Register `lines` as `file_lines`, with the lines of one key handled as chosen, or else rejected.

    Creates `repeats` (line, first line) for identical lines and `added` (line, first line) for those added up: their
    first line has the sums.
    """
    for table in ("repeats", "added"):
        cursor.execute(f"CREATE OR REPLACE TEMP TABLE {table} (line BIGINT, first_line BIGINT)")
    cursor.register("file_lines", lines)
    kind, columns = sheet.kind, _candidates(sheet)
    chosen = _chosen(columns, choices)
    shared = _find(cursor, kind, columns)
    splits = _splits(cursor, kind, columns) if shared else ()
    settled = Settled(choices, splits)
    if chosen is not None and choices.kept is not None:
        lines, settled = _keep(cursor, lines, columns, replace(choices, column=chosen), splits)
        shared = _find(cursor, kind, columns)
    if not shared:
        return settled
    if chosen is not None and choices.adds_up:
        distinguishing, once = (
            f"distinguishes_{columns.column_names.index(chosen) - 1}",
            _once(kind, chosen, splits, choices),
        )
        lines, remarks = add_up(cursor, kind, lines, distinguishing, once)
        named = tuple((line, column or cut(chosen, TITLE), reason) for line, column, reason in remarks)
        settled = Settled(replace(choices, column=chosen, once=once), splits, remarks=named)
        cursor.register("file_lines", lines)
    _reject(cursor, kind, columns)
    return settled


def _candidates(sheet: Sheet) -> pa.Table:
    """Return the filled columns that may tell lines of one key apart: those not read, and the free texts of counts."""
    texts = [field.name for field in sheet.kind.fields if field.name in sheet.cells.column_names and _is_free(field)]
    free = {name: sheet.cells[name] for name in texts if sheet.kind.additive and name not in sheet.kind.key}
    columns = {name: sheet.others[name] for name in sheet.others.column_names[1:] if name != REASON_COLUMN} | free
    filled = [(name, column) for name, column in columns.items() if any(codes(column).dictionary[:2].to_pylist())]
    return pa.table({"line": sheet.cells["line"], **dict(filled[:MAX_COLUMNS])})


def _is_free(field: Field) -> bool:
    return field.type == "string" and not field.enum and not field.pattern and field.name != "effacer"


def _chosen(columns: pa.Table, choices: Choices) -> str | None:
    """Return the chosen column of the file; raises DepositRefused when the file has no such column."""
    if choices.column is None:
        return None
    titles = columns.column_names[1:]
    named = [title for title in titles if normalise(title) == normalise(choices.column)]
    if not named:
        known = ", ".join(map(quoted, titles)) or "aucune"
        raise DepositRefused(
            f"Ce fichier n’a pas de colonne {quoted(choices.column)} qui distingue ses lignes. "
            f"Ses autres colonnes\u00a0: {known}."
        )
    return named[0]


def _find(cursor: duckdb.DuckDBPyConnection, kind: Kind, columns: pa.Table) -> bool:
    """Create `members`, the lines that share their key, and `twins`, one row per such key; tell whether there are any.

    `same_as` is the first line with the same values everywhere. A key is `open` when its lines contradict each other,
    or give one figure several times under other columns that differ. `distinguishes_0`, `distinguishes_1`… say whether
    a column has another value on each line.
    """
    key = ", ".join(f'"{name}"' for name in kind.key)
    values = [field.name for field in kind.fields if field.name not in kind.key]
    places = [f"c{place}" for place in range(columns.num_columns - 1)]
    shared = _repeated_hashes(cursor, key)
    if not shared.num_rows:
        return False
    cursor.register("shared", shared)
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE repeated AS
        SELECT *, min(line) OVER (PARTITION BY {key}) AS first_line
        FROM file_lines WHERE NOT invalid AND hash({key}) IN (SELECT hash FROM shared)
        QUALIFY count(*) OVER (PARTITION BY {key}) > 1
    """)
    cursor.unregister("shared")
    line = cursor.sql("SELECT line FROM repeated").to_arrow_table()["line"]
    if not len(line):
        return False
    cursor.register("others", columns.rename_columns(["line", *places]).filter(pc.is_in(columns["line"], line)))
    everything = ", ".join(["first_line", *(f'"{name}"' for name in values), *places])
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE members AS
        SELECT *, min(line) OVER (PARTITION BY {everything}) AS same_as FROM repeated JOIN others USING (line)
    """)
    cursor.unregister("others")
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE twins AS {_twins(kind, values, places)}")
    return True


def _twins(kind: Kind, values: list[str], places: list[str]) -> str:
    """Return the SQL of one row per key that several lines share; `size` counts its distinct lines."""
    size = "count(*) FILTER (line = same_as)"
    differing = ", ".join(f'CASE WHEN min("{name}") <> max("{name}") THEN \'{name}\' END' for name in values)
    identical = " AND ".join(f'count("{name}") IN (0, count(*))' for name in values) or "TRUE"
    distinguishing = [
        f"{size} > 1 AND count(DISTINCT {place}) = {size} AS distinguishes_{place[1:]}" for place in places
    ]
    counts = [f'count("{name}") FILTER (line = same_as) AS "n {name}"' for name in kind.additive]
    varied = [f'coalesce(min("{name}") <> max("{name}"), FALSE) AS "v {name}"' for name in kind.additive]
    apart = " OR ".join(f"count(DISTINCT {place}) > 1" for place in places) or "FALSE"
    several = " OR ".join(f'"n {name}" > 1' for name in kind.additive) or "FALSE"
    return f"""
        SELECT *, len(differing) > 0 OR (apart AND ({several})) AS open
        FROM (
            SELECT first_line, list_sort(list(line)) AS lines, {identical} AS identical, {apart} AS apart,
                list_filter([{differing or "NULL::VARCHAR"}], lambda name: name IS NOT NULL) AS differing,
                {", ".join([*counts, *varied, *distinguishing, f"{size} AS size"])}
            FROM members GROUP BY first_line
        )
    """


def _repeated_hashes(cursor: duckdb.DuckDBPyConnection, key: str) -> pa.Table:
    """Return the hashes that several keys have: sorting numbers is much faster than grouping texts."""
    hashes = cursor.sql(f"SELECT hash({key}) AS hash FROM file_lines WHERE NOT invalid").to_arrow_table()
    ordered = np.sort(hashes["hash"].to_numpy())
    return pa.table({"hash": np.unique(ordered[1:][ordered[1:] == ordered[:-1]])})


def _splits(cursor: duckdb.DuckDBPyConnection, kind: Kind, columns: pa.Table) -> tuple[Split, ...]:
    """Return the columns that tell nearly the most lines apart, those with the fewest values first."""
    titles = columns.column_names[1:]
    distinguishing = [f"count(*) FILTER (open AND distinguishes_{place})" for place in range(len(titles))]
    keys = cursor.execute(f"SELECT {', '.join(distinguishing)} FROM twins").fetchall()[0] if distinguishing else ()
    most = max(keys, default=0)
    # A kind without figures to add up can only keep the lines of one value: there must be few values.
    values = {
        place: value_counts(columns[titles[place]]) for place, count in enumerate(keys) if count >= NEARLY * most > 0
    }
    if not kind.additive:
        values = {place: counts for place, counts in values.items() if len(counts) <= MAX_VALUES}
    best = sorted(values, key=lambda place: len(values[place]))[:COLUMNS_OFFERED]
    return tuple(_split(cursor, kind, titles[place], place, values[place]) for place in best)


def _split(cursor: duckdb.DuckDBPyConnection, kind: Kind, title: str, place: int, values: dict[str, int]) -> Split:
    distinguishing = f"FROM twins WHERE open AND distinguishes_{place}"
    [(lines, first)] = cursor.execute(f"SELECT sum(size)::BIGINT, min(first_line) {distinguishing}").fetchall()
    names = kind.additive
    counted = [f'coalesce(bool_or("n {name}" > 1), FALSE), coalesce(bool_or("v {name}"), FALSE)' for name in names]
    flags = cursor.execute(f"SELECT {', '.join(counted)} {distinguishing}").fetchall()[0] if names else ()
    measures = tuple(name for name, several in zip(names, flags[::2], strict=True) if several)
    varied = {name for name, varies in zip(names, flags[1::2], strict=True) if varies}
    shown = tuple(sorted(values.items(), key=lambda item: -item[1])) if len(values) <= MAX_VALUES else ()
    return Split(title, lines, shown, measures, _repeated(kind, measures, varied), *_example(cursor, measures, first))


def _repeated(kind: Kind, measures: tuple[str, ...], varied: set[str]) -> tuple[str, ...]:
    """Return the measures that each line seems to repeat: meals that never vary while weights do, or the reverse."""
    types = {field.name: field.type for field in kind.fields}
    varied_types = {types[name] for name in varied}
    return tuple(name for name in measures if varied_types and types[name] not in varied_types)


def _example(
    cursor: duckdb.DuckDBPyConnection, measures: tuple[str, ...], first: int
) -> tuple[tuple[int, ...], tuple[tuple[float, ...], ...]]:
    """Return the lines of the first key with distinct lines, and the figures of each measure on these lines."""
    figures = "".join(f', list("{name}" ORDER BY line)' for name in measures)
    members = "FROM members WHERE line = same_as AND first_line = $first"
    [(lines, *lists)] = cursor.execute(
        f"SELECT list(line % {LINES} ORDER BY line){figures} {members}", {"first": first}
    ).fetchall()
    return tuple(lines[:LINES_NAMED]), tuple(
        tuple(value for value in values if value is not None)[:LINES_NAMED] for values in lists
    )


def _keep(
    cursor: duckdb.DuckDBPyConnection,
    lines: pa.Table,
    columns: pa.Table,
    choices: Choices,
    splits: tuple[Split, ...],
) -> tuple[pa.Table, Settled]:
    """Take out of `file_lines` the lines that have another value than the one kept."""
    chosen, kept = choices.column or "", choices.kept or ""
    known = [text for text in value_counts(columns[chosen]) if normalise(text) == normalise(kept)]
    value = kept if kept in known else next(iter(known), None)
    if value is None:
        raise DepositRefused(f"Aucune ligne n’a {quoted(kept)} dans la colonne {quoted(chosen)}.")
    others = columns["line"].filter(where(columns[chosen], lambda texts: pc.not_equal(texts, value)))
    cursor.register("set_aside", pa.table({"line": others}))
    cursor.execute("DELETE FROM rejections WHERE line IN (SELECT line FROM set_aside)")
    cursor.unregister("set_aside")
    lines = lines.filter(pc.invert(pc.is_in(lines["line"], others)))
    cursor.register("file_lines", lines)
    count = f"{len(others)} lignes mises de côté" if len(others) > 1 else f"{len(others)} ligne mise de côté"
    remark = (
        None,
        cut(chosen, TITLE),
        f"{count}, comme choisi\u00a0: seules celles de {value_in_words(value)} sont lues",
    )
    return lines, Settled(replace(choices, kept=value), splits, len(others), (remark,))


def _once(kind: Kind, chosen: str, splits: tuple[Split, ...], choices: Choices) -> tuple[str, ...]:
    """Return the measures that each line repeats: as chosen, or those that seem to be."""
    if choices.once is None:
        return next((split.once for split in splits if split.column == chosen), ())
    unknown = [name for name in choices.once if name not in kind.additive]
    if unknown:
        known = ", ".join(kind.additive) or "aucune"
        raise DepositRefused(f"La colonne {quoted(unknown[0])} ne s’additionne pas. Colonnes possibles\u00a0: {known}.")
    return choices.once


def _reject(cursor: duckdb.DuckDBPyConnection, kind: Kind, columns: pa.Table) -> None:
    """Reject the lines of the keys still open, with the column that tells them apart; find the repeats among others."""
    splits = _splits(cursor, kind, columns)
    distinguishing = f"distinguishes_{columns.column_names.index(splits[0].column) - 1}" if splits else "FALSE"
    first = f"list_transform(lines[:{LINES_NAMED}], lambda line: line % {LINES})"
    named = f"'lignes ' || array_to_string({first}, ', ')"
    contradicts = f"""'contredit une autre ligne du fichier (' || {named} || ') : « '
        || array_to_string(differing, ', ') || ' » n’y est pas le même ; corrigez ou retirez l’une d’elles'"""
    unclear = f"""'mêmes chiffres que d’autres lignes (' || {named} || '), que des colonnes non lues distinguent :'
        || ' écrivez une seule ligne, avec leur somme si ce sont plusieurs services ou pesées'"""
    cursor.execute(
        f"""
        INSERT INTO rejections
        SELECT unnest(lines), CASE WHEN {distinguishing} THEN $title ELSE $key END,
            CASE WHEN {distinguishing} THEN {named} || $choose
                WHEN len(differing) > 0 THEN {contradicts} ELSE {unclear} END
        FROM twins WHERE open
        """,
        {"key": ", ".join(kind.key), **_reason(kind, splits)},
    )
    cursor.execute("""
        INSERT INTO repeats
        SELECT line, CASE WHEN identical THEN first_line ELSE same_as END
        FROM members JOIN twins USING (first_line)
        WHERE NOT open AND line NOT IN (SELECT line FROM added)
            AND line <> (CASE WHEN identical AND len(differing) = 0 THEN first_line ELSE same_as END)
    """)


def _reason(kind: Kind, splits: tuple[Split, ...]) -> dict[str, str]:
    """Return the words of a rejection for the column that tells lines apart."""
    if not splits:
        return {"title": "", "choose": ""}
    best = splits[0]
    values = ", ".join(value_in_words(value) for value, _ in best.values[:LINES_NAMED])
    shown = f" ({values}{'…' if len(best.values) > LINES_NAMED else ''})" if values else ""
    keep = f"ne garder que celles d’une valeur{shown}" if best.values else ""
    ways = " ou de ".join(filter(None, ["les additionner" if kind.additive else "", keep]))
    same = f"mêmes {', '.join(kind.key)}" if len(kind.key) > 1 else f"même {kind.key[0]}"
    return {
        "title": cut(best.column, TITLE),
        "choose": f"\u00a0: {same}, mais la colonne {quoted(best.column)} les distingue ; choisissez de {ways}",
    }
