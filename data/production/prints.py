"""The sheets that the kitchen printed, so that what changed since then is marked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from data.access.rights import Act, Person, reach
from data.store import Store

LAST = """
SELECT meals::VARCHAR AS meals, actor, printed_at
FROM production_prints WHERE date = $date ORDER BY print_id DESC LIMIT 1
"""


class NotTheKitchen(Exception):
    """Only the kitchen keeps what was printed; the message is in French."""


@dataclass(frozen=True)
class Print:
    """A printed sheet: when (UTC), by whom, and the meals of each canteen (key) at that moment."""

    printed_at: datetime
    actor: str
    meals: Mapping[str, int]


def keep_print(store: Store, person: Person, day: date, meals: Mapping[str, int]) -> None:
    """Keep the meals of a sheet that is being printed; raises NotTheKitchen."""
    if not reach(person, Act.DEPOSIT, "production"):
        raise NotTheKitchen("Seule la cuisine centrale imprime la fiche de production.")
    with store.write(person.name, "print", {"day": day, "meals": sum(meals.values())}) as cursor:
        cursor.execute(
            "INSERT INTO production_prints (date, meals, actor) VALUES ($date, $meals, $actor)",
            {"date": day, "meals": json.dumps(dict(meals), ensure_ascii=False), "actor": person.name},
        )


def last_print(store: Store, day: date) -> Print | None:
    """Return the last sheet printed for a day, if any."""
    for row in store.read(LAST, {"date": day}).to_dict("records"):
        return Print(row["printed_at"].to_pydatetime(), row["actor"], json.loads(row["meals"]))
    return None
