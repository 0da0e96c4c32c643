"""What the page Qualité des prévisions says above its charts and tables; shares are in percent."""

from __future__ import annotations

from typing import Any

import pandas as pd

from data.queries.quality import Judged
from ui.formats import SPACE, count_of, day, long_day, number, percent, plural, signed

Row = dict[Any, Any]
CANTEEN_DAY = ("journée de cantine", "journées de cantine")
THIRDS = ("Toutes les cantines", "Petites cantines", "Cantines moyennes", "Grandes cantines")


def extent(judged: Judged, served: int) -> str:
    """Say what the figures are over, and what they leave out."""
    left_out = [
        f"{number(judged.without_plan)} sans prévu",
        f"{number(judged.without_forecast)} sans prévision (trop peu d’historique)",
        f"{number(judged.unattached)} de points à rattacher",
    ]
    return (
        f"Jugé sur {plural(judged.judged, *CANTEEN_DAY)} (une cantine, un jour) du {day(judged.first)} au "
        f"{day(judged.last)}{SPACE}: {plural(judged.canteens, 'cantine')}, {plural(judged.days, 'jour')}, "
        f"{plural(served, 'repas servi', 'repas servis')}. Non jugées{SPACE}: {', '.join(left_out)}. "
        "Un jour aberrant ou mal saisi compte comme les autres."
    )


def compared(value: float, other: float, digits: int = 1) -> str:
    """Say whether a share is under, over or equal to another, as both are written."""
    gap = round(value, digits) - round(other, digits)
    return "autant" if gap == 0 else "moins" if gap < 0 else "plus"


def rows_of(found: pd.DataFrame) -> dict[str, Row]:
    """Return the rows of `quality.by_method` by method."""
    return {row["method"]: dict(row) for row in found.to_dict("records")}


def methods(found: dict[str, Row]) -> str:
    """Say whether forecasts miss by less than the plan, per canteen and for the city."""
    plan, forecast = found["plan"], found["forecast"]
    verdict = {"moins": "moins que", "plus": "plus que", "autant": "autant que"}
    own = verdict[compared(forecast["wape_pct"], plan["wape_pct"])]
    city = verdict[compared(forecast["city_wape_pct"], plan["city_wape_pct"])]
    return (
        f"Par cantine et par jour, la prévision s’écarte de {percent(forecast['wape_pct'])} des repas servis, {own} le "
        f"prévu des gestionnaires ({percent(plan['wape_pct'])}){SPACE}; pour la ville et par jour, de "
        f"{percent(forecast['city_wape_pct'])}, {city} lui ({percent(plan['city_wape_pct'])})."
    )


def quantity(found: dict[str, Row], method: str, name: str) -> str:
    """Say what a quantity would have left over and missed, beside the plan."""
    plan, own = found["plan"], found[method]
    parts = [
        f"{compared(own[column], plan[column], 2)} de {word} ({percent(own[column], 2)} contre "
        f"{percent(plan[column], 2)})"
        for column, word in (("surplus_pct", "surplus"), ("shortage_pct", "manque"))
    ]
    return f"{name}{SPACE}: {' et '.join(parts)} que le prévu des gestionnaires."


def naive(found: dict[str, Row]) -> str:
    """Say what the naive method is, and on how many canteen-days it could be judged."""
    known = found.get("same_weekday", {}).get("canteen_days", 0)
    told = count_of(known, found["plan"]["canteen_days"], *CANTEEN_DAY)
    return (
        "Même jour précédent\u00a0: les repas servis dans la cantine le dernier même jour de la semaine, au moins "
        f"trois semaines avant ({told})."
    )


def months(found: pd.DataFrame) -> str:
    """Say in how many months the forecast misses by less than the plan, and where it misses most."""
    better = int((found["forecast_wape_pct"] < found["plan_wape_pct"]).sum())
    worst = found.nlargest(1, "forecast_wape_pct").iloc[0]
    return (
        f"La prévision s’écarte moins que le prévu {count_of(better, len(found), 'mois', 'mois')}{SPACE}; "
        f"son plus grand écart est en {worst['month']:%m/%Y} ({percent(worst['forecast_wape_pct'])})."
    )


def canteens(found: pd.DataFrame) -> str:
    """Say for how many canteens the forecast misses by less than the plan, and where it misses most."""
    better = int((found["forecast_wape_pct"] < found["plan_wape_pct"]).sum())
    worst = found.nlargest(1, "forecast_wape_pct").iloc[0]
    return (
        f"La prévision s’écarte moins que le prévu pour {count_of(better, len(found), 'cantine')}{SPACE}; "
        f"son plus grand écart est à {worst['place']} ({percent(worst['forecast_wape_pct'])})."
    )


def coverage(found: pd.DataFrame) -> str:
    """Say how often the interval held, and how its misses are shared out."""
    row = found.iloc[0]
    held = count_of(int(row["covered"]), int(row["canteen_days"]), *CANTEEN_DAY)
    return (
        f"L’intervalle à 80{SPACE}% contient les repas servis {percent(row['covered_pct'])} du temps ({held}){SPACE}; "
        f"il y en a eu moins {percent(row['below_pct'])} du temps, plus {percent(row['above_pct'])}."
    )


def sizes(found: pd.DataFrame) -> str | None:
    """Say how often the interval held in each third of the canteens, by size; nothing with too few of them."""
    thirds = found[found["third"] > 0]
    if len(thirds) < len(THIRDS) - 1:
        return None
    told = [
        f"{THIRDS[third]}{SPACE}: {percent(share)}"
        for third, share in zip(thirds["third"], thirds["covered_pct"], strict=True)
    ]
    return f"Par tiers, selon les repas servis par jour. {'. '.join(told)}."


def city_days(found: pd.DataFrame) -> str:
    """Say which day of the city was forecast worst."""
    row = found.iloc[0]
    return (
        f"Le plus grand écart de la ville{SPACE}: le {long_day(row['date'])}, {number(row['forecast'])} repas annoncés "
        f"pour {number(row['meals_served'])} servis ({signed(row['gap_pct'])}{SPACE}%)."
    )


def canteen_days(found: pd.DataFrame) -> str:
    """Say which canteen-day was forecast worst."""
    row = found.iloc[0]
    return (
        f"Le plus grand écart d’une cantine{SPACE}: {row['place']}, le {long_day(row['date'])}, "
        f"{number(row['forecast'])} repas annoncés pour {number(row['meals_served'])} servis."
    )
