"""The record table of a kind of file, and the checks that several kinds share."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Check:
    """A warning, or a rejection if `blocking`, about the lines for which `when` holds; `when` and `reason` are SQL.

    Both read `file_lines`, the lines of a file; `column` is the column to correct.
    """

    column: str
    when: str
    reason: str
    blocking: bool = False


@dataclass(frozen=True)
class RecordTable:
    """Where the lines of a kind of file are kept, the view of what is true now, and the SQL from the one to the other.

    `columns` gives the column of ours for each column of the file. `projection` turns a line of the file into a row;
    `given_back` is the way back: what is true now, under the names of the file's columns (an absent column is empty).
    A line that carries nothing is counted “without measure” and leaves no row; so does one that is not `ours` (another
    audience, another zone), which is set aside before lines are compared with each other. With `takes_back`, a line may
    also name columns in the file's column “effacer”, kept as `cleared`; the checks may then read `now`, the row as it
    would be once the line is applied, and `now.before`, the row as it is known.
    """

    table: str
    view: str
    columns: dict[str, str]
    key: tuple[str, ...]
    values: tuple[str, ...]
    projection: str
    given_back: str
    checks: tuple[Check, ...] = ()
    carries: str = "TRUE"
    ours: str = "TRUE"
    takes_back: bool = False


TAKEN_BACK = "string_split(translate(lower(effacer), ', ', ';;'), ';')"
ROW = "ligne"


def record_table(
    table: str,
    view: str,
    key: tuple[str, ...],
    columns: dict[str, str],
    *,
    order: str,
    values: tuple[str, ...] | None = None,
    reads: dict[str, str] | None = None,
    gives: dict[str, str] | None = None,
    rows: str = "",
    checks: tuple[Check, ...] = (),
    carries: str = "TRUE",
    ours: str = "TRUE",
) -> RecordTable:
    """Return the record table of a kind whose file columns are our columns under other names.

    `reads` is the SQL of each column of ours that is made otherwise, `gives` that of each column of the file; `rows` is
    what is read to give back, where it is not the view; `values` are the columns beside the key, where not all are.
    """
    read = {own: column for column, own in columns.items()} | (reads or {})
    given = columns | (gives or {})
    return RecordTable(
        table=table,
        view=view,
        columns=columns,
        key=key,
        values=tuple(own for own in read if own not in key) if values is None else values,
        projection=", ".join(f"{sql} AS {own}" for own, sql in read.items()),
        given_back=f"SELECT {', '.join(f'{sql} AS {column}' for column, sql in given.items())}"
        f" FROM {rows or view} ORDER BY {order}",
        checks=checks,
        carries=f"({carries}) AND ({ours})",
        ours=ours,
    )


def editable(
    table: str,
    view: str,
    key: dict[str, str],
    values: dict[str, str],
    checks: tuple[Check, ...] = (),
    order: str = "ALL",
) -> RecordTable:
    """Return the record table of a kind that people also edit by forms; `key` and `values` map file columns to ours."""
    names = {**values, ROW: "*"}
    cleared = (
        f"list_filter(list_transform({TAKEN_BACK}, lambda name: {choose('name', names)}), lambda name: name <> '')"
    )
    # A row that is removed need not pass the checks.
    judged = tuple(replace(check, when=f"({check.when}) AND NOT now.removed") for check in checks)
    plain = record_table(
        table,
        view,
        tuple(key.values()),
        {**key, **values},
        order=order,
        reads={"cleared": cleared},
        values=tuple(values.values()),
        checks=(*_taking_back(values), *judged),
    )
    return replace(plain, takes_back=True)


def _taking_back(values: dict[str, str]) -> tuple[Check, ...]:
    admitted = [*values, ROW]
    unknown = f"list_filter({TAKEN_BACK}, lambda name: name <> '' AND name NOT IN {tuple(admitted)})"
    both = [f"{column} IS NOT NULL AND list_has_any({TAKEN_BACK}, ['{column}', '{ROW}'])" for column in values]
    return (
        Check(
            "effacer",
            f"len({unknown}) > 0",
            f"'« ' || ({unknown})[1] || ' » ne s’efface pas : écrivez {', '.join(admitted)}'",
            blocking=True,
        ),
        Check(
            "effacer",
            " OR ".join(f"({each})" for each in both),
            "'une valeur à effacer et une valeur nouvelle dans la même ligne : gardez l’une des deux'",
            blocking=True,
        ),
        Check("effacer", "effacer IS NOT NULL AND NOT now.known", "'rien à effacer : cette ligne n’est pas connue'",
              blocking=True),
    )  # fmt: skip


NAMESAKES = """trim(cantine_nom) IN (
    SELECT trim(name)
    FROM (SELECT name FROM canteens UNION SELECT cantine_nom FROM file_lines WHERE cantine_nom IS NOT NULL)
    GROUP BY trim(name) HAVING count(*) > 1)"""
NAMESAKES_REASON = """'« ' || cantine_nom || ' » ne diffère d’une autre cantine que par une espace :'
    || ' deux cantines distinctes sont gardées, comme dans le fichier'"""
NAMESAKE = Check("cantine_nom", NAMESAKES, NAMESAKES_REASON)


def choose(expression: str, choices: dict[str, str] | dict[str, int] | dict[int, str]) -> str:
    """Return the SQL that turns each key into its value, and anything else into NULL; all are our own constants."""
    cases = " ".join(f"WHEN {_literal(key)} THEN {_literal(value)}" for key, value in choices.items())
    return f"CASE {expression} {cases} END"


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
