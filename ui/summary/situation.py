"""The figures of the page Synthèse, and the decisions that fixed rules derive from them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from data.calendar.exceptional import exceptional_days
from data.clock import today_in_paris
from data.queries import waste
from data.queries.city_waste import CityWaste, SameCanteens, city_waste, same_canteens
from data.queries.forecasts import runs
from data.queries.forecasts.runs import ForecastRun
from data.queries.overview import Overview, Reference, references, store_overview
from data.queries.rollout import RolloutSummary, rollout_summary
from data.queries.waste import WasteSummary
from data.selection import Selection
from ui.kit.formats import SPACE, count_of, day, enumeration, percent, plural, school_name
from ui.session import ask

SHORT_SERVICES_ALERT_PCT = 10
STALE_AFTER_DAYS = 14
NAMED = 5


@dataclass(frozen=True)
class EquippedSchools:
    """How many schools were equipped on the last day of the period, and that day (today at the latest)."""

    day: date
    schools: int


@dataclass(frozen=True)
class Situation:
    """The figures of the page: the period, without its exceptional days (`now`) and with them (`whole`).

    `compared` and `before`: the complete days of the period, and those of the same period a year before. `rollout` is
    the state of today.
    """

    now: WasteSummary
    whole: WasteSummary
    exceptional: pd.DataFrame
    compared: WasteSummary
    before: WasteSummary
    references: dict[str, Reference]
    city_waste: CityWaste
    same_canteens: SameCanteens
    rollout: RolloutSummary
    equipped: EquippedSchools
    overview: Overview
    run: ForecastRun | None

    @property
    def services(self) -> str:
        """Say on how many services the figures in meals are."""
        return f"{plural(self.now.pairs, 'service')} où le prévu et le servi sont connus"

    def reference(self, name: str) -> float | None:
        """Return a reference value, None when it was removed."""
        reference = self.references.get(name)
        return reference.value if reference else None

    def estimates(self, name: str) -> tuple[float, float, float] | None:
        """Return the waste of the whole city times a reference per kilogram: the estimate and its ends, or None."""
        per_kg, city = self.reference(name), self.city_waste
        if per_kg is None or city.kilograms is None or city.lower is None or city.upper is None:
            return None
        return per_kg * city.kilograms, per_kg * city.lower, per_kg * city.upper


def situation(selection: Selection) -> Situation:
    """Gather the figures of the page."""
    overview, today = ask(store_overview), today_in_paris()
    end = min(selection.end, today)
    last_day = overview.last_day or selection.end
    complete = replace(selection, complete_only=True)
    return Situation(
        now=ask(waste.waste_summary, selection),
        whole=ask(waste.waste_summary, replace(selection, exceptional=True)),
        exceptional=ask(exceptional_days, selection),
        compared=ask(waste.waste_summary, complete.until(last_day)),
        before=ask(waste.waste_summary, complete.year_before(last_day)),
        references=ask(references),
        city_waste=ask(city_waste, selection),
        same_canteens=ask(same_canteens, selection.until(last_day), selection.year_before(last_day)),
        rollout=ask(rollout_summary, today),
        equipped=EquippedSchools(end, ask(rollout_summary, end).equipped),
        overview=overview,
        run=ask(runs.latest_run),
    )


def decisions(facts: Situation, canteens: pd.DataFrame) -> list[str]:
    """Return the decisions that the figures call for, the most pressing first."""
    sentences = [_about_surplus(facts, canteens), _about_shortage(facts.now), _about_weighing(facts.now)]
    sentences += [about_schools(facts.rollout), _about_age(facts.overview), _about_labels(facts.overview)]
    return [sentence for sentence in sentences if sentence] or ["Rien à trancher\u00a0: les repères sont tenus."]


def alerts(facts: Situation) -> list[str]:
    """Return the figures that are beyond the limits of `decisions`, each with its limit, in a few words."""
    goal, now, last = facts.reference("surplus_target_pct"), facts.now, facts.overview.last_day
    found = []
    if last is not None and (today_in_paris() - last).days > STALE_AFTER_DAYS:
        found.append(f"Données anciennes{SPACE}: dernier repas connu le {day(last)} (plus de {STALE_AFTER_DAYS} jours)")
    if goal is not None and now.overproduction_pct is not None and now.overproduction_pct > goal:
        found.append(f"Surproduction{SPACE}: {percent(now.overproduction_pct)} (limite{SPACE}: {percent(goal)})")
    if now.short_services_pct is not None and now.short_services_pct > SHORT_SERVICES_ALERT_PCT:
        found.append(
            f"Repas manquants dans {percent(now.short_services_pct)} des services "
            f"(limite{SPACE}: {SHORT_SERVICES_ALERT_PCT}{SPACE}%)"
        )
    if facts.rollout.blocked:
        names = enumeration([school_name(name) for name in facts.rollout.blocked[:NAMED]])
        found.append(f"Raccordement bloqué{SPACE}: {names}")
    if facts.overview.unattached:
        points = plural(facts.overview.unattached, "point de service", "points de service")
        found.append(f"{points} sans cantine")
    return found or ["Aucune\u00a0: tous les repères sont tenus."]


def _about_surplus(facts: Situation, canteens: pd.DataFrame) -> str | None:
    goal, value = facts.reference("surplus_target_pct"), facts.now.overproduction_pct
    if goal is None or value is None or value <= goal or canteens.empty:
        return None
    start = f"Surproduction de {percent(value)}, au-dessus du repère de {percent(goal)}{SPACE}: "
    above = canteens[canteens["stands_out"]]
    if above.empty:
        return f"{start}aucune cantine ne se détache de ce qu’on attend pour sa taille, revoir la règle de toutes."
    beyond = (above["gap"] * above["meals_served"] / 100).nlargest(NAMED)
    names = enumeration(above.loc[beyond.index, "place"].tolist())
    meals = plural(round(beyond.sum()), "repas en trop", "repas en trop")
    return f"{start}revoir d’abord les quantités de {names}, {meals} de plus qu’attendu pour leur taille."


def _about_shortage(now: WasteSummary) -> str | None:
    if now.short_services_pct is None or now.short_services_pct <= SHORT_SERVICES_ALERT_PCT:
        return None
    return (
        f"Il a manqué des repas dans {percent(now.short_services_pct)} des services{SPACE}: fixer combien il peut en "
        f"manquer "
        " avant de réduire encore les quantités."
    )


def _about_weighing(now: WasteSummary) -> str | None:
    if now.weighing_canteens == now.canteens:
        return None
    weighing = count_of(now.weighing_canteens, now.canteens, "cantine")
    return f"Pesées{SPACE}: {weighing}. Choisir les cantines qui pèseront la prochaine semaine représentative."


def about_schools(rollout: RolloutSummary) -> str | None:
    """Say how many schools are left to equip, and which ones cannot be connected."""
    to_equip = rollout.goal - rollout.equipped
    if not rollout.schools or to_equip <= 0:
        return None
    blocked = enumeration([school_name(name) for name in rollout.blocked])
    blocked = f" Raccordement bloqué{SPACE}: {blocked}." if rollout.blocked else ""
    return f"Équipement{SPACE}: encore {plural(to_equip, 'école')} sur {rollout.goal}.{blocked}"


def _about_age(overview: Overview) -> str | None:
    if overview.last_day is None or (today_in_paris() - overview.last_day).days <= STALE_AFTER_DAYS:
        return None
    return f"Dernier repas connu le {day(overview.last_day)}{SPACE}: demander les journaux plus récents aux cantines."


def _about_labels(overview: Overview) -> str | None:
    if not overview.unattached:
        return None
    points = plural(overview.unattached, "point de service", "points de service")
    return f"{points} sans cantine{SPACE}: la mission numérique peut les rattacher."
