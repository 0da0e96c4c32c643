"""What changed between two days, in sentences; the figures of a day, in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from data.clock import today_in_paris
from data.meetings import figures, since
from data.meetings.figures import Figure
from data.meetings.since import Fact
from data.meetings.weather import Weather
from ui.kit.formats import (
    MISSING,
    SPACE,
    day,
    enumeration,
    long_day,
    moment,
    number,
    percent,
    plural,
    quantity,
    school_name,
    signed,
)  # fmt: skip

NAMED = 3
TODAY = "Aujourd’hui"
TITLES = {
    figures.SURPLUS: "Repas en trop",
    figures.SURPLUS_WHOLE: "Repas en trop, jours exceptionnels compris",
    figures.SHORTAGE: "Repas manquants",
    figures.OVERPRODUCTION: "Surproduction (prévus − servis)",
    figures.EQUIPPED: "Écoles équipées",
    figures.GRAMS: "Gaspillage par repas, là où l’on pèse",
}


def day_or_today(one: date) -> str:
    """Name a day of a comparison: its date in full, or “Aujourd’hui”."""
    return TODAY if one == today_in_paris() else long_day(one).capitalize()


def weather(one: Weather) -> str:
    """Say the weather of the programme and why."""
    reason = f". {one.reason}" if one.reason else ""
    return f"Météo du programme{SPACE}: {one.weather}{reason}."


def weather_given(one: Weather) -> str:
    """Say when and by whom the weather was given."""
    return f"Donnée le {moment(one.set_at)} par {one.set_by}." if one.set_at else "La mission ne l’a pas encore donnée."


# ---------------------------------------------------------------- figures
def value(name: str, figure: Figure | None) -> str:
    """Write a figure of a day."""
    if figure is None:
        return MISSING
    if name == figures.EQUIPPED:
        return f"{number(figure.numerator)} sur {number(figure.denominator)}"
    if name == figures.GRAMS:
        return f"{quantity(figure.ratio, 'g')} ({plural(figure.canteens or 0, 'cantine')})"
    return percent(figure.percent)


def measure(name: str, figure: Figure | None) -> str:
    """Write what a share is made of: “20 527 sur 311 363 repas servis”; empty for the other figures."""
    if figure is None or name not in figures.SHARES:
        return ""
    return f"{number(figure.numerator)} pour {number(figure.denominator)} repas servis"


def gap(name: str, before: Figure | None, after: Figure | None) -> str:
    """Write the difference of two figures as they are shown, so that the table adds up."""
    if before is None or after is None:
        return MISSING
    if name == figures.EQUIPPED:
        return signed(after.numerator - before.numerator, 0)
    if name == figures.GRAMS:
        return f"{signed(round(after.ratio or 0) - round(before.ratio or 0), 0)}{SPACE}g"
    return _points(before.percent or 0, after.percent or 0)


def _points(before: float, after: float) -> str:
    difference = round(round(after, 1) - round(before, 1), 1)
    return f"{signed(difference)}{SPACE}{'points' if abs(difference) >= 2 else 'point'}"


# ---------------------------------------------------------------- what changed
def changed(fact: Fact, first: date, last: date) -> str:
    """Say one fact."""
    if fact.kind == since.WEATHER:
        return f"Météo du programme{SPACE}: «{SPACE}{fact.before}{SPACE}» devient «{SPACE}{fact.after}{SPACE}»."
    before, after = float(fact.before), float(fact.after)
    if fact.kind in (since.SURPLUS, since.FORECASTS):
        return _compared(fact, before, after, first)
    if fact.kind == since.LATE:
        late = plural(after, "décision en retard", "décisions en retard")
        names = f"{SPACE}: {_decisions(fact)}" if fact.details else ""
        return f"{late} le {day(last)}, {number(before)} le {day(first)}{names}."
    new, total = after - before, f" ({number(after)} en tout)"
    words = {
        since.DECIDED: ("décision prise", "décisions prises"),
        since.DONE: ("décision faite", "décisions faites"),
        since.EQUIPPED: ("école équipée de plus", "écoles équipées de plus"),
        since.STAGES: ("étape finie dans les écoles test", "étapes finies dans les écoles test"),
        since.WEIGHING: ("cantine a commencé à peser", "cantines ont commencé à peser"),
    }[fact.kind]
    names = _decisions(fact) if fact.kind in (since.DECIDED, since.DONE) else _places(fact)
    counted = total if fact.kind in (since.EQUIPPED, since.WEIGHING) else ""
    return f"{plural(new, *words)}{counted}{SPACE}: {names}."


def _compared(fact: Fact, before: float, after: float, first: date) -> str:
    difference = round(round(after, 1) - round(before, 1), 1)
    moved = "sans changement" if not difference else _points(before, after)
    start = "" if fact.start is None else f"du {day(fact.start)} au {day(first)}"
    end = f"du {day(first + timedelta(days=1))} au {day(fact.end)}"
    if fact.kind == since.FORECASTS:
        return (
            f"Prévisions faites une semaine avant, pour toute la ville{SPACE}: à {percent(after)} près {end}, "
            f"contre {percent(before)} {start} ({moved})."
        )
    where = "la même cantine" if fact.canteens == 1 else f"les mêmes {plural(fact.canteens, 'cantine')}"
    return f"Repas en trop dans {where}{SPACE}: {percent(after)} {end}, contre {percent(before)} {start} ({moved})."


def _decisions(fact: Fact) -> str:
    return _shortened(f"«{SPACE}{decision}{SPACE}»" for decision, _ in fact.details)


def _places(fact: Fact) -> str:
    """Name schools, each with its stages, or canteens."""
    stages: dict[str, list[str]] = {}
    for name, about in fact.details:
        stages.setdefault(name, []).extend([about] if about else [])
    return _shortened(
        f"{school_name(name)} ({', '.join(of)})" if of else school_name(name) for name, of in stages.items()
    )


def _shortened(names: Iterable[str]) -> str:
    every = list(names)
    rest = len(every) - NAMED
    return enumeration(every if rest <= 1 else [*every[:NAMED], plural(rest, "autre")])
