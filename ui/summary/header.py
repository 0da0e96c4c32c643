"""The head of the page Synthèse: the city, the period, the view, the date of the data, “Imprimer”."""

from __future__ import annotations

import streamlit as st

from data.selection import Selection
from data.settings import logo, values
from ui.kit import filters
from ui.kit.formats import SPACE, day, escape
from ui.session import ask
from ui.summary.situation import Situation

VIEWS = ESSENTIAL, EVERYTHING, REPORT = "L’essentiel", "Tous les chiffres", "Rapport"
# The page's own script prints: it knows the button by its class.
PRINT = '<button type="button" class="print-page">Imprimer</button>'


def header() -> tuple[Selection, str]:
    """Show the title, the filters and the choice of a view; return the selection and the view."""
    with st.container(key="essentiel_tete"):
        st.title("Synthèse", anchor=False)
        selection = filters.selection_or_stop(with_place=False, with_history=False)
        view = st.segmented_control(
            "Vue", VIEWS, default=ESSENTIAL, required=True, key="essentiel_vue", bind="query-params"
        )
        st.html(PRINT)
    return selection, str(view)


def dates(facts: Situation, selection: Selection) -> None:
    """Say whose figures these are, of which period, how recent the data and the forecasts are."""
    name, png = city(facts)
    with st.container(key="essentiel_dates"):
        if png:
            st.image(png, alt=name, width=96)
        words = f"{SPACE}; ".join(period(facts, selection))
        st.html(f'<p class="dates"><strong>{escape(name)}</strong>, {escape(words)}.</p>')


def city(facts: Situation) -> tuple[str, bytes | None]:
    """Return the name of the city, and its logo as a PNG file if it has one."""
    if facts.overview.demo:
        return "Ville fictive", None
    settings = ask(values)
    return str(settings["city_name"].value), logo.as_png(settings["city_logo"].value)


def period(facts: Situation, selection: Selection) -> list[str]:
    """Say the period of the figures, the date of the data, the date of the forecasts."""
    last = facts.overview.last_day
    shown = selection.until(last) if last else selection
    run = f"prévisions du {day(facts.run.finished_at)}" if facts.run else "pas encore de prévisions"
    return [f"du {day(shown.start)} au {day(shown.end)}", f"repas connus jusqu’au {day(last)}", run]
