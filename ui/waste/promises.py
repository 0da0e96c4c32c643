"""What the interval of the waste to come aims at, and beside it what was measured lately."""

from __future__ import annotations

from typing import Any

from data.queries.forecasts.promises import RELIABLE_COVERAGE
from ui.forecasts.promises import UNMEASURED, covered, of_band, of_city, period
from ui.kit.formats import SPACE, percent

Row = dict[str, Any]
BAND = (
    f"Chaque trait vertical vise à contenir la pesée 4 jours sur 5\u00a0; la promesse est "
    f"tenue de {RELIABLE_COVERAGE[0]:.0f} à {RELIABLE_COVERAGE[1]:.0f}{SPACE}%."
)
# The measures, as `data.queries.forecasts.promises.waste_promises` names them.
UNITS = {"waste_kg": "en kilogrammes", "waste_g_per_meal": "en grammes par repas"}


def measured(everywhere: dict[str, Row], here: dict[str, Row] | None, city: Row | None) -> str:
    """Say how often the weighings fell within their intervals: in all canteens, in one of them, in the city's total."""
    known = {name: unit for name, unit in UNITS.items() if name in everywhere}
    if not known:
        return UNMEASURED
    parts = [
        f"{unit}, {covered(everywhere[name])}, {of_band(everywhere[name]['covered_pct'])}"
        for name, unit in known.items()
    ]
    if here:
        shares = [f"{percent(here[name]['covered_pct'])} {unit}" for name, unit in known.items() if name in here]
        parts.append(f"dans cette cantine, {' et '.join(shares)}")
    if city is not None:
        parts.append(of_city(city))
    measured_on = period(next(iter(everywhere.values())))
    return f"{measured_on}, prévu au moins trois semaines avant{SPACE}: {f'{SPACE}; '.join(parts)}."
