"""The words of L’essentiel, on the page and in the report: the goal, the comité, the schools, the pilot, the grams."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from data.meetings import read, since, weather
from data.meetings.read import Meeting
from data.queries.pilot import Study
from ui.kit.formats import SPACE, count_of, day, is_missing, number, percent, plural, quantity, school_name, signed
from ui.meetings.view import counts
from ui.pilot_effect import sentences as pilot_says
from ui.rollout.school_cards import UNKNOWN, WEATHER, begun, delay
from ui.session import ask
from ui.summary.situation import SHORT_SERVICES_ALERT_PCT, Situation

LONGEST_DECISION = 80
NO_MEETING, NOTHING_AWAITED = "Aucune séance n’est encore enregistrée.", "Rien n’est attendu du comité."
NO_SCHOOL = "Aucune école test n’est encore enregistrée."
PILOT_TITLE = f"Le pilote fonctionne-t-il{SPACE}?"
Row = dict[Hashable, Any]


class School(NamedTuple):
    """A test school in words: its name, its stage, its weather and its delay, whether it is late."""

    name: str
    stage: str
    state: str
    late: bool


# ---------------------------------------------------------------- the one figure
def beside(facts: Situation) -> str:
    """Say what the one figure leaves out, and what it would be with it."""
    if facts.exceptional.empty:
        return "pas de jour exceptionnel"
    return f"sans les jours exceptionnels{SPACE}; {percent(facts.whole.surplus_pct)}{SPACE}avec"


def goal(facts: Situation) -> str:
    """Say whether the goal is held, by the figure that it is about, and how many meals are missing."""
    target, now = facts.reference("surplus_target_pct"), facts.now
    if target is None or now.surplus_pct is None or now.overproduction_pct is None:
        return "aucun objectif fixé, ou aucun repas prévu et servi connu."
    told = f"{percent(target)} de surproduction au plus{SPACE}: "
    allowed = target * now.pairs_served / 100
    if now.overproduction_pct > target:
        meals = max(round(now.pairs_planned - now.pairs_served - allowed), 1)
        return f"{told}dépassé ({percent(now.overproduction_pct)}). Il reste {_meals(meals)} à ne plus prévoir."
    held = f"{told}tenu ({percent(now.overproduction_pct)}){_but_short(facts)}."
    if now.surplus_pct <= target:
        return held
    meals = max(round(now.surplus_meals - allowed), 1)
    return f"{held} Pour que les repas en trop y soient aussi{SPACE}: {_meals(meals)} de moins."


def _but_short(facts: Situation) -> str:
    """Return the reservation about meals that were missing, which lower the figure of the goal."""
    short = facts.now.short_services_pct
    if short is None or short <= SHORT_SERVICES_ALERT_PCT:
        return ""
    return f", mais des repas ont manqué dans {percent(short)} des services"


def _meals(count: int) -> str:
    return plural(count, "repas", "repas")


def since_meeting(meeting: Meeting | None, today: date) -> list[tuple[str, str]]:
    """Say how the figure moved since the last meeting: its title and the sentence, nothing without a meeting."""
    if meeting is None:
        return []
    fact = next((one for one in ask(since.since, meeting.held_on, today) if one.kind == since.SURPLUS), None)
    title = since_title(meeting)
    if fact is None:
        return [(title, "trop peu de jours connus pour comparer.")]
    before, after = float(fact.before), float(fact.after)
    return [
        (
            title,
            f"{percent(after)}, contre {percent(before)} sur autant de jours avant ({_points(before, after)}), "
            f"dans {plural(fact.canteens, 'cantine')}.",
        )
    ]


def trend(facts: Situation) -> str:
    """Say how the share moved from the same period a year before."""
    now, before = facts.compared.surplus_pct, facts.before.surplus_pct
    if now is None or before is None:
        return "Repas en trop par mois\u00a0: la même période un an plus tôt n’est pas connue."
    return f"En un an{SPACE}: {_points(before, now)} ({percent(before)} sur la même période)."


def _points(before: float, after: float) -> str:
    difference = round(round(after, 1) - round(before, 1), 1)
    if not difference:
        return "sans changement"
    return f"{signed(difference)}{SPACE}{'points' if abs(difference) >= 2 else 'point'}"


# ---------------------------------------------------------------- the comité
def since_title(meeting: Meeting) -> str:
    """Name the time since a meeting."""
    return f"Depuis le comité du {day(meeting.held_on)}"


def since_counts(meeting: Meeting, today: date) -> list[str]:
    """Say the weather, how many decisions were taken at a meeting, are done since, are late."""
    decided, done, late = counts(meeting, ask(read.decisions), today)
    now = ask(weather.current).weather
    return [
        *([] if now == weather.UNKNOWN else [f"Météo{SPACE}: {now}"]),
        f"{plural(decided, 'décision prise', 'décisions prises')} ce jour-là",
        f"{plural(done, 'faite', 'faites')} depuis",
        f"{'⚠ ' if late else ''}{number(late)} en retard, à prendre ou à faire",
    ]


def expected(row: Row, today: date) -> str:
    """Say a decision that is awaited, and for when."""
    text = str(row["decision"])
    text = text if len(text) <= LONGEST_DECISION else f"{text[: LONGEST_DECISION - 1]}…"
    if is_missing(row["due_on"]):
        return f"{text}, sans date"
    late = f", en{SPACE}retard" if row["due_on"] < pd.Timestamp(today) else ""
    return f"{text}, pour le {day(row['due_on'])}{late}"


# ---------------------------------------------------------------- the programme
def schools_title(schools: pd.DataFrame) -> str:
    """Count the test schools, and those that are late."""
    late = int((schools["delay_days"] > 0).sum())
    return f"{plural(len(schools), 'école test', 'écoles test')}, {number(late)} en retard (▲)"


def school(row: Row) -> School:
    """Say where a test school is."""
    late = not is_missing(row["delay_days"]) and row["delay_days"] > 0
    stage = UNKNOWN if is_missing(row["stage"]) else f"{row['stage']}{'' if begun(row) else ' à commencer'}"
    sky = WEATHER.get(str(row["weather"]), f"météo {UNKNOWN}e")
    delayed = f"{'▲ ' if late else ''}{delay(row['delay_days'])}"
    return School(school_name(str(row["school"])), stage, f"{sky}, {delayed}", late)


def pilot_start(study: Study) -> date | None:
    """Return the day on which the first school began its test."""
    starts = study.sites["start"].dropna() if len(study.sites) else pd.Series(dtype="datetime64[ns]")
    return None if starts.empty else pd.Timestamp(starts.min()).date()


def pilot(study: Study) -> str:
    """Say in one sentence what the pilot changed, with its range."""
    known = (pilot_says.sentence(study, measure) for measure in pilot_says.ORDER if measure in study.effects)
    return next(known, f"{pilot_says.NOT_YET}{SPACE}: pas assez d’écoles en test et de jours connus.")


def grams(facts: Situation) -> str:
    """Say how many grams a meal is wasted, where it is weighed, and where that is."""
    now = facts.now
    if not now.weighed_meals:
        return "Aucune cantine ne pèse sur cette période."
    return (
        f"{quantity(now.grams_per_meal, 'g')} par repas, là où l’on pèse seulement{SPACE}: "
        f"{count_of(now.weighing_canteens, now.canteens, 'cantine')}."
    )
