"""The block of the page Synthèse on what changed since the same period a year before."""

from __future__ import annotations

import pandas as pd

from data.queries.city_waste import SameCanteens
from data.queries.waste import WasteSummary
from ui.kit import blocks, sheet
from ui.kit.formats import MISSING, SPACE, number, percent, plural, quantity, signed
from ui.summary.situation import Situation


def changes(facts: Situation) -> None:
    """Answer: what changed since the same period a year before?"""
    caption = (
        "La même période, un an plus tôt, jusqu’au même jour\u00a0; jours complets seulement, sans les jours "
        "exceptionnels des deux périodes."
    )
    with blocks.question("Qu’est-ce qui a changé\u00a0?", caption):
        if not facts.before.pairs_served:
            blocks.empty_state("Aucun chiffre connu pour la même période un an plus tôt.")
            return
        blocks.takeaway(change_sentence(facts.compared, facts.before))
        sheet.sheet_of(change_table(facts.compared, facts.before, facts.same_canteens))
        days = [plural(one.complete_days, "jour comparé", "jours comparés") for one in (facts.compared, facts.before)]
        blocks.note(f"{days[0]}, {days[1]} un an plus tôt.")


def change_sentence(now: WasteSummary, before: WasteSummary) -> str:
    """Say how surplus and shortage moved, together."""
    surplus, shortage = _moved(now.surplus_pct, before.surplus_pct), _moved(now.shortage_pct, before.shortage_pct)
    comma = "," if ", " in surplus else ""
    return f"La part des repas en trop {surplus}{comma} et celle des repas manquants {shortage}."


def change_rows(
    now: WasteSummary, before: WasteSummary, weighed: SameCanteens
) -> list[tuple[str, float | None, float | None, str, int]]:
    """Return one row per indicator: its label, this period, a year before, the unit, the number of decimals."""
    return [
        ("Repas servis par jour", now.meals_per_day, before.meals_per_day, "", 0),
        ("Surproduction", now.overproduction_pct, before.overproduction_pct, "%", 1),
        ("Repas en trop", now.surplus_pct, before.surplus_pct, "%", 1),
        ("Repas manquants", now.shortage_pct, before.shortage_pct, "%", 1),
        ("Services où des repas ont manqué", now.short_services_pct, before.short_services_pct, "%", 1),
        (f"Gaspillage par repas{_where(weighed)}", weighed.now, weighed.before, "g", 0),
    ]


def change_table(now: WasteSummary, before: WasteSummary, weighed: SameCanteens) -> pd.DataFrame:
    """Return one row per indicator: this period, a year before, the difference."""
    return pd.DataFrame(
        [_change_row(*row) for row in change_rows(now, before, weighed)],
        columns=["Indicateur", "Cette période", "Un an plus tôt", "Écart"],
    )


def _where(weighed: SameCanteens) -> str:
    """Say which canteens are compared: others would be a change of canteens, not of waste."""
    if not weighed.canteens:
        return " (aucune cantine pesée les deux fois)"
    return f" ({plural(weighed.canteens, 'cantine pesée', 'cantines pesées')} les deux fois)"


def _change_row(label: str, now: float | None, before: float | None, unit: str, digits: int) -> tuple[str, ...]:
    difference = MISSING
    if now is not None and before is not None:
        # The difference between the displayed figures, so that the table adds up.
        gap = round(round(now, digits) - round(before, digits), digits)
        points = "points" if abs(gap) >= 2 else "point"
        difference = f"{signed(gap, digits)}{SPACE}{points if unit == '%' else unit}".strip()
    return label, quantity(now, unit, digits).strip(), quantity(before, unit, digits).strip(), difference


def _moved(now: float | None, before: float | None) -> str:
    if now is None or before is None:
        return "n’est pas comparable"
    difference = round(round(now, 1) - round(before, 1), 1)
    if difference == 0:
        return f"reste à {percent(now)}"
    verb = "augmente" if difference > 0 else "baisse"
    return f"{verb} de {number(abs(difference), 1)}{SPACE}point{'s' if abs(difference) >= 2 else ''}, à {percent(now)}"
