"""One canteen of the page Gaspillage: a click opens it, its own days stand beside its trend, a click leads back."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.access.rights import Act, reach
from data.queries import overview
from data.queries.canteen import recent
from data.selection import Selection
from ui.access import current, only_visible
from ui.canteen import charts
from ui.kit import blocks, exceptional, filters
from ui.kit.formats import SPACE, as_text, count_of, is_missing, long_day, plural, quantity
from ui.session import ask
from ui.waste.measures import GRAMS, Measure

PLACE, BEFORE = "lieu", "lieu_avant"  # session keys: the filter; the canteen that was opened, what the filter was then
DRAWN = 20  # days
COLUMNS = {
    "date": "Date", "meals_planned": "Prévus", "meals_served": "Servis", "surplus_meals": "En trop",
    "shortage_meals": "Manquants", "grams_per_meal": "Gaspillage (g/repas)", "reason": "Jour exceptionnel",
}  # fmt: skip


def open_canteen(label: str) -> None:
    """Let the page show one canteen; a label without a canteen has no page of its own."""
    if label in set(only_visible(ask(overview.places), "label")["label"]):
        st.session_state[BEFORE] = label, st.session_state.get(PLACE, filters.WHOLE_CITY)
        st.session_state[PLACE] = label


def way_back(selection: Selection) -> None:
    """Offer to go back from one canteen to where its reader came from; a manager begins with their own."""
    opened, before = st.session_state.get(BEFORE, (None, filters.WHOLE_CITY))
    if opened != st.session_state.get(PLACE):  # another place was chosen since
        st.session_state.pop(BEFORE, None)
        opened, before = None, filters.WHOLE_CITY
    whole_city = reach(current(), Act.SEE).canteens is None
    if selection.canteen and (whole_city or opened):
        st.button(back_to(before), icon=":material/arrow_back:", on_click=_back, args=(before,))


def back_to(place: str) -> str:
    """Name the place to which a button leads back."""
    district = place.removeprefix(filters.DISTRICT)
    return "Revenir à toutes les cantines" if district == place else f"Revenir au secteur {as_text(district)}"


def _back(place: str) -> None:
    st.session_state.pop(BEFORE, None)
    st.session_state[PLACE] = place


def days(selection: Selection, measure: Measure) -> None:
    """Answer: which days of this canteen went wrong?"""
    rows = ask(recent.days, selection)
    weighed = rows.dropna(subset="grams_per_meal")
    shown = weighed if measure is GRAMS else rows
    with blocks.question("Quels jours\u00a0?", f"Les {DRAWN} derniers jours connus\u00a0; tous dans le tableau."):
        if shown.empty:
            blocks.empty_state("Aucun jour connu, compté ainsi, dans cette sélection.")
            return
        draw = charts.recent_grams if measure is GRAMS else charts.recent_meals
        sentence = grams_sentence(shown) if measure is GRAMS else days_sentence(rows)
        blocks.figure(draw(shown.tail(DRAWN)), sentence, days_table(rows), "jours_cantine", digits=0)


def days_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the days of a canteen, the last one first."""
    reasons = ["" if is_missing(kinds) else exceptional.reason(kinds) for kinds in rows["exceptional"]]
    return rows.assign(reason=reasons).sort_values("date", ascending=False)[list(COLUMNS)].rename(columns=COLUMNS)


def days_sentence(rows: pd.DataFrame) -> str:
    """Say which day had most meals in excess, and how many days were short."""
    compared = rows[rows["compared"]]
    if compared.empty:
        return "Aucun jour n’a à la fois des repas prévus et des repas servis."
    worst = compared.nlargest(1, "surplus_meals").iloc[0]
    short = count_of(int((compared["shortage_meals"] > 0).sum()), len(compared), "jour")
    served = "" if is_missing(worst["meals_served"]) else f" pour {plural(worst['meals_served'], 'servi')}"
    return (
        f"Le plus de repas en trop{SPACE}: {plural(worst['surplus_meals'], 'repas', 'repas')}{served}, le "
        f"{long_day(worst['date'])}. Il en a manqué {short}."
    )


def grams_sentence(rows: pd.DataFrame) -> str:
    """Say on which day most was thrown away per meal, and how many days were weighed."""
    worst = rows.nlargest(1, "grams_per_meal").iloc[0]
    return (
        f"{plural(len(rows), 'jour pesé', 'jours pesés')}. Le plus jeté{SPACE}: "
        f"{quantity(worst['grams_per_meal'], 'g')} par repas, le {long_day(worst['date'])}."
    )
