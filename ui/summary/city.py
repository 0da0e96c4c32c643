"""How wide an estimate for the whole city is, what it is extended from, or why there is none."""

from __future__ import annotations

from collections.abc import Callable

from data.queries.city_waste import LEAST_CANTEENS, LEAST_DAYS, LEAST_OTHERS, LEAST_SHARE_PCT, CityWaste
from ui.kit.formats import MISSING, SPACE, number, percent, plural, quantity

MINIMUM = (
    f"Il faut {LEAST_CANTEENS} cantines pesées au moins {LEAST_DAYS} jours, dont {LEAST_OTHERS} hors du pilote, et "
    f"{LEAST_SHARE_PCT}\u00a0% des repas."
)


def city_note(city: CityWaste, between: str | None) -> str:
    """Say how wide an estimate for the whole city is, or why there is none."""
    if not city.weighing:
        return "faute de pesées"
    if city.kilograms is None:
        return (
            f"pas de chiffre pour la ville{SPACE}: {plural(city.weighing, 'cantine')} ({city.pilots} du pilote) et "
            f"{percent(city.share_pct)} des repas pesés. {MINIMUM}"
        )
    return f"{between or MISSING}, d’après {percent(city.share_pct)} des repas, pesée brute"


def between(ends: tuple[float, ...] | None, scaled: Callable[[float], float | None], unit: str) -> str | None:
    """Write the ends of a range, rounded as its middle."""
    if ends is None:
        return None
    digits = 1 if unit == "t" and ends[2] < 100_000 else 0
    lower, upper = (scaled(end) for end in ends[1:])
    return f"entre {number(lower, digits)} et {quantity(upper, unit, digits)}"


def in_tonnes(kilograms: float) -> float:
    """Return a weight in tonnes."""
    return kilograms / 1000


def range_sentence(city: CityWaste) -> str:
    """Say what the estimates for the city are extended from, and what their range holds."""
    whose = "les cantines du pilote valent pour celles du pilote, les autres pour les autres"
    pilots = f", dont {city.pilots} du pilote" if city.pilots else ""
    return (
        f"Coût et CO₂e{SPACE}: {plural(city.weighing, 'cantine')} pesées au moins {LEAST_DAYS} jours{pilots}, "
        f"étendues à tous les repas servis "
        f"({whose}). La fourchette (95{SPACE}%) vient des écarts entre cantines{SPACE}; elle suppose que celles qui "
        "pèsent ressemblent aux autres."
    )


def rounded(euros: float | None) -> float | None:
    """Keep two or three figures of an estimate: the rest would be false precision."""
    return None if euros is None else round(euros, -3 if euros >= 10_000 else -1)


def tonnes(kilograms: float | None) -> str:
    """Write an estimated weight: from 100 t on, a decimal would be false precision."""
    weight = None if kilograms is None else kilograms / 1000
    return quantity(weight, "t", 1 if weight is None or round(weight, 1) < 100 else 0)
