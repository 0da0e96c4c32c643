"""Additive decomposition of one forecast: the terms, in whole meals, add up to the forecast of a place and a day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

import pandas as pd

from data.calendar.declared import declared_events
from data.calendar.event_kinds import CLOSING, FRENCH, LEARNT
from data.queries.forecasts import days
from data.queries.forecasts.runs import ForecastRun
from ui.access import only_visible_events
from ui.forecasts import charts
from ui.forecasts.event_sentences import by_day
from ui.kit import blocks
from ui.kit.formats import SPACE, long_day, number, plural, signed
from ui.session import ask

USUAL = "usual"
CLOSED = [FRENCH[kind] for kind in CLOSING]
LEARNT_WORDS = [FRENCH[kind] for kind in LEARNT]
# For each term: its name on the chart, its name in the sentence, its meaning.
TERMS = {
    USUAL: ("Niveau habituel", "", "ce que la cantine sert d’ordinaire depuis la rentrée"),
    "weekday": ("Jour de la semaine", "du jour de la semaine", "ce que ce jour de la semaine change d’ordinaire"),
    "season": ("Saison", "de la saison", "ce que cette période de l’année change d’ordinaire"),
    "calendar": (
        "Calendrier scolaire",
        "du calendrier scolaire",
        "rentrée, veille de vacances ou de jour férié, repas de Noël, fin d’année",
    ),
    "menu": ("Menu", "du menu", "ce que les plats du jour changent d’ordinaire dans toute la ville"),
    "event": ("Événement", "d’un événement", f"{', '.join(LEARNT_WORDS[:-1])} ou {LEARNT_WORDS[-1]} déclarée"),
}


def why(run: ForecastRun, place: str, canteen: str | None, chosen: date) -> None:
    """Answer: which terms add up to this number?"""
    caption = f"{place}, {long_day(chosen)}. L’axe ne commence pas à zéro."
    with blocks.question("Pourquoi ce nombre\u00a0?", caption):
        terms = ask(days.forecast_terms, run.run_id, canteen, chosen)
        declared = by_day(only_visible_events(ask(declared_events, chosen, chosen)), canteen).get(chosen)
        if terms is None and declared and any(closing in declared for closing in CLOSED):
            blocks.empty_state(f"Aucun repas à prévoir ce jour-là{SPACE}: {declared}.")
            return
        if terms is None:
            blocks.empty_state(
                "Pas encore d’explication pour ce lieu\u00a0: elle viendra avec un prochain calcul des prévisions, "
                "quand la cantine aura assez de jours connus."
            )
            return
        others = _other_meals(run, chosen, terms) if canteen is None else 0.0
        meals = rounded([terms[USUAL] + others, *terms[list(TERMS)[1:]]])
        fig = charts.terms([name for name, *_ in TERMS.values()], meals)
        blocks.figure(fig, sentence(chosen, meals), table(meals), "pourquoi", digits=0)
        if declared:
            blocks.note(f"Déclaré ce jour-là{SPACE}: {declared}.")
        if canteen is None:
            blocks.note(_city_note(int(terms["canteens"]), round(others)))


def _other_meals(run: ForecastRun, chosen: date, terms: pd.Series) -> float:
    """Return the meals of the city's total without terms: points “à rattacher”, canteens without enough days."""
    city = ask(days.daily_forecast, run.run_id, None)
    of_day = city.loc[city["date"].dt.date == chosen, "meals"]
    return float(of_day.sum() - terms[list(TERMS)].sum()) if len(of_day) else 0.0


def _city_note(canteens: int, others: int) -> str:
    """Say what the sum counts, so that it equals the total of the page."""
    counted = f"{SPACE}; le niveau habituel compte aussi {plural(others, 'repas', 'repas')} des points à rattacher"
    counted = f"{counted} et des cantines sans passé" if others else ""
    return f"Somme des {plural(canteens, 'cantine')} dont la prévision s’explique{counted}."


def rounded(terms: Sequence[float]) -> list[int]:
    """Round the terms by the largest remainder method: their sum is the rounded sum of the terms."""
    floors = [math.floor(term) for term in terms]
    missing_units = round(math.fsum(terms)) - sum(floors)
    rounded_up = sorted(range(len(floors)), key=lambda position: floors[position] - terms[position])[:missing_units]
    return [value + (position in rounded_up) for position, value in enumerate(floors)]


def sentence(chosen: date, meals: list[int]) -> str:
    """Say how far the forecast is from the usual level, and the largest term; `meals` are in the order of TERMS."""
    usual, effects = meals[0], dict(zip(list(TERMS)[1:], meals[1:], strict=True))
    change = sum(effects.values())
    start = f"{long_day(chosen).capitalize()}{SPACE}: {_expected(sum(meals))}"
    nonzero = [name for name, term in effects.items() if term]
    if not nonzero:
        return f"{start}, le niveau habituel."
    if change == 0:
        parts = ", ".join(f"{TERMS[name][0].lower()} {signed(effects[name], 0)}" for name in nonzero)
        return f"{start}, autant que le niveau habituel{SPACE}: ce qui s’y ajoute se compense ({parts})."
    largest = max(effects, key=lambda name: effects[name] * change)
    most = "surtout" if 2 * abs(effects[largest]) >= abs(change) else "notamment"
    cause = f"{f'{most} ' if len(nonzero) > 1 else ''}à cause {TERMS[largest][1]} ({signed(effects[largest], 0)})"
    side = "plus" if change > 0 else "moins"
    return f"{start}, soit {number(abs(change))} de {side} que le niveau habituel ({number(usual)}), {cause}."


def _expected(meals: int) -> str:
    return f"{plural(meals, 'repas', 'repas')} {'attendu' if meals < 2 else 'attendus'}"


def table(meals: list[int]) -> pd.DataFrame:
    """Return a table of the terms and their sum, with the meaning of each."""
    names = [(name, meaning) for name, _, meaning in TERMS.values()] + [("Prévision", "la somme des lignes du dessus")]
    return pd.DataFrame(
        {
            "Élément": [name for name, _ in names],
            "Repas": [*meals, sum(meals)],
            "Ce qu’il compte": [meaning for _, meaning in names],
        }
    )
