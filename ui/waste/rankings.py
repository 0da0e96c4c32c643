"""The rankings of the page Gaspillage: canteens, moments of the year, dishes; only what stands out is drawn.

Their rows come from `models.rankings`, which the page asks.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from data.calendar.exceptional import counted_typing_errors, exceptional_days
from data.calendar.names import MONTHS, WEEKDAYS
from data.queries.losses import LEAST_DISH_DAYS
from data.selection import Selection
from ui.access import only_visible
from ui.kept import made_once
from ui.kit import blocks, exceptional
from ui.kit.formats import plural
from ui.kit.tables import Wide
from ui.session import ask
from ui.waste import charts
from ui.waste import ranking_sentences as say
from ui.waste.measures import GRAMS, MEALS, SHARE, Measure, canteens_in, cells_in, dishes_in
from ui.waste.one_canteen import open_canteen

TOP = 10
GAP_TITLES = {"lower": "Entre", "upper": "et", "clear": "Se détache"}
# The other figures of a canteen, after those of the measure.
OTHER_FIGURES = {
    "services": "Services comptés",
    "surplus_pct": "En trop (%)",
    "surplus_meals": "En trop (repas)",
    "shortage_meals": "Manquants (repas)",
    "overproduction_pct": "Surproduction (%)",
    "shortage_pct": "Manquants (%)",
    "short_services_pct": "Services où des repas ont manqué (%)",
    "grams_per_meal": "Gaspillage (g/repas)",
    "weighed_services": "Services pesés",
}
WEIGHED = {"meals_served": "Repas pesés"}  # in grams, only the meals of the services that were weighed
GAP_UNITS = {"%": "points", "repas": "repas", "grammes": "g/repas"}
OPEN = "Ouvrir cette cantine"
CAPTIONS = {
    "%": "Repas en trop, en\u00a0% des repas servis",
    "repas": "Repas prévus en trop",
    "grammes": "Grammes jetés par repas, là où l’on pèse",
}
DISHES = {
    "dish": "Plat",
    "days": "Jours",
    "gap": "Écart",
    **GAP_TITLES,
    "meals_served": "Repas servis",
    "surplus_pct": "En trop (%)",
    "surplus_pct_other_days": "En trop, autres jours (%)",
    "grams_per_meal": "Gaspillage (g/repas)",
    "grams_per_meal_other_days": "Gaspillage, autres jours (g/repas)",
}


def canteens(selection: Selection, ranked: pd.DataFrame, measure: Measure) -> None:
    """Answer: which canteens have more surplus than expected for their size? A click opens one."""
    caption = f"{CAPTIONS[measure.name]}, à côté de ce qu’on attend d’une cantine de cette taille. Un clic l’ouvre."
    with blocks.question("Où perdons-nous le plus\u00a0?", caption):
        ranked = canteens_in(ranked, measure)
        above = ranked[ranked["stands_out"]].head(TOP)
        texts = [say.against_expected(row, measure) for row in above.to_dict("records")]
        places = ranked["place"].tolist()
        _ranking(
            above, above["place"], texts, measure, say.canteens_sentence(ranked, measure),
            ranking_table(ranked, canteen_titles(measure), 9), "cantines", lambda row: open_canteen(places[row]),
        )  # fmt: skip
        blocks.note(say.method(say.CANTEENS_TEST, drawn=not above.empty))
        if (
            measure is not GRAMS
            and not selection.exceptional
            and (errors := say.typing_errors(only_visible(ask(counted_typing_errors, selection))))
        ):
            blocks.note(errors)


def canteen_titles(measure: Measure) -> dict[str, str]:
    """Return the columns of the ranking of the canteens, those of the measure first, with their titles."""
    unit = GAP_UNITS[measure.name]
    own = {
        "place": "Cantine", "district": "Secteur", "meals_served": "Repas servis", measure.value: measure.title,
        measure.expected: f"Attendu ({'%' if measure is SHARE else unit})", "gap": f"Écart ({unit})", **GAP_TITLES,
    }  # fmt: skip
    if measure is GRAMS:
        # Its other figures are of all services: a table has those of the services it is about.
        return own | WEIGHED | {"weighed_services": OTHER_FIGURES["weighed_services"]}
    return own | {name: title for name, title in OTHER_FIGURES.items() if name not in own}


def dishes(rows: pd.DataFrame, measure: Measure) -> None:
    """Answer: which dishes have more surplus, or less, on their days?"""
    per_day = " par jour" if measure is MEALS else ""
    caption = (
        f"{CAPTIONS[measure.name]}{per_day}, les jours où un plat est servi et les autres jours des mêmes mois, "
        f"jour de semaine égal (plats servis au moins {LEAST_DISH_DAYS} jours)."
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
            known = "les pesées sont connues" if measure is GRAMS else "les repas en trop sont connus"
            blocks.empty_state(f"Aucun plat n’est comparable\u00a0: il faut aussi des jours sans lui, où {known}.")
            return
        rows = dishes_in(rows, measure)
        clear = rows[rows["stands_out"]]
        clear = clear.loc[clear["gap"].abs().nlargest(TOP).index].sort_values("gap", ascending=False)
        texts = [plural(days, "jour") for days in clear["days"]]
        sentence = say.dishes_sentence(rows.dropna(subset="gap"), measure)
        titles = DISHES | {"gap": f"Écart ({GAP_UNITS[measure.name]})"}
        if measure is GRAMS:
            titles |= WEIGHED | {"days": "Jours pesés"}
        _ranking(clear, clear["dish"], texts, measure, sentence, ranking_table(rows, titles, 6), "plats")
        blocks.note(say.method(say.DISHES_TEST, drawn=not clear.empty))


def _ranking(
    rows: pd.DataFrame,
    labels: pd.Series,
    texts: list[str],
    measure: Measure,
    sentence: str,
    table: Wide,
    key: str,
    on_pick: Callable[[int], None] | None = None,
) -> None:
    """Draw the rows that stand out; the table has them all. `on_pick` is called with the place of one of its rows."""
    if rows.empty:
        blocks.table_alone(sentence, table, key, on_pick=on_pick)
    else:
        fig = charts.standing_out(labels, rows, texts, measure, OPEN if on_pick else "")
        picked = rows.index.tolist()
        blocks.figure(
            fig, sentence, table, key, on_pick=on_pick, on_click=on_pick and (lambda bar: on_pick(picked[bar]))
        )


@made_once
def ranking_table(rows: pd.DataFrame, titles: dict[str, str], first: int) -> Wide:
    """Return a ranking with French titles, in two parts: its first columns, then the name and the others."""
    whole = rows.assign(clear=rows["stands_out"].map({True: "oui", False: "non"}))[list(titles)].rename(columns=titles)
    name, *others = whole.columns
    return Wide(whole, (whole[[name, *others[: first - 1]]], whole[[name, *others[first - 1 :]]]))


def calendar(selection: Selection, cells: pd.DataFrame, measure: Measure) -> None:
    """Answer: on which weekdays and in which months does the surplus stand out?"""
    per_day = " par jour de service" if measure is MEALS else ""
    caption = f"{CAPTIONS[measure.name]}{per_day}, par jour de semaine et par mois."
    with blocks.question("Quels jours et quels mois\u00a0?", caption):
        cells = cells_in(cells, measure)
        sentence, value = say.calendar_sentence(cells, measure), cells[measure.cell]
        table = pd.DataFrame(
            {
                "Jour": [WEEKDAYS[weekday - 1] for weekday in cells["weekday"]],
                "Mois": [MONTHS[month - 1] for month in cells["month"]],
                "Jours de service": cells["days"],
                "Repas servis": cells["meals_served"],
                f"{measure.title}{' par jour' if measure is MEALS else ''}": value,
                "Se détache": cells["stands_out"].map({True: "oui", False: "non"}),
            }
        )
        if value.isna().all():
            blocks.table_alone(sentence, table, "calendrier")
            return
        marked = exceptional.of_cells(ask(exceptional_days, selection)) if selection.exceptional else set()
        blocks.figure(charts.month_weekday(cells, marked, measure), sentence, table, "calendrier")
        blocks.note(say.CALENDAR_TEST if measure is SHARE else say.CALENDAR_TEST_ALONE)
        if marked:
            blocks.note(f"{exceptional.MARK} Case avec un ou plusieurs jours exceptionnels.")
        if value.isna().any():
            blocks.note("Cases de trop peu de jours de service (moins de 3) laissées vides.")
