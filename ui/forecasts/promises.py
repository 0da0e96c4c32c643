"""What the interval and the risks aim at, and beside each what was measured lately: a promise not kept says so."""

from __future__ import annotations

from typing import Any

import pandas as pd

from data.queries.forecasts import promises
from data.queries.forecasts.other_risks import Risk, prices
from data.queries.forecasts.promises import RELIABLE_COVERAGE, RISK_TOLERANCE
from data.queries.forecasts.quality import FAR_SHARE
from data.queries.forecasts.runs import ForecastRun
from ui.forecasts import risk as forecasts_risk
from ui.kit.formats import SPACE, count_of, day, number, percent
from ui.session import ask

Row = dict[str, Any]
CANTEEN_DAY = ("journée de cantine", "journées de cantine")
BAND = (
    f"La fourchette vise 4 jours sur 5\u00a0; la "
    f"promesse est tenue de {RELIABLE_COVERAGE[0]:.0f} à {RELIABLE_COVERAGE[1]:.0f}{SPACE}%."
)
UNMEASURED = "Rien n’a encore été mesuré ici\u00a0: le passé est trop court."
ADVICE = (
    "La quantité conseillée ajoute à la prévision une marge réglée pour ne pas manquer plus que les gestionnaires "
    f"aujourd’hui\u00a0: ni plus de repas, ni plus de jours où il en manque plus de {100 * FAR_SHARE:.0f}\u00a0%. Elle "
    "tient compte du prévu de la cantine quand il est déjà connu."
)
KEPT, NOT_KEPT = "promesse tenue", "promesse non tenue"


def measured(run: ForecastRun, canteen: str | None, chosen: Risk | None, *, advised: bool) -> list[str]:
    """Say what the band and the advised quantity aim at, and what was measured of both, in all canteens and in one."""
    everywhere = ask(promises.promises, run.run_id, None)
    here = ask(promises.promises, run.run_id, canteen) if canteen else None
    city = None if canteen else ask(promises.city_band, run.run_id)
    sentences = [band(everywhere, here, city)]
    if advised and chosen is None:
        sentences.append(f"{ADVICE} {advice(everywhere)}")
    elif advised and chosen is not None:
        prices_here = ask(prices, run.run_id, canteen) if canteen else None
        of_risk = risk(chosen.one_in, ask(prices, run.run_id, None), prices_here)
        sentences.append(f"{forecasts_risk.advice(chosen)} {of_risk}")
    return sentences


def band(everywhere: Row | None, here: Row | None, city: Row | None) -> str:
    """Say how often the meals served fell within the band: in all canteens, in one of them, or in the city's total."""
    if everywhere is None:
        return UNMEASURED
    parts = [f"{period(everywhere)}{SPACE}: {covered(everywhere)}, {of_band(everywhere['covered_pct'])}"]
    if here is not None:
        parts.append(f"dans cette cantine, {covered(here)}")
    if city is not None:
        parts.append(of_city(city))
    return f"{f'{SPACE}; '.join(parts)}."


def covered(row: Row) -> str:
    """Say how many of the judged days fell within their interval, in percent and in numbers."""
    return f"{percent(row['covered_pct'])} ({count_of(int(row['covered']), int(row['canteen_days']), *CANTEEN_DAY)})"


def of_city(city: Row) -> str:
    """Say how often the city's total fell within its band, from `promises.city_band`."""
    days = count_of(int(city["covered"]), int(city["days"]), "jour")
    return (
        f"pour le total de la ville, {percent(city['covered_pct'])} ({days}, chaque mois jugé avec les écarts des "
        f"autres), {of_band(city['covered_pct'])}"
    )


def of_band(covered_pct: float) -> str:
    """Say whether an interval that covered this share is kept, and if not, what is wrong with it."""
    low, high = RELIABLE_COVERAGE
    shown = round(covered_pct, 1)
    if low <= shown <= high:
        return KEPT
    return f"{NOT_KEPT}, la fourchette a été trop {'étroite' if shown < low else 'large'}"


def advice(everywhere: Row | None) -> str:
    """Say what ran short with the advised quantity and with the managers' plans."""
    if everywhere is None:
        return UNMEASURED
    shortage, plan_shortage = (round(everywhere[f"{name}_shortage_pct"], 2) for name in ("recommended", "plan"))
    far, plan_far = (round(everywhere[f"{name}_far_short_pct"], 1) for name in ("recommended", "plan"))
    short, plan_short = (round(everywhere[f"{name}_short_pct"], 1) for name in ("recommended", "plan"))
    of_meals, of_days = (KEPT if kept else NOT_KEPT for kept in (shortage <= plan_shortage, far <= plan_far))
    return (
        f"{period(everywhere)}, sans le prévu{SPACE}: {percent(shortage, 2)} de repas manquants, contre "
        f"{percent(plan_shortage, 2)} avec le prévu des gestionnaires ({of_meals}){SPACE}; "
        f"{number(far, 1)} jours sur 100 où plus de {100 * FAR_SHARE:.0f}{SPACE}% des repas ont manqué, contre "
        f"{number(plan_far, 1)} pour eux ({of_days}){SPACE}; en comptant les jours où il a manqué un seul repas, "
        f"{number(short, 1)} contre {number(plan_short, 1)}. Avec le prévu{SPACE}: "
        f"{percent(everywhere['recommended_with_plan_shortage_pct'], 2)} et "
        f"{number(everywhere['recommended_with_plan_far_short_pct'], 1)} jours sur 100, "
        f"{number(everywhere['recommended_with_plan_short_pct'], 1)} avec ceux d’un seul repas."
    )


def risk(one_in: int, everywhere: pd.DataFrame, here: pd.DataFrame | None) -> str:
    """Say how many days ran short at a risk, from `other_risks.prices`: in all canteens, and in one of them."""
    row = _at(everywhere, one_in)
    if row is None:
        return UNMEASURED
    asked, short = 100 / one_in, round(row["short_pct"], 1)
    kept = abs(short - asked) <= RISK_TOLERANCE * asked
    verdict = KEPT if kept else f"{NOT_KEPT}, {'plus' if short > asked else 'moins'} de jours de manque que demandé"
    own = None if here is None else _at(here, one_in)
    of_canteen = f"{SPACE}; dans cette cantine, {number(own['short_pct'], 1)}" if own is not None else ""
    return (
        f"{period(row)}{SPACE}: {number(short, 1)} jours de manque sur 100, pour {number(asked, 1)} visés, "
        f"{verdict}{of_canteen}."
    )


def _at(prices: pd.DataFrame, one_in: int) -> Row | None:
    rows = prices[prices["one_in"] == one_in].to_dict("records")
    return {str(name): value for name, value in rows[0].items()} if rows else None


def period(row: Row) -> str:
    """Say from when to when something was measured."""
    return f"Mesuré du {day(row['first'])} au {day(row['last'])}"
