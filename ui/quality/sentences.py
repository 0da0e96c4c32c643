"""Sentences of the page Qualité des prévisions: WAPE, bias, surplus, shortage, coverage; all in percent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from data.calendar.event_kinds import FRENCH
from data.queries.forecasts.promises import RELIABLE_COVERAGE
from data.queries.forecasts.quality import Judged
from ui.kit.formats import (
    SPACE,
    count_of,
    day,
    enumeration,
    is_missing,
    long_day,
    month_name,
    number,
    percent,
    plural,
    signed,
)

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
EVENTS = FRENCH | {"swapped_strike": "grève (déclarée jour et mois inversés)"}
SET_ASIDE = {
    "typing_error": "chiffre douteux, saisie à vérifier",
    "point_missing": "un point de service absent du journal",
    "incomplete": "un point de service sans repas servis",
    "not_a_service_day": "hors des jours de service",
    "without_meals_served": "grève, personne n’a été servi",
}
NOTHING_KNOWN = "rien de particulier"
LEADS = {1: "La veille", 21: "Trois semaines avant"}


def extent(judged: Judged, served: int) -> str:
    """Say how many canteen-days are judged and how many are left out; their sum is every canteen-day of the log."""
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
        f"{', '.join(left_out)}. {plural(judged.set_aside, 'journée douteuse', 'journées douteuses')} ou "
        f"incomplètes{SPACE}: "
        "comptées ici, sans servir au calcul."
    )


def comparison(value: float, other: float, digits: int = 1) -> str:
    """Say whether a value is less than, more than or equal to another, once both are rounded as shown."""
    gap = round(value, digits) - round(other, digits)
    return "autant" if gap == 0 else "moins" if gap < 0 else "plus"


def rows_of(table: pd.DataFrame) -> dict[str, Row]:
    """Return the rows of `quality.by_method` as a dictionary, by method."""
    return {row["method"]: dict(row) for row in table.to_dict("records")}


def verdict(by_method: dict[str, Row], coverage_row: Row) -> tuple[str, list[str]]:
    """Say how many reliability tests the forecasts pass, then the result of each test with its figures."""
    plan, forecast = by_method["plan"], by_method["forecast"]
    more_accurate = all(comparison(forecast[name], plan[name]) == "moins" for name in ("wape_pct", "city_wape_pct"))
    points = [
        ("Plus juste que le prévu des gestionnaires", more_accurate, methods(by_method)),
        ("Plus juste que le même jour de la semaine", *_same_weekday(by_method)),
        *(
            (
                f"{NAMES[name]}, moins de repas en trop sans en manquer plus, ni plus souvent",
                *_quantity(by_method, name),
            )
            for name in ("recommended", "recommended_with_plan")
        ),
        (
            "Fourchette fiable",
            RELIABLE_COVERAGE[0] <= coverage_row["covered_pct"] <= RELIABLE_COVERAGE[1],
            _coverage(coverage_row),
        ),
    ]
    passed = sum(answer for _, answer, _ in points)
    return (
        f"Oui sur {count_of(passed, len(points), 'point')}.",
        [f"{title}{SPACE}? {'Oui' if answer else 'Non'}. {detail}" for title, answer, detail in points],
    )


def methods(by_method: dict[str, Row]) -> str:
    """Say whether the WAPE of the forecast is under that of the plan, per canteen and for the city."""
    plan, forecast = by_method["plan"], by_method["forecast"]
    word, city_word = (comparison(forecast[name], plan[name]) for name in ("wape_pct", "city_wape_pct"))
    return (
        f"Par cantine et par jour, la prévision s’écarte de {percent(forecast['wape_pct'])} des repas servis, {word} "
        f"que le prévu ({percent(plan['wape_pct'])}){SPACE}; pour la ville et par jour, de "
        f"{percent(forecast['city_wape_pct'])}, {city_word} que lui ({percent(plan['city_wape_pct'])})."
    )


def _same_weekday(by_method: dict[str, Row]) -> tuple[bool, str]:
    """Compare the forecast with the seasonal naive methods (same weekday): is it more accurate, and their WAPE."""
    baselines = [name for name in ("same_weekday_last_week", "same_weekday_at_order") if name in by_method]
    forecast_wape = by_method["forecast"]["wape_pct"]
    gaps = [f"{NAMES[name]}{SPACE}: {percent(by_method[name]['wape_pct'])} d’écart" for name in baselines]
    more_accurate = bool(baselines) and all(
        comparison(forecast_wape, by_method[name]["wape_pct"]) == "moins" for name in baselines
    )
    return more_accurate, f"{'. '.join(gaps) or 'Le passé est trop court pour le dire'}."


def _quantity(by_method: dict[str, Row], method: str) -> tuple[bool, str]:
    """Compare a quantity with the plan: is there less surplus without more shortage, in meals and in days?"""
    plan, quantity = by_method["plan"], by_method[method]
    words = {
        "surplus_pct": ("repas en trop", 2),
        "shortage_pct": ("repas manquants", 2),
        "short_pct": ("jours de manque", 1),
    }
    known = [column for column in words if not is_missing(quantity.get(column)) and not is_missing(plan.get(column))]
    sides = {column: comparison(quantity[column], plan[column], words[column][1]) for column in known}
    parts = [
        f"{sides[column]} de {word} ({percent(quantity[column], digits)} contre {percent(plan[column], digits)})"
        for column, (word, digits) in words.items()
        if column in known
    ]
    better = sides.pop("surplus_pct", None) == "moins" and "plus" not in sides.values()
    return better, f"{enumeration(parts).capitalize()} que le prévu."


def _coverage(coverage_row: Row) -> str:
    covered = count_of(int(coverage_row["covered"]), int(coverage_row["canteen_days"]), *CANTEEN_DAY)
    return f"Elle vise 4 jours sur 5{SPACE}; constaté{SPACE}: {percent(coverage_row['covered_pct'])} ({covered})."


def naive(by_method: dict[str, Row]) -> str:
    """Say how many canteen-days each seasonal naive method is judged on."""
    counts = [
        f"{NAMES[name]}{SPACE}: "
        f"{count_of(by_method.get(name, {}).get('canteen_days', 0), by_method['plan']['canteen_days'], *CANTEEN_DAY)}."
        for name in ("same_weekday_last_week", "same_weekday_at_order")
    ]
    return " ".join(counts)


def canteen_days(titles: list[str], counts: list[int]) -> str:
    """Say how many canteen-days each group is judged on."""
    groups = [f"{title}, {number(count)}" for title, count in zip(titles, counts, strict=True)]
    return f"Journées de cantine jugées{SPACE}: {f'{SPACE}; '.join(groups)}."


def months(rows: pd.DataFrame) -> str:
    """Say in how many months the forecast is more accurate than the plan, and its worst month."""
    better = count_of(_better(rows), len(rows), "mois", "mois")
    return _groups(rows, better, lambda row: f"en {month_name(row['month'])}")


def canteens(rows: pd.DataFrame) -> str:
    """Say for how many canteens the forecast is more accurate than the plan, and its worst canteen."""
    return _groups(rows, f"pour {count_of(_better(rows), len(rows), 'cantine')}", lambda row: f"à {row['place']}")


def leads(rows: pd.DataFrame) -> str:
    """Say what the nearest lead gains over the furthest one, and where the managers' plan stands."""
    far, near = rows.iloc[0], rows.iloc[-1]
    return (
        f"{lead(near['lead_days'])}, la quantité conseillée laisse {percent(near['advised_surplus_pct'])} de repas en "
        f"trop, contre {percent(far['advised_surplus_pct'])} {lead(far['lead_days']).lower()} et "
        f"{percent(near['plan_surplus_pct'])} pour le prévu des gestionnaires."
    )


