"""What a report says, built once from what Synthèse and Séances du comité show; its writers only lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

import pandas as pd

from data.calendar.school import school_year, school_year_bounds, terms
from data.clock import today_in_paris
from data.meetings import read, since, weather
from data.meetings.read import Meeting
from data.queries.pilot import Interval, Study
from data.queries.rollout import progress
from data.selection import Selection
from data.typography import REASON, cut, french
from ui.kit.blocks import Figure
from ui.kit.exceptional import comparison
from ui.kit.filters import TRAILING_YEAR, WHOLE_CITY, WHOLE_YEAR
from ui.kit.formats import day, is_missing, percent, plural, school_name
from ui.meetings import sentences as of_meetings
from ui.pilot_effect import sentences as of_pilot
from ui.session import ask
from ui.summary import header, trend
from ui.summary import sentences as say
from ui.summary.changes import change_rows, change_sentence, change_table
from ui.summary.city import in_tonnes, rounded
from ui.summary.sentences import School
from ui.summary.situation import Situation, alerts
from ui.summary.view import REFERENCES, meals_figures, source_of, waste_figures

SCHOOL_YEAR, PERIOD, KNOWN = "Année scolaire", "Période", "Repas connus jusqu’au"
DEMONSTRATION = "Démonstration\u00a0: une ville et des chiffres inventés."
TAKEN = "prise"  # a decision of which no more is known
EXPECTED = "à décider"
COLUMNS_OF_DECISIONS = {
    "decision": "Décision", "about": "École ou pilote", "decided_on": "Prise le", "outcome": "Choix",
    "owner": "Service", "until": "Pour le", "state": "État", "done_on": "Faite le", "late": "En retard",
}  # fmt: skip


class Indicator(NamedTuple):
    """One figure: its label and its text as the page shows them, its value in its unit, what it is compared with."""

    label: str
    text: str
    value: float | None
    unit: str
    note: str


class Change(NamedTuple):
    """One indicator now and a year before, as texts and as values."""

    texts: tuple[str, ...]
    now: float | None
    before: float | None
    unit: str


class Reference(NamedTuple):
    """A reference value: the sentence that the page shows, and its parts."""

    sentence: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True)
class Content:
    """All that a report says.

    `months`: see `trend.months_of`; `drawn`: those of the lines. `schools`, in words, has the rows of `progress`.
    `decisions`: one row per decision, columns those of COLUMNS_OF_DECISIONS, those still open first. `effects`: by
    measure.
    """

    city: str
    logo: bytes | None
    made_on: date
    data_until: date | None
    filters: dict[str, str]
    introduction: str | None
    figure: str
    beside: str
    lines: list[tuple[str, str]]
    trend: str
    months: pd.DataFrame
    goal: float | None
    pilot_start: date | None
    since_title: str
    since_counts: list[str]
    changed: list[str]
    to_decide: list[str]
    alerts: list[str]
    decisions: pd.DataFrame
    schools_title: str
    schools: list[School]
    progress: pd.DataFrame
    pilot: str
    effects: dict[str, Interval]
    grams: str
    indicators: list[Indicator]
    change: str
    changes: list[Change]
    exceptional: str
    exceptional_days: pd.DataFrame
    references: list[Reference]

    @property
    def drawn(self) -> pd.DataFrame:
        """Return the months of the lines."""
        return trend.drawn(self.months)

    @property
    def about(self) -> str:
        """Say in a few words what the report is about: “2025-2026, toute l’année, repas connus jusqu’au …”."""
        part = self.filters[PERIOD]
        return f"{self.filters[SCHOOL_YEAR]}, {part[:1].lower()}{part[1:]}, {KNOWN.lower()} {day(self.data_until)}"


def content_of(facts: Situation, selection: Selection, study: Study, introduction: str | None) -> Content:
    """Gather what a report says of a period, today."""
    today = today_in_paris()
    city, logo = header.city(facts)
    meeting, schools = ask(read.last_meeting, today), ask(progress, today)
    known = facts.before.pairs_served > 0
    return Content(
        city=city, logo=logo, made_on=today, data_until=facts.overview.last_day,
        filters=_filters(facts, selection), introduction=introduction,
        figure=percent(facts.now.surplus_pct), beside=f"des repas servis, {say.beside(facts)}",
        lines=[("Objectif", say.goal(facts)), *say.since_meeting(meeting, today), _weather()],
        trend=say.trend(facts), months=trend.months_of(selection),
        goal=facts.reference("surplus_target_pct"), pilot_start=say.pilot_start(study),
        **_of_the_comite(meeting, today), alerts=alerts(facts),
        schools_title=say.schools_title(schools) if len(schools) else say.NO_SCHOOL,
        schools=[say.school(row) for row in schools.to_dict("records")], progress=schools,
        pilot=say.pilot(study), grams=say.grams(facts), indicators=_indicators(facts),
        effects={one: study.effects[one].change for one in of_pilot.ORDER if one in study.effects},
        change=change_sentence(facts.compared, facts.before) if known else
        "Aucun chiffre connu pour la même période un an plus tôt.",
        changes=_changes(facts) if known else [],
        exceptional=comparison(facts.exceptional, facts.now, facts.whole), exceptional_days=facts.exceptional,
        references=_references(facts),
    )  # fmt: skip


def _filters(facts: Situation, selection: Selection) -> dict[str, str]:
    year, last = school_year(selection.start), facts.overview.last_day
    bounds = (selection.start, selection.end)
    labels = [TRAILING_YEAR.sub("", one.label) for one in terms(year) if (one.start, one.end) == bounds]
    shown = selection.until(last) if last else selection
    run = f"calculées le {day(facts.run.finished_at)}" if facts.run else "pas encore calculées"
    return {
        SCHOOL_YEAR: year,
        PERIOD: WHOLE_YEAR if bounds == school_year_bounds(year) or not labels else labels[0],
        "Jours": f"du {day(shown.start)} au {day(shown.end)}",
        "Cantines": f"{WHOLE_CITY} ({plural(facts.now.canteens, 'cantine')} avec des repas connus)",
        KNOWN: day(last),
        "Prévisions": run,
        **({"Données": DEMONSTRATION} if facts.overview.demo else {}),
    }


def _weather() -> tuple[str, str]:
    now = ask(weather.current)
    reason = f". {now.reason}" if now.reason else ""
    given = f" (donnée le {day(now.set_at)})" if now.set_at else ""
    return "Météo du programme", f"{now.weather}{reason.rstrip('.')}{given}."


# ---------------------------------------------------------------- the comité
def _of_the_comite(meeting: Meeting | None, today: date) -> dict[str, Any]:
    facts = ask(since.since, meeting.held_on, today) if meeting else []
    changed = [of_meetings.changed(fact, meeting.held_on, today) for fact in facts] if meeting else []
    return {
        "since_title": say.since_title(meeting) if meeting else "Dernière séance",
        "since_counts": say.since_counts(meeting, today) if meeting else [say.NO_MEETING],
        "changed": [cut(sentence, REASON) for sentence in changed],
        "to_decide": [say.expected(row, today) for row in ask(read.awaited).to_dict("records")],
        "decisions": _decisions(today),
    }


def _decisions(today: date) -> pd.DataFrame:
    """Return the decisions, those that are late first, then those to carry out, to take, done."""
    rows = ask(read.decisions)
    taken = rows["decided_on"].notna()
    closed = rows["state"].isin(read.CLOSED) | (taken & rows["pilot"].notna())
    late = read.late(rows, today) & ~closed
    about = rows["school"].map(lambda name: None if is_missing(name) else school_name(str(name)))
    state = rows["state"].where(rows["state"].notna(), taken.map({True: TAKEN, False: EXPECTED}))
    rows = rows.assign(
        late=late, about=about.where(rows["school"].notna(), rows["pilot"]),
        until=rows["act_by"].where(taken, rows["due_on"]), state=state,
        order=closed * 4 + ~late * 2 + ~taken * 1,
    )  # fmt: skip
    return rows.sort_values("order", kind="stable")[list(COLUMNS_OF_DECISIONS)]


# ---------------------------------------------------------------- the figures
def _indicators(facts: Situation) -> list[Indicator]:
    """Return the figures of “Tous les chiffres”, in their order, each with its value."""
    now, whole = facts.now, facts.whole
    cost, co2e = facts.estimates("full_cost_eur_per_kg"), facts.estimates("co2e_kg_per_kg")
    values = [
        (whole.meals_served, "repas"), (now.overproduction_pct, "%"), (now.surplus_pct, "%"), (now.shortage_pct, "%"),
        (now.grams_per_meal, "g"), (rounded(cost and cost[0]), "€"), (_tonnes(co2e and co2e[0]), "t"),
        (facts.equipped.schools if facts.rollout.schools else None, f"écoles sur {facts.rollout.goal}"),
    ]  # fmt: skip
    figures = [*meals_figures(facts), *waste_figures(facts)]
    return [_indicator(figure, *value) for figure, value in zip(figures, values, strict=True)]


def _tonnes(kilograms: float | None) -> float | None:
    """Return a weight with the decimals that the page shows (see `city.tonnes`)."""
    weight = None if kilograms is None else in_tonnes(kilograms)
    return None if weight is None else round(weight, 1 if round(weight, 1) < 100 else 0)


def _indicator(figure: Figure, value: float | None, unit: str) -> Indicator:
    return Indicator(figure.label, figure.value, value, unit, figure.note or "")


def _changes(facts: Situation) -> list[Change]:
    compared = facts.compared, facts.before, facts.same_canteens
    texts = change_table(*compared).itertuples(index=False, name=None)
    return [
        Change(tuple(text), now, before, unit)
        for text, (_, now, before, unit, _) in zip(texts, change_rows(*compared), strict=True)
    ]


def _references(facts: Situation) -> list[Reference]:
    return [
        Reference(sentence, reference.value, reference.unit, french(reference.source))
        for name in REFERENCES
        if (reference := facts.references.get(name)) and (sentence := source_of(facts, name))
    ]
