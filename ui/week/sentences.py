"""The words of the kitchen's week: a cell, a canteen's day, a day of the city."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ui.kit import announced
from ui.kit.formats import SPACE, is_missing, number, plural, signed

Row = Mapping[Any, Any]
NAMED = 8  # canteens
DISAGREE, ANNOUNCED, LATE = "≠", "✉", "✉!"
LEGEND = (
    f"En gras{SPACE}: à préparer{SPACE}; à côté, les repas attendus. "
    f"{DISAGREE}{SPACE}la cantine prévoit tout autre chose. "
    f"{ANNOUNCED}{SPACE}elle a annoncé un changement ({LATE}{SPACE}: après la commande)."
)
GAP_LEGEND = f"Écart{SPACE}: depuis la commande, où elle est connue."
KINDS = {"M": "Maternelles", "E": "Élémentaires", "M/E": "Maternelles et élémentaires"}


def of_day(row: Row) -> str:
    """Say a canteen's day: “mardi 8 décembre : préparer 176 (attendus 171, prévu 180, entre 160 et 183)”."""
    planned = "" if is_missing(row["meals_planned"]) else f"prévu {number(row['meals_planned'])}, "
    between = f"entre {number(row['meals_lower'])} et {number(row['meals_upper'])}"
    text = f"préparer {number(row['prepare'])} (attendus {number(row['meals'])}, {planned}{between})"
    return f"{announced.day(row['date'])}{SPACE}: {text}"


def since_order(row: Row) -> str | None:
    """Say how far the quantity is from the one that was ordered; None when that is not known."""
    if is_missing(row.get("ordered")):
        return None
    gap = round(row["prepare"] - row["ordered"])
    if not gap:
        return f"Comme à la commande ({number(row['ordered'])})."
    return f"{signed(gap, 0)} depuis la commande ({number(row['ordered'])})."


def of_city(row: Row) -> str:
    """Say a day of the city: “mardi 8 décembre : préparer 14 230 (attendus 13 900, entre 13 500 et 14 300)”."""
    return of_day({**row, "meals_planned": None})


def left_out(meals: float) -> str | None:
    """Say how many meals a day are expected that the quantity leaves out; None where it is nothing."""
    if is_missing(meals) or round(meals) <= 0:
        return None
    some = plural(round(meals), "repas attendu", "repas attendus")
    return (
        f"«{SPACE}Préparer{SPACE}» ne compte pas environ {some} par jour de lieux que rien ne rattache encore à une "
        f"cantine{SPACE}; «{SPACE}attendus{SPACE}» les compte."
    )


def marks(*, disagrees: bool, told: bool, late: bool) -> str:
    """Return the signs of a cell."""
    return " ".join([*([DISAGREE] if disagrees else []), *([LATE if late else ANNOUNCED] if told else [])])


def found(count: int, total: int) -> str:
    """Say how many canteens a search found."""
    return f"{plural(count, 'cantine')} sur {number(total)}."


def disagreeing(rows: list[tuple[str, date]]) -> str:
    """Name the canteens that plan something quite different, with their days: “Argens (mardi 8 décembre)”."""
    if not rows:
        return "Aucune cantine ne prévoit tout autre chose ces jours-là."
    days: dict[str, list[str]] = {}
    for place, value in rows:
        days.setdefault(place, []).append(announced.day(value))
    named = [f"{place} ({', '.join(dates)})" for place, dates in days.items()]
    more = f" et {len(named) - NAMED} autres" if len(named) > NAMED else ""
    verb = "cantine prévoit" if len(named) < 2 else "cantines prévoient"
    return f"{len(named)}{SPACE}{verb} tout autre chose (≠){SPACE}: {', '.join(named[:NAMED])}{more}."