def lead(days: float) -> str:
    """Name a lead: “La veille”, “7 jours avant”, “Trois semaines avant”."""
    return LEADS.get(int(days), f"{days:.0f} jours avant")


def _better(rows: pd.DataFrame) -> int:
    return int((rows["forecast_wape_pct"] < rows["plan_wape_pct"]).sum())


def _groups(rows: pd.DataFrame, better: str, where: Callable[[pd.Series], str]) -> str:
    worst = rows.nlargest(1, "forecast_wape_pct").iloc[0]
    return (
        f"La prévision s’écarte moins que le prévu {better}{SPACE}; "
        f"son plus grand écart est {where(worst)} ({percent(worst['forecast_wape_pct'])})."
    )


def coverage(rows: pd.DataFrame) -> str:
    """Say the coverage of the interval, and how often the meals served were below or above it."""
    row = rows.iloc[0]
    count = count_of(int(row["covered"]), int(row["canteen_days"]), *CANTEEN_DAY)
    return (
        f"La fourchette vise 4 jours sur 5{SPACE}; constaté{SPACE}: {percent(row['covered_pct'])} ({count}). "
        f"Il y a eu moins de repas {percent(row['below_pct'])} du temps, plus {percent(row['above_pct'])}."
    )


def sizes(rows: pd.DataFrame) -> str | None:
    """Say the coverage in each third of the canteens by size; None when there are fewer than three thirds."""
    thirds = rows[rows["third"] > 0]
    if len(thirds) < len(THIRDS) - 1:
        return None
    shares = [
        f"{THIRDS[third]}{SPACE}: {percent(share)}"
        for third, share in zip(thirds["third"], thirds["covered_pct"], strict=True)
    ]
    return f"Par tiers, selon les repas servis par jour. {'. '.join(shares)}."


def worst(row: pd.Series, whose: str, facts: str) -> str:
    """Say which day of the city or of a canteen has the largest forecast error, with the facts known about it."""
    share = signed(100 * row["gap"] / row["meals_served"], 0)
    return (
        f"Le plus grand écart {whose}{SPACE}: le {long_day(row['date'])}, {number(row['forecast'])} repas annoncés "
        f"pour {number(row['meals_served'])} servis ({share}{SPACE}%). Ce qu’on en sait{SPACE}: {facts}."
    )


def facts_of_canteen_day(row: pd.Series) -> str:
    """List the facts about a canteen-day: its events, why no model learns from it, a plan far from the quantity."""
    facts = [*_events(row["events"])]
    if not is_missing(row["set_aside"]):
        facts.append(SET_ASIDE.get(row["set_aside"], "journée écartée de l’apprentissage"))
    if not is_missing(row["plan_gap"]):
        facts.append(f"prévu loin de la quantité conseillée ({signed(row['plan_gap'], 0)})")
    return f"{SPACE}; ".join(facts) or NOTHING_KNOWN


def facts_of_city_day(row: pd.Series) -> str:
    """List the facts about a day of the city: its events, and in how many canteens it was unusual."""
    facts = [*_events(row["events"])]
    if row["set_aside"]:
        facts.append(f"douteuse ou incomplète dans {plural(row['set_aside'], 'cantine')}")
    if row["plan_gaps"]:
        facts.append(f"prévu loin de la quantité conseillée dans {plural(row['plan_gaps'], 'cantine')}")
    return f"{SPACE}; ".join(facts) or NOTHING_KNOWN


def _events(kinds: object) -> list[str]:
    names = [] if is_missing(kinds) else [EVENTS.get(kind, "événement") for kind in str(kinds).split()]
    return [enumeration(names)] if names else []
