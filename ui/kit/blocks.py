"""Building blocks of every page: title, bordered block with one question, figures, empty states."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from data.glossary import term_of
from data.queries.overview import store_overview
from data.typography import french, unbroken
from ui.access import current, require
from ui.kit import tables
from ui.kit.formats import as_text, day, escape
from ui.kit.tables import Wide
from ui.navigation import roles_of
from ui.session import ask

# The mode bar has nothing that our readers need. With scroll zoom, the mouse wheel would no longer scroll the page.
PLOT_CONFIG = {"displayModeBar": False, "displaylogo": False, "scrollZoom": False}
PART, EVERYTHING = "volet", "Tout"  # the part of a page in its address; the choice of all parts


Pick = tables.Pick


@dataclass(frozen=True)
class Figure:
    """One figure of a row: its label, its value, a note under it (what it is compared with), a help text."""

    label: str
    value: str
    note: str | None = None
    help: str | None = None


def page_title(title: str, question: str) -> None:
    """Show the title of a page and the question it answers."""
    st.title(title, anchor=False)
    st.html(f'<p class="lead">{escape(question)}</p>')


def question(title: str, caption: str | None = None) -> DeltaGenerator:
    """Return a bordered block with its question as title, for a `with` statement."""
    block = st.container(border=True)
    block.header(unbroken(title), anchor=False)
    if caption:
        block.html(_paragraph("note", caption))
    return block


def takeaway(sentence: str) -> None:
    """Show the sentence that sums up the chart below; the text is never read as HTML."""
    st.html(_paragraph("takeaway", sentence))


def headline(sentence: str) -> None:
    """Show what a page is opened for, larger than all the rest."""
    st.html(f'<p class="headline">{escape(sentence)}</p>')


def detail(sentence: str) -> None:
    """Show a plain sentence; the text is never read as HTML."""
    st.html(_paragraph("detail", sentence))


def note(sentence: str) -> None:
    """Show a sentence in small print: where a figure comes from."""
    st.html(_paragraph("note", sentence))


def _paragraph(style: str, sentence: str) -> str:
    return f'<p class="{style}">{escape(unbroken(sentence))}</p>'


def sentences(items: Iterable[str]) -> None:
    """Show a list of sentences; the text is never read as HTML."""
    st.html(f'<ul class="sentences">{"".join(f"<li>{escape(unbroken(item))}</li>" for item in items)}</ul>')


def figures(row: Iterable[Figure], key: str, counted: str = "") -> None:
    """Show bordered figures in a grid that wraps on narrow screens; their texts are never read as Markdown.

    Under them, what they mean, for those that the glossary has; `counted` says on how many services.
    """
    shown = list(row)
    with st.container(key=f"figures_{key}"):
        for one_figure in shown:
            st.metric(
                one_figure.label,
                as_text(one_figure.value),
                delta=as_text(unbroken(one_figure.note)) if one_figure.note else None,
                delta_color="off",
                delta_arrow="off",
                help=as_text(one_figure.help) if one_figure.help else None,
                border=True,
                height="stretch",
            )
    why([one_figure.label for one_figure in shown], key, counted)


def why(labels: Iterable[str], key: str, counted: str = "") -> None:
    """Show “Pourquoi ce chiffre ?”, which opens what the glossary says of these labels; opening it runs nothing."""
    if html := why_html(labels, key, counted):
        st.html(html)


def why_html(labels: Iterable[str], key: str, counted: str = "") -> str:
    """Return the button and what it opens: the meaning and the source of each figure, the date of the data."""
    terms = list(dict.fromkeys(term for label in labels if (term := term_of(label))))
    if not terms:
        return ""
    last = ask(store_overview).last_day
    meanings = "".join(
        f"<dt>{escape(term.name)}</dt><dd>{escape(french(term.meaning))}"
        f"{escape(french(f' Source : {term.source}.')) if term.source else ''}</dd>"
        for term in terms
    )
    facts = [counted, f"Données jusqu’au {day(last)}" if last else ""]
    told = " ".join(f"{fact[:1].upper()}{fact[1:]}." for fact in facts if fact)
    title = "Pourquoi ce chiffre\u00a0?" if len(terms) == 1 else "Pourquoi ces chiffres\u00a0?"
    return (
        f'<div class="why"><button type="button" popovertarget="pourquoi_{key}">{title}</button>'
        f'<div id="pourquoi_{key}" popover="auto"><dl>{meanings}</dl><p>{escape(told)}</p>'
        f'<p><a href="/glossaire?mot={quote(terms[0].name)}">Voir le glossaire</a></p></div></div>'
    )


def figure(
    fig: go.Figure,
    sentence: str,
    table: pd.DataFrame | Wide,
    key: str,
    alt: str | None = None,
    digits: int = 1,
    on_pick: Pick | None = None,
    on_click: Pick | None = None,
) -> None:
    """Show a chart under its takeaway sentence, with its table; `key` also names the CSV file.

    `on_click` is called with the place of a bar that is clicked, `on_pick` with that of a row of the table.
    """
    takeaway(sentence)
    st.plotly_chart(
        fig,
        key=f"chart_{key}",
        theme=None,
        config=PLOT_CONFIG,
        # The name for screen readers is short: the sentence above and the table below have the rest.
        alt=alt or f"Graphique. {sentence}",
        on_select=partial(_clicked, f"chart_{key}", on_click) if on_click else "ignore",
        selection_mode="points",
    )
    _table_on_demand(table, key, digits, current().role, on_pick=on_pick)


def _clicked(key: str, on_click: Pick) -> None:
    if points := st.session_state[key]["selection"]["points"]:
        on_click(points[0]["point_index"])


def table_alone(
    sentence: str, table: pd.DataFrame | Wide, key: str, digits: int = 1, on_pick: Pick | None = None
) -> None:
    """Show a sentence and its table, when a chart would be empty; `key` also names the CSV file."""
    takeaway(sentence)
    _table_on_demand(table, key, digits, current().role, "Voir tous les chiffres", "chiffres", on_pick)


def table_on_demand(table: pd.DataFrame | Wide, key: str, digits: int = 1) -> None:
    """Show the table of what is drawn above by other means than a chart; `key` also names the CSV file."""
    _table_on_demand(table, key, digits, current().role, "Voir la liste", "chiffres")


@st.fragment
def _table_on_demand(
    table: pd.DataFrame | Wide,
    key: str,
    digits: int,
    role: str,
    label: str = "Voir le tableau",
    prefix: str = "tableau",
    on_pick: Pick | None = None,
) -> None:
    """Show an expander with the table of a chart; it is sent to the browser when somebody opens it.

    Opening runs this fragment only, not the page and its access check: so the role is checked again here.
    """
    require(role)
    with st.expander(label, key=f"{prefix}_{key}", on_change="rerun") as expander:
        if expander.open:
            tables.table(table, key, digits, on_pick=on_pick)
    if st.session_state.pop(tables.PICKED, False):
        st.rerun()  # a row was picked: the whole page shows it


def empty_state(message: str, action: str | None = None, page: str | None = None) -> None:
    """Say that there is nothing to show yet and what to do; `page` is the file of the page where to do it."""
    st.info(message, icon=":material/info:")
    if action and page:
        link(page, action)


def problem(title: str, detail: str) -> None:
    """Show an error: its title, in our own words, and its detail, which is never read as HTML."""
    st.error(title, icon=":material/error:")
    st.html(f'<p class="detail">{escape(detail)}</p>')


def link(page: str, label: str, part: str | None = None) -> None:
    """Show a link to a page, or to one of its parts, if the user may open that page."""
    if current().may(roles_of(page)):
        st.page_link(page, label=label, icon=":material/arrow_forward:", query_params={PART: part} if part else None)


def tabs(views: Mapping[str, Callable[[], object]], key: str = PART, everything: bool = True) -> None:
    """Let the reader choose a part of the page, and show it; “Tout” shows them all, one under the other, to print."""
    names = [*views, *([EVERYTHING] if everything else [])]
    chosen = st.segmented_control(
        "Partie de la page", names, default=next(iter(views)), required=True, key=key,
        bind="query-params", label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    for name in views if chosen == EVERYTHING else [str(chosen)]:
        # On the screen, a part alone has its name above, in the choice that is pressed; on paper it says it itself.
        style = "part-name" if chosen == EVERYTHING else "part-name alone"
        st.html(f'<h2 class="{style}">{escape(name)}</h2>')
        views[name]()
