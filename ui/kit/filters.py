"""The filters of the pages; they are kept in the URL, so that a shared link shows the same figures."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

import pandas as pd
import streamlit as st

from data.access.rights import Act, reach
from data.calendar.school import school_year_bounds, terms
from data.queries import overview
from data.selection import Selection
from ui import access
from ui.kit import blocks
from ui.kit.formats import SPACE, as_text
from ui.session import ask

WHOLE_HISTORY = "Tout l’historique"
WHOLE_YEAR = "Toute l’année"
WHOLE_CITY = "Toutes les cantines"
WITHOUT, WITH = "Sans", "Avec"
DISTRICT = "Secteur\u00a0: "
TRAILING_YEAR = re.compile(r"\s\d{4}$")
LONGEST_VALUE = 60
LONG_AGO, FAR_AHEAD = date(1990, 1, 1), date(2100, 1, 1)


def selection_or_stop(with_place: bool = True, with_history: bool = True, with_exceptional: bool = False) -> Selection:
    """Show the filters and return the selection; when no meal is known, say what to do and stop the run.

    `with_exceptional`: let people count the exceptional days, which the figures leave out. A value of the URL that is
    not among the choices is reported as unknown; the widget then shows its default.
    """
    years = ask(overview.school_years_with_data)
    if not years:
        no_meal_known()
        st.stop()
    with st.container(key="filters"):
        columns = st.columns(2 + with_place + with_exceptional)
        with columns[0]:
            year = _choice("Année scolaire", [*years, *([WHOLE_HISTORY] if with_history else [])], "annee")
        with columns[1]:
            start, end = _period(year)
        if not with_place:
            return Selection(start, end)
        with columns[2]:
            district, canteen = _place(ask(overview.places))
        exceptional = False
        if with_exceptional:
            with columns[3]:
                exceptional = _choice("Jours exceptionnels", [WITHOUT, WITH], "jours") == WITH
    return Selection(start, end, district, canteen, exceptional)


def no_meal_known() -> None:
    """Say that the store holds no meal yet, and what to do."""
    blocks.empty_state(
        "Aucun repas n’est encore connu. Déposez le journal des cantines\u00a0: "
        "une ligne par point de service et par jour, avec les repas prévus et servis.",
        "Déposer un fichier",
        "pages/cantine/depot.py",
    )


def canteen() -> tuple[str, str | None]:
    """Show the choice of one canteen or the city; return its label and its key (None for the city)."""
    keys = _keys()
    label = _choice("Cantine", _own_first(list(keys)), "cantine")
    return label, keys.get(label)


def _keys() -> dict[str, str]:
    """Return the keys, by label, of the canteens that the user may see by name."""
    places = access.only_visible(ask(overview.places), "label")
    return dict(zip(places["label"], places["name"], strict=True))


def _own_first(canteens: list[str], districts: Iterable[str] = ()) -> list[str]:
    """Return the places to choose from: a manager begins with a canteen of theirs, anybody else with the city."""
    if reach(access.current(), Act.SEE).canteens is None:
        return [WHOLE_CITY, *districts, *canteens]
    return [*canteens, WHOLE_CITY]


def _choice(label: str, options: list[str], key: str) -> str:
    # Read before the widget is made: the widget removes an unknown value from the URL.
    url_value = st.query_params.get(key)
    changed = st.session_state.get(access.ROLE_CHANGED)
    if changed and url_value is not None and url_value not in options:
        st.session_state[key] = options[0]  # what another role had chosen is no mistake of this one
    chosen = str(st.selectbox(label, options, key=key, bind="query-params"))
    if url_value is not None and url_value not in options and not changed:
        url_text = as_text(url_value[:LONGEST_VALUE])
        st.warning(
            f"Filtre inconnu dans l’adresse, ignoré{SPACE}: «{SPACE}{url_text}{SPACE}»", icon=":material/link_off:"
        )
    return chosen


def _period(year: str) -> tuple[date, date]:
    """Return the bounds of the year, or of one of its periods between holidays."""
    if year == WHOLE_HISTORY:
        st.selectbox("Période", [WHOLE_YEAR], key="toute_periode", disabled=True)
        return LONG_AGO, FAR_AHEAD
    # The calendar year is cut from the label: so the period stays chosen when the school year changes.
    periods = {TRAILING_YEAR.sub("", period.label): (period.start, period.end) for period in terms(year)}
    chosen = _choice("Période", [WHOLE_YEAR, *periods], "periode")
    return periods.get(chosen) or school_year_bounds(year)


def _place(places: pd.DataFrame) -> tuple[str | None, str | None]:
    """Show the choice of a place; return (district, canteen), of which at least one is None."""
    districts = {f"{DISTRICT}{name}": name for name in sorted(places["district"].dropna().unique())}
    keys = _keys()
    chosen = _choice("Lieu", _own_first(list(keys), districts), "lieu")
    return districts.get(chosen), keys.get(chosen)
