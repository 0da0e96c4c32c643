"""Sentences of the page “Ma cantine”, in the words of those who serve the meals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pandas as pd

from data.calendar.names import SHORT_MONTHS, WEEKDAYS
from data.queries.canteen.peers import WEEKS, Comparison
from data.queries.canteen.recent import HABIT_WEEKS, Habit, WeekdayMean
from ui.kit.exceptional import reason
from ui.kit.formats import SPACE, day, is_missing, long_day, number, percent, plural, weekday

COUNTS = ("zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
SIMILAR = 0.5  # rates closer than this, in points, are told as equal


def next_title(chosen: date, today: date) -> str:
    """Return the title of the next service: “Demain, mardi 1er décembre 2026”."""
    near = {today: "Aujourd’hui, ", today + timedelta(days=1): "Demain, "}.get(chosen, f"Prochain service{SPACE}: ")
    return near + long_day(chosen)


def short_day(value: date) -> str:
    """Write a day on a button: “jeu. 26 nov.”."""
    return f"{weekday(value)[:3]}. {value.day} {SHORT_MONTHS[value.month - 1]}"


def quantity(advised: float | None, meals: float) -> str:
    """Say how many meals to prepare, or to expect when no quantity is advised."""
    if is_missing(advised):
        return plural(round(meals), "repas attendu", "repas attendus")
    return f"Préparer {plural(round(advised or 0), 'repas', 'repas')}"


def expected(row: pd.Series) -> str:
    """Say the meals expected, and the canteen's own plan beside the quantity to prepare."""
    known = "" if is_missing(row["advised"]) else f"{plural(round(row['meals']), 'repas attendu', 'repas attendus')}, "
    between = f"sans doute entre {number(row['meals_lower'])} et {number(row['meals_upper'])}."
    sentence = f"{known}{between}"
    return f"{sentence[:1].upper()}{sentence[1:]} {_plan(row['meals_planned'], row['advised'])}"


def _plan(planned: float | None, advised: float | None) -> str:
    if planned is None or is_missing(planned):
        return "Vous n’avez encore rien prévu."
    own = f"Vous en avez prévu {number(planned)}"
    if advised is None or is_missing(advised):
        return f"{own}."
    gap = round(planned) - round(advised)
    return f"{own}, soit {number(abs(gap))} de {'plus' if gap > 0 else 'moins'}." if gap else f"{own} aussi."


def advice(habits: Sequence[Habit]) -> str | None:
    """Say the most regular difference; None when no weekday has one."""
    if not habits:
        return None
    habit = habits[0]
    days, count = (
        f"Vos {WEEKDAYS[habit.weekday]}s",
        COUNTS[habit.count] if habit.count < len(COUNTS) else str(habit.count),
    )
    in_a_row = f"{count} services de suite"
    meals = plural(round(abs(habit.mean)), "repas", "repas")
    if habit.mean < 0:
        return f"{days}{SPACE}: il manque {meals} en moyenne, {in_a_row}. Prévoyez-en un peu plus."
    spare = plural(habit.least, "repas", "repas")
    end = f"Avec {spare} de moins, il y en aurait eu assez chacun de ces jours-là."
    return f"{days}{SPACE}: {meals} en trop en moyenne, {in_a_row}. {end}"


def worst_weekday(weekdays: Sequence[WeekdayMean]) -> str | None:
    """Say the weekday that leaves most meals."""
    if not weekdays or round(weekdays[0].surplus) == 0:
        return None
    worst = weekdays[0]
    return (
        f"Le jour où il reste le plus de repas{SPACE}: le {WEEKDAYS[worst.weekday]}, "
        f"{plural(round(worst.surplus), 'repas', 'repas')} en moyenne ({HABIT_WEEKS} dernières semaines)."
    )


def compared(comparison: Comparison) -> list[str]:
    """Say the rates of the canteen, each beside that of canteens of its kind and size."""
    return [
        _rate("Repas en trop", comparison.surplus_pct, comparison.peers_surplus_pct),
        _rate("Repas manquants", comparison.shortage_pct, comparison.peers_shortage_pct),
    ]


def _rate(title: str, own: float, peers: float | None) -> str:
    start = f"{title}{SPACE}: {percent(own)} de vos repas servis"
    if peers is None:
        return f"{start}."
    gap = own - peers
    word = "comme" if abs(gap) < SIMILAR else "plus que" if gap > 0 else "moins que"
    return f"{start}, {word} les cantines semblables ({percent(peers)})."


def compared_with(comparison: Comparison) -> str:
    """Say which canteens those are."""
    if not comparison.peers:
        return f"Sur {WEEKS} semaines. Il n’y a pas assez de cantines semblables pour comparer sans les reconnaître."
    return (
        f"Sur {WEEKS} semaines, sans les jours exceptionnels. Les cantines semblables sont les {comparison.peers} "
        "des mêmes niveaux et d’une taille proche\u00a0; la moitié d’entre elles fait mieux que leur chiffre."
    )


def recent(days: pd.DataFrame) -> str:
    """Sum up the last four weeks: meals left over, meals short, exceptional days."""
    both = days[days["compared"] & days["exceptional"].isna()]
    if both.empty:
        return "Aucun jour avec un nombre prévu et un nombre servi ces quatre dernières semaines."
    surplus, short = int(both["surplus_meals"].sum()), int((both["shortage_meals"] > 0).sum())
    shortage = f"il en a manqué pendant {plural(short, 'jour')}" if short else "il n’en a jamais manqué"
    # The chart has a bar for each day: those that are not counted are told.
    of_all = f" sur {number(len(days))}, complets et ordinaires" if len(both) < len(days) else ""
    counted = f"{plural(len(both), 'jour')} de service{of_all}"
    return f"{counted}{SPACE}: {plural(surplus, 'repas', 'repas')} en trop, {shortage}."


def exceptional(days: pd.DataFrame) -> list[str]:
    """Say why each marked day is exceptional."""
    marked = days.dropna(subset="exceptional")
    return [f"{day(row['date'])}{SPACE}: {reason(str(row['exceptional']))}" for row in marked.to_dict("records")]
