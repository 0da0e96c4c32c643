"""What the city's total counts: the canteens without a forecast of their own past, in the words of the kitchen."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import Any

import pandas as pd

from data.queries.forecasts.runs import ForecastRun
from data.queries.forecasts.totals import CLOSED, CLOSED_THAT_DAY, FEW_DAYS, PLAN, PUPILS, UNKNOWN, other_canteens
from ui.access import only_visible
from ui.kit import blocks
from ui.kit.formats import SPACE, day, enumeration, is_missing, number, plural
from ui.session import ask

NAMED = 6
# In the order of the page.
BASES = {
    FEW_DAYS: "Dans le total, d’après quelques premiers jours seulement",
    PLAN: "Dans le total, d’après le seul prévu",
    PUPILS: "Dans le total, d’après les effectifs",
    UNKNOWN: "Hors du total, sans jour servi, prévu ni effectif connus",
    CLOSED: "Hors du total, faute de service récent",
    CLOSED_THAT_DAY: "Hors du total, pour fermeture ce jour-là",
}
OF_ONE_CANTEEN = {
    PUPILS: "Cette cantine n’a pas encore de passé\u00a0: elle est prévue d’après ses effectifs et les cantines qui "
    "lui ressemblent.",
    FEW_DAYS: "Cette cantine a trop peu de jours connus\u00a0: elle est prévue d’après leur médiane.",
    PLAN: "Cette cantine n’a aucun jour connu\u00a0: la prévision est son prévu.",
}


def composition(run: ForecastRun, chosen: date | None = None, *, after_city: bool = False) -> None:
    """Name the canteens that the total counts without their own past, and those it does not count.

    Below the same sentences on the whole city (`after_city`), only what is true of the chosen day is left to say.
    """
    others = only_visible(ask(other_canteens, run.run_id, chosen))
    blocks.sentences(sentences(others[others["basis"] == CLOSED_THAT_DAY] if after_city else others))


def sentences(others: pd.DataFrame) -> list[str]:
    """Return one sentence per way to be counted, or not; `others` as `other_canteens` gives them."""
    rows_of = dict(list(others.groupby("basis")))
    return [f"{words}{SPACE}: {_named(rows_of[basis].to_dict('records'))}." for basis, words in BASES.items()
            if basis in rows_of]  # fmt: skip


def _named(rows: Iterable[Mapping[Hashable, Any]]) -> str:
    names = [f"{row['place']}{_detail(row)}" for row in rows]
    if len(names) <= NAMED + 1:
        return enumeration(names)
    return f"{', '.join(names[:NAMED])} et {number(len(names) - NAMED)} autres"


def _detail(row: Mapping[Hashable, Any]) -> str:
    if row["basis"] == FEW_DAYS:
        return f" ({plural(row['days'], 'jour')})"
    if row["basis"] == CLOSED and not is_missing(row["last_day"]):
        return f" (dernier service le {day(row['last_day'])})"
    return ""


def of_canteen(run: ForecastRun, canteen: str) -> str | None:
    """Say what the forecast of a canteen comes from, where that is not its own past."""
    others = ask(other_canteens, run.run_id)
    return next((OF_ONE_CANTEEN.get(str(basis)) for basis in others.loc[others["canteen"] == canteen, "basis"]), None)
