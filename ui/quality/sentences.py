"""What the page Qualité des prévisions says above its charts and tables; shares are in percent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from data.calendar.events import FRENCH
from data.queries.forecasts.quality import Judged
from ui.kit.formats import SPACE, count_of, day, enumeration, is_missing, long_day, number, percent, plural, signed

Row = dict[Any, Any]
CANTEEN_DAY = ("journée de cantine", "journées de cantine")
THIRDS = ("Toutes les cantines", "Petites cantines", "Cantines moyennes", "Grandes cantines")
NAMES = {
    "plan": "Prévu des gestionnaires",
    "forecast": "Prévision",
    "recommended": "Quantité conseillée",
    "recommended_with_plan": "Conseillée avec le prévu",
    "same_weekday_last_week": "Même jour, semaine d’avant",
    "same_weekday_at_order": "Même jour, à la commande",
}
KNOWLEDGE = (
    "Le prévu des gestionnaires est écrit à une date que le journal ne dit pas, sans doute peu de jours avant.",
    "La prévision et la quantité conseillée ne connaissent que les repas d’au moins trois semaines avant.",
    "La quantité «\u00a0avec le prévu\u00a0» lit en plus le prévu du jour, là où il existe.",
    "«\u00a0Semaine d’avant\u00a0»\u00a0: les repas du dernier même jour servi dans la cantine, sept jours avant ou "
    "plus. Un gestionnaire les connaît, mais trop tard pour commander.",
    "«\u00a0À la commande\u00a0»\u00a0: ceux du dernier même jour servi trois semaines avant ou plus, connus au moment "
    "de commander.",
)
# How often an interval at 80 % may hold, in percent, and still be said to keep its promise.
HELD = (76, 84)
EVENTS = FRENCH | {"swapped_strike": "grève (déclarée jour et mois inversés)"}
SET_ASIDE = {
    "typing_error": "chiffre aberrant, saisie à vérifier",
    "point_missing": "un point de service absent du journal",
    "incomplete": "un point de service sans repas servis",
    "not_a_service_day": "hors des jours de service",
}
NOTHING_KNOWN = "rien de particulier"


def extent(judged: Judged, served: int) -> str:
    """Say what the figures are over, and what they leave out: together, every canteen-day of the log."""
    left_out = [
        f"{number(judged.without_plan)} sans prévu",
        f"{number(judged.without_forecast)} sans prévision (trop peu d’historique)",
        f"{number(judged.without_meals)} sans repas servis au journal",
        f"{number(judged.unattached)} de points à rattacher",
    ]
    return (
        f"Jugé sur {count_of(judged.judged, judged.logged, *CANTEEN_DAY)} (une cantine, un jour) au journal du "
        f"{day(judged.first)} au {day(judged.last)}{SPACE}: {plural(judged.canteens, 'cantine')}, "
        f"{plural(judged.days, 'jour')}, {plural(served, 'repas servi', 'repas servis')}. Non jugées{SPACE}: "
        f"{', '.join(left_out)}. Les {number(judged.set_aside)} aberrantes ou incomplètes, dont rien n’est appris, "
        "comptent comme les autres."
    )


def compared(value: float, other: float, digits: int = 1) -> str:
    """Say whether a share is under, over or equal to another, as both are written."""
    gap = round(value, digits) - round(other, digits)
    return "autant" if gap == 0 else "moins" if gap < 0 else "plus"


def rows_of(found: pd.DataFrame) -> dict[str, Row]:
    """Return the rows of `quality.by_method` by method."""
    return {row["method"]: dict(row) for row in found.to_dict("records")}


def verdict(found: dict[str, Row], held: Row) -> tuple[str, list[str]]:
    """Say on how many points forecasts can be relied upon, then answer each of them by yes or no, with its figures."""
    plan, forecast = found["plan"], found["forecast"]
    closer = all(compared(forecast[name], plan[name]) == "moins" for name in ("wape_pct", "city_wape_pct"))
    points = [
        ("Plus juste que le prévu des gestionnaires", closer, methods(found)),
        ("Plus juste que le même jour de la semaine", *_beside_same_weekday(found)),
        *(
            (f"{NAMES[name]}, moins de surplus sans plus de manque", *_quantity(found, name))
            for name in ("recommended", "recommended_with_plan")
        ),
        (f"Intervalle à 80{SPACE}% fiable", HELD[0] <= held["covered_pct"] <= HELD[1], _held(held)),
    ]
    kept = sum(answer for _, answer, _ in points)
    return (
        f"Oui sur {count_of(kept, len(points), 'point')}.",
        [f"{title}{SPACE}? {'Oui' if answer else 'Non'}. {told}" for title, answer, told in points],
    )


def methods(found: dict[str, Row]) -> str:
    """Say whether forecasts miss by less than the plan, per canteen and for the city."""
    plan, forecast = found["plan"], found["forecast"]
    own, city = (compared(forecast[name], plan[name]) for name in ("wape_pct", "city_wape_pct"))
    return (
        f"Par cantine et par jour, la prévision s’écarte de {percent(forecast['wape_pct'])} des repas servis, {own} "
        f"que le prévu ({percent(plan['wape_pct'])}){SPACE}; pour la ville et par jour, de "
        f"{percent(forecast['city_wape_pct'])}, {city} que lui ({percent(plan['city_wape_pct'])})."
    )


def _beside_same_weekday(found: dict[str, Row]) -> tuple[bool, str]:
    """Tell whether forecasts miss by less than what the same weekday was, and by how much that one misses."""
    known = [name for name in ("same_weekday_last_week", "same_weekday_at_order") if name in found]
    own = found["forecast"]["wape_pct"]
    gaps = [f"{NAMES[name]}{SPACE}: {percent(found[name]['wape_pct'])} d’écart" for name in known]
    closer = bool(known) and all(compared(own, found[name]["wape_pct"]) == "moins" for name in known)
    return closer, f"{'. '.join(gaps) or 'Le passé est trop court pour le dire'}."


def _quantity(found: dict[str, Row], method: str) -> tuple[bool, str]:
    """Tell whether a quantity leaves less over than the plan without missing more, and both beside the plan's."""
    plan, own = found["plan"], found[method]
    words = {"surplus_pct": "surplus", "shortage_pct": "manque"}
    sides = {column: compared(own[column], plan[column], 2) for column in words}
    parts = [
        f"{sides[column]} de {word} ({percent(own[column], 2)} contre {percent(plan[column], 2)})"
        for column, word in words.items()
    ]
    kept = sides["surplus_pct"] == "moins" and sides["shortage_pct"] != "plus"
    return kept, f"{' et '.join(parts).capitalize()} que le prévu."


