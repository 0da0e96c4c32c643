"""The rankings of the page Gaspillage: canteens, moments of the year, dishes; only what stands out is drawn.

Their rows come from `models.rankings`, which the page asks.
"""

from __future__ import annotations

import pandas as pd

from data.calendar.exceptional import counted_typing_errors, exceptional_days
from data.calendar.names import MONTHS, WEEKDAYS
from data.queries.losses import LEAST_DISH_DAYS
from data.selection import Selection
from ui.access import only_visible
from ui.kit import blocks, exceptional
from ui.kit.formats import plural
from ui.kit.tables import Wide
from ui.session import ask
from ui.waste import charts
from ui.waste import ranking_sentences as say

TOP = 10
CANTEENS = {
    "place": "Cantine",
    "district": "Secteur",
    "meals_served": "Repas servis",
    "surplus_pct": "En trop (%)",
    "expected_pct": "Attendu (%)",
    "gap": "Écart (points)",
    "lower": "Entre",
    "upper": "et",
    "clear": "Se détache",
    "surplus_meals": "En trop (repas)",
    "shortage_meals": "Manquants (repas)",
    "overproduction_pct": "Surproduction (%)",
    "shortage_pct": "Manquants (%)",
    "short_services_pct": "Services où des repas ont manqué (%)",
    "grams_per_meal": "Gaspillage (g/repas)",
}
DISHES = {
    "dish": "Plat",
    "days": "Jours",
    "gap": "Écart (points)",
    "lower": "Entre",
    "upper": "et",
    "clear": "Se détache",
    "meals_served": "Repas servis",
    "surplus_pct": "En trop (%)",
    "surplus_pct_other_days": "En trop, autres jours (%)",
    "grams_per_meal": "Gaspillage (g/repas)",
    "grams_per_meal_other_days": "Gaspillage, autres jours (g/repas)",
}


def canteens(selection: Selection, ranked: pd.DataFrame) -> None:
    """Answer: which canteens have more surplus than expected for their size?"""
    caption = "Repas en trop, en\u00a0% des repas servis, comparés à ce qu’on attend d’une cantine de cette taille."
    with blocks.question("Où perdons-nous le plus\u00a0?", caption):
        above = ranked[ranked["stands_out"]].head(TOP)
        texts = [say.against_expected(row) for row in above.to_dict("records")]
        _ranking(
            above, above["place"], texts, say.canteens_sentence(ranked), ranking_table(ranked, CANTEENS, 9), "cantines"
        )
        blocks.note(say.CANTEENS_TEST)
        if not selection.exceptional and (
            errors := say.typing_errors(only_visible(ask(counted_typing_errors, selection)))
        ):
            blocks.note(errors)


def dishes(rows: pd.DataFrame) -> None:
    """Answer: which dishes have more surplus, or less, on their days?"""
    caption = (
        "Repas en trop les jours où un plat est servi, comparés aux autres jours des mêmes mois, à jour de semaine "
        "égal "
        f"(plats servis au moins {LEAST_DISH_DAYS} jours)."
    )
    with blocks.question("Sur quels plats\u00a0?", caption):
        if rows.empty:
            blocks.empty_state(
                f"Aucun plat servi au moins {LEAST_DISH_DAYS} jours dans cette sélection\u00a0: déposez les menus, "
                "ou élargissez la période.",
                "Déposer les menus",
                "pages/cantine/depot.py",
            )
            return
        if rows["gap"].isna().all():
            blocks.empty_state(
                "Aucun plat n’est comparable\u00a0: il faut aussi des jours sans lui, où les repas en trop sont connus."
            )
            return
        clear = rows[rows["stands_out"]]
        clear = clear.loc[clear["gap"].abs().nlargest(TOP).index].sort_values("gap", ascending=False)
        texts = [plural(days, "jour") for days in clear["days"]]
        comparable = rows.dropna(subset="gap")
        _ranking(clear, clear["dish"], texts, say.dishes_sentence(comparable), ranking_table(rows, DISHES, 6), "plats")
        blocks.note(say.DISHES_TEST)


def _ranking(rows: pd.DataFrame, labels: pd.Series, texts: list[str], sentence: str, table: Wide, key: str) -> None:
    """Draw the rows that stand out; the table has them all."""
    if rows.empty:
        blocks.table_alone(sentence, table, key)
    else:
        blocks.figure(charts.standing_out(labels, rows, texts), sentence, table, key)


def ranking_table(rows: pd.DataFrame, titles: dict[str, str], first: int) -> Wide:
    """Return a ranking with French titles, in two parts: its first columns, then the name and the others."""
    whole = rows.assign(clear=rows["stands_out"].map({True: "oui", False: "non"}))[list(titles)].rename(columns=titles)
    name, *others = whole.columns
    return Wide(whole, (whole[[name, *others[: first - 1]]], whole[[name, *others[first - 1 :]]]))


def calendar(selection: Selection, cells: pd.DataFrame) -> None:
    """Answer: on which weekdays and in which months does the surplus stand out?"""
    with blocks.question(
        "Quels jours et quels mois\u00a0?",
        "Repas en trop, en\u00a0% des repas servis, par jour de semaine et par mois.",
    ):
        table = cells.assign(
            weekday=[WEEKDAYS[weekday - 1] for weekday in cells["weekday"]],
            month=[MONTHS[month - 1] for month in cells["month"]],
            stands_out=cells["stands_out"].map({True: "oui", False: "non"}),
        ).set_axis(["Jour", "Mois", "Jours de service", "Repas servis", "En trop (%)", "Se détache"], axis="columns")
        if cells["surplus_pct"].isna().all():
            blocks.table_alone(say.calendar_sentence(cells), table, "calendrier")
            return
        marked = exceptional.of_cells(ask(exceptional_days, selection)) if selection.exceptional else set()
        blocks.figure(charts.month_weekday(cells, marked), say.calendar_sentence(cells), table, "calendrier")
        blocks.note(say.CALENDAR_TEST)
        if marked:
            blocks.note(f"{exceptional.MARK} Case avec un ou plusieurs jours exceptionnels.")
        if cells["surplus_pct"].isna().any():
            blocks.note("Cases de trop peu de jours de service (moins de 3) laissées vides.")
