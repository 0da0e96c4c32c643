"""The few building blocks of every page: its title, one bordered block per question, figures, empty states."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.access import current, require
from ui.kit import tables
from ui.kit.formats import as_text, escape
from ui.kit.tables import Wide
from ui.navigation import roles_of

# The mode bar and its links are of no use here; scroll zoom would trap the wheel.
PLOT_CONFIG = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False}


@dataclass(frozen=True)
class Figure:
    """One figure of a row: its label, its value, and what it is compared with."""

    label: str
    value: str
    note: str | None = None
    help: str | None = None


def page_title(title: str, question: str) -> None:
    """Open a page with its name and the question it answers."""
    st.title(title, anchor=False)
    st.html(f'<p class="lead">{escape(question)}</p>')


def question(title: str, caption: str | None = None) -> DeltaGenerator:
    """Open a bordered block that answers one question, for a `with` statement."""
    block = st.container(border=True)
    block.header(title, anchor=False)
    if caption:
        block.html(f'<p class="note">{escape(caption)}</p>')
    return block


def takeaway(sentence: str) -> None:
    """Say in one sentence what the chart below shows; the text is shown as it is, whatever it contains."""
    st.html(f'<p class="takeaway">{escape(sentence)}</p>')


def note(sentence: str) -> None:
    """Say in small print where a figure comes from."""
    st.html(f'<p class="note">{escape(sentence)}</p>')


def sentences(items: Iterable[str]) -> None:
    """List sentences; the text is shown as it is, whatever it contains."""
    st.html(f'<ul class="sentences">{"".join(f"<li>{escape(item)}</li>" for item in items)}</ul>')


def figures(row: Iterable[Figure], key: str) -> None:
    """Show bordered figures in a grid that wraps on narrow screens; values, notes and helps are shown as they are."""
    with st.container(key=f"figures_{key}"):
        for figure_ in row:
            st.metric(
                figure_.label,
                as_text(figure_.value),
                delta=as_text(figure_.note) if figure_.note else None,
                delta_color="off",
                delta_arrow="off",
                help=as_text(figure_.help) if figure_.help else None,
                border=True,
                height="stretch",
            )


def figure(
    fig: go.Figure, sentence: str, table: pd.DataFrame | Wide, key: str, alt: str | None = None, digits: int = 1
) -> None:
    """Show a chart under its takeaway sentence, with its table; `key` also names the CSV file."""
    takeaway(sentence)
    # A short name for screen readers: the sentence above and the table below say the rest.
    st.plotly_chart(fig, key=f"chart_{key}", theme=None, config=PLOT_CONFIG, alt=alt or f"Graphique. {sentence}")
    _table_on_demand(table, key, digits, current().role)


def table_alone(sentence: str, table: pd.DataFrame, key: str, digits: int = 1) -> None:
    """Give a sentence and its table, where a chart would show nothing; `key` also names the CSV file."""
    takeaway(sentence)
    _table_on_demand(table, key, digits, current().role)


@st.fragment
def _table_on_demand(table: pd.DataFrame | Wide, key: str, digits: int, role: str) -> None:
    """Offer the table of a chart: it is only written when opened, and the rest of the page does not run again.

    Nor does the check of the page: who opens the table must still have the role that opened the page.
    """
    require(role)
    with st.expander("Voir le tableau", key=f"tableau_{key}", on_change="rerun") as expander:
        if expander.open:
            tables.table(table, key, digits)


def empty_state(message: str, action: str | None = None, page: str | None = None) -> None:
    """Say that there is nothing to show yet and what to do: `page` is the file of a page to go to."""
    st.info(message, icon=":material/info:")
    if action and page:
        link(page, action)


def problem(title: str, detail: str) -> None:
    """Say what went wrong (our own words) and its detail, which is shown as it is, whatever it contains."""
    st.error(title, icon=":material/error:")
    st.html(f'<p class="detail">{escape(detail)}</p>')


def link(page: str, label: str) -> None:
    """Link to a page, when the person may open it."""
    if current().may(roles_of(page)):
        st.page_link(page, label=label, icon=":material/arrow_forward:")