def _held(held: Row) -> str:
    covered = count_of(int(held["covered"]), int(held["canteen_days"]), *CANTEEN_DAY)
    return f"Il contient les repas servis {percent(held['covered_pct'])} du temps ({covered})."


def naive(found: dict[str, Row]) -> str:
    """Say on how many canteen-days each naive method could be judged."""
    told = [
        f"{NAMES[name]}{SPACE}: "
        f"{count_of(found.get(name, {}).get('canteen_days', 0), found['plan']['canteen_days'], *CANTEEN_DAY)}."
        for name in ("same_weekday_last_week", "same_weekday_at_order")
    ]
    return " ".join(told)


def canteen_days(titles: list[str], counts: list[int]) -> str:
    """Say on how many canteen-days each group is judged."""
    told = [f"{title}, {number(count)}" for title, count in zip(titles, counts, strict=True)]
    return f"Journées de cantine jugées{SPACE}: {f'{SPACE}; '.join(told)}."


def months(found: pd.DataFrame) -> str:
    """Say in how many months the forecast misses by less than the plan, and where it misses most."""
    return _groups(found, count_of(_better(found), len(found), "mois", "mois"), lambda row: f"en {row['month']:%m/%Y}")


def canteens(found: pd.DataFrame) -> str:
    """Say for how many canteens the forecast misses by less than the plan, and where it misses most."""
    return _groups(found, f"pour {count_of(_better(found), len(found), 'cantine')}", lambda row: f"à {row['place']}")


def leads(found: pd.DataFrame) -> str:
    """Say at how many leads the forecast misses by less than the plan, and at which it misses most."""
    told = f"pour {count_of(_better(found), len(found), 'avance')}"
    return _groups(found, told, lambda row: f"à {plural(row['weeks'], 'semaine')}")


def _better(found: pd.DataFrame) -> int:
    return int((found["forecast_wape_pct"] < found["plan_wape_pct"]).sum())


def _groups(found: pd.DataFrame, better: str, where: Callable[[pd.Series], str]) -> str:
    worst = found.nlargest(1, "forecast_wape_pct").iloc[0]
    return (
        f"La prévision s’écarte moins que le prévu {better}{SPACE}; "
        f"son plus grand écart est {where(worst)} ({percent(worst['forecast_wape_pct'])})."
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


def worst(row: pd.Series, whose: str, known: str) -> str:
    """Say which day was forecast worst, in the city or in a canteen, and what is known of it."""
    share = signed(100 * row["gap"] / row["meals_served"], 0)
    return (
        f"Le plus grand écart {whose}{SPACE}: le {long_day(row['date'])}, {number(row['forecast'])} repas annoncés "
        f"pour {number(row['meals_served'])} servis ({share}{SPACE}%). Ce qu’on en sait{SPACE}: {known}."
    )


def known_of_canteen(row: pd.Series) -> str:
    """Say what is known of a canteen-day: its events, a plan far from the quantity, why nothing is learnt from it."""
    told = [*_events(row["events"])]
    if not is_missing(row["set_aside"]):
        told.append(SET_ASIDE.get(row["set_aside"], "journée écartée de l’apprentissage"))
    if not is_missing(row["plan_gap"]):
        told.append(f"prévu loin de la quantité conseillée ({signed(row['plan_gap'], 0)})")
    return f"{SPACE}; ".join(told) or NOTHING_KNOWN


def known_of_city(row: pd.Series) -> str:
    """Say what is known of a day of the city: its events, and in how many canteens it was out of the ordinary."""
    told = [*_events(row["events"])]
    if row["set_aside"]:
        told.append(f"aberrante ou incomplète dans {plural(row['set_aside'], 'cantine')}")
    if row["plan_gaps"]:
        told.append(f"prévu loin de la quantité conseillée dans {plural(row['plan_gaps'], 'cantine')}")
    return f"{SPACE}; ".join(told) or NOTHING_KNOWN


def _events(kinds: object) -> list[str]:
    known = [] if is_missing(kinds) else [EVENTS.get(kind, "événement") for kind in str(kinds).split()]
    return [enumeration(known)] if known else []
