"""Waste forecast: the block of the page Gaspillage on the coming days, in the canteens that weigh their waste."""

from __future__ import annotations

import pandas as pd

from data.clock import today_in_paris
from data.queries import waste
from data.queries.forecasts import promises, runs
from data.selection import Selection
from ui.kit import blocks
from ui.kit.formats import weekday
from ui.session import ask
from ui.waste import charts
from ui.waste import promises as say_promises
from ui.waste import sentences as say

CAPTION = (
    "Là où l’on pèse\u00a0: grammes par repas × repas prévus, pour les jours de service à venir, quelle que soit la "
    "période choisie."
)
NOT_WEIGHED = "Une cantine qui ne pèse pas n’a pas de prévision de gaspillage."
COLUMNS = [
    "Date", "Gaspillage (kg)", "Entre (kg)", "et (kg)", "Gaspillage (g/repas)", "Entre (g)", "et (g)",
    "Préparation (g)", "Préparé, non servi (g)", "Restes d’assiette (g)",
]  # fmt: skip


def ahead(selection: Selection) -> None:
    """Answer: how much food will be thrown away in the coming days, in the canteens that weigh?"""
    with blocks.question("Combien jetterons-nous dans les prochains jours\u00a0?", CAPTION):
        run = ask(runs.latest_run)
        if run is None or (selection.district and not selection.canteen):
            blocks.empty_state(
                "Choisissez une cantine, ou toute la ville." if run else "Les prévisions ne sont pas encore calculées."
            )
            return
        days = ask(waste.waste_ahead, run.run_id, selection.canteen)
        if days.empty:
            blocks.empty_state(
                "Pas de prévision sans pesées\u00a0: il faut 20 journées en deux ans où les trois moments sont pesés.",
                "Déposer des pesées",
                "pages/cantine/depot.py",
            )
            return
        sentence = say.ahead_sentence(days, today_in_paris(), city=selection.canteen is None)
        labels = {place: label for place, (label, _) in say.PLACES.items()}
        blocks.figure(charts.kilograms_ahead(days, labels), sentence, _table(days), "gaspillage_a_venir")
        blocks.note(f"{say_promises.BAND} {_measured(run.run_id, selection.canteen)} {NOT_WEIGHED}")


def _measured(run_id: int, canteen: str | None) -> str:
    """Say what was measured of the black lines, where weighings are known."""
    everywhere = ask(promises.waste_promises, run_id, None)
    if canteen:
        return say_promises.measured(everywhere, ask(promises.waste_promises, run_id, canteen), None)
    return say_promises.measured(everywhere, None, ask(promises.city_band, run_id, promises.JUDGED_KG))


def _table(days: pd.DataFrame) -> pd.DataFrame:
    table = days.drop(columns="canteens").set_axis(COLUMNS, axis="columns")
    table.insert(1, "Jour", days["date"].map(weekday))
    return table
