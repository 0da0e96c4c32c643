"""What a target is, and the checks that several kinds share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A warning, or a rejection if `blocking`, said of the lines where `when` holds (SQL over `typed`, as `reason`)."""

    column: str
    when: str
    reason: str
    blocking: bool = False


@dataclass(frozen=True)
class Target:
    """The record table of a kind, the view of what is true now, and the projection of a line into a row.

    A line that does not `carries` anything is counted “without measure” and leaves no row. `given_back` is the way
    back: the rows of what is true now under the names of the file's columns (one absent column is an empty one).
    """

    table: str
    view: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    projection: str
    given_back: str
    checks: tuple[Check, ...] = ()
    carries: str = "TRUE"


WEEKDAYS = "['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche']"
NAMESAKES = """trim(cantine_nom) IN (
    SELECT trim(name) FROM (SELECT name FROM canteens UNION SELECT cantine_nom FROM typed WHERE cantine_nom IS NOT NULL)
    GROUP BY trim(name) HAVING count(*) > 1)"""
NAMESAKES_REASON = """'« ' || cantine_nom || ' » ne diffère d’une autre cantine que par une espace :'
    || ' deux cantines distinctes sont gardées, comme dans le fichier'"""
NAMESAKE = Check("cantine_nom", NAMESAKES, NAMESAKES_REASON)


def choose(expression: str, choices: dict[str, str] | dict[str, int] | dict[int, str]) -> str:
    """Return the SQL that turns each key into its value, and anything else into NULL; all are constants of ours."""
    cases = " ".join(f"WHEN {_literal(key)} THEN {_literal(value)}" for key, value in choices.items())
    return f"CASE {expression} {cases} END"


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
