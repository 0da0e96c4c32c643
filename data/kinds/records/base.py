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
class Target:
    """The record table of a kind, the view of its known rows, and the projection of a line into a row.

    A line for which `carries` is false is counted “without measure” and leaves no row. `given_back` is the reverse of
    the projection: the known rows, with the columns of a file (a column that is not there is an empty one).
    Where `takes_back` is true, a line may clear values: its column “effacer” names their columns, kept as `cleared`.
    The checks may then also read `now`, the row as it would be once the line is applied, and `now.before`, the row as
    it is known.
    """

    table: str
    view: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    projection: str
    given_back: str
    checks: tuple[Check, ...] = ()
    carries: str = "TRUE"
    takes_back: bool = False


TAKEN_BACK = "string_split(translate(lower(effacer), ', ', ';;'), ';')"
ROW = "ligne"


def editable(
    table: str,
    view: str,
    key: dict[str, str],
    values: dict[str, str],
    checks: tuple[Check, ...] = (),
    order: str = "ALL",
) -> Target:
    """Return the record table of a kind edited by forms too; `key` and `values` map the file's columns to our own."""
    names = {**values, ROW: "*"}
    cleared = (
        f"list_filter(list_transform({TAKEN_BACK}, lambda name: {choose('name', names)}), lambda name: name <> '')"
    )
    columns = {**key, **values}
    shown = ", ".join(f"{own} AS {column}" for column, own in columns.items())
    return Target(
        table=table,
        view=view,
        key=tuple(key.values()),
        values=tuple(values.values()),
        projection=", ".join(f"{column} AS {own}" for column, own in columns.items()) + f", {cleared} AS cleared",
        given_back=f"SELECT {shown} FROM {view} ORDER BY {order}",
        # A row that is removed need not pass the checks.
        checks=(
            *_taking_back(values),
            *(replace(check, when=f"({check.when}) AND NOT now.removed") for check in checks),
        ),
        takes_back=True,
    )


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
