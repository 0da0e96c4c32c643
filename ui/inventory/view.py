"""The blocks of the page Données disponibles: which canteen, which week, which files, what was done."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from data.demo import DemoOnly, start_empty
from data.kinds import kinds
from data.queries import inventory, overview
from data.selection import Selection
from ui.access import require
from ui.kept import styled_once
from ui.kit import blocks, chart, tables
from ui.kit.formats import SPACE, count_of, day, number, percent
from ui.session import ask, store

# The shade shows what is missing; the number in the cell says the same.
SHADES = {
    "nothing": f"background-color: {chart.NOTHING_KNOWN}",
    "some": f"background-color: {chart.PARTLY_KNOWN}",
}
PLACE, PLACE_KEY = "Cantine", ["canteen", "site", "site_kind"]
WEEKS, WEEK_WIDTH, WIDEST_PLACE = 7, 61, 240  # what fits on a page of 768 pixels: the weeks between two holidays


@st.fragment
def grid(selection: Selection) -> None:
    """Answer: for which canteen and which week do we have figures? A click on a cell shows its days."""
    require("mission")
    cells = ask(inventory.availability, selection)
    caption = (
        "Jours où le prévu et le servi sont connus, sur les jours de service de la semaine. Sur un grand écran, "
        "cliquez sur une case."
    )
    with blocks.question("Quelles cantines, quelles semaines\u00a0?", caption):
        if cells.empty:
            blocks.empty_state("Aucun service dans cette période.")
            return
        blocks.takeaway(grid_sentence(cells))
        # Two places may have the same name: a row is identified by its key, and its name is only a label.
        places = cells.drop_duplicates(PLACE_KEY).reset_index(drop=True)
        weeks = _chosen_weeks(cells)
        grid, shaded = _shaded(cells[cells["week"].isin(weeks)], places, weeks)
        with tables.grid_and_text(grid, "disponibilite"):
            event = st.dataframe(
                shaded,
                key=f"grille_{weeks[0]:%Y-%m-%d}",
                height=460,
                hide_index=True,
                on_select="rerun",
                selection_mode="single-cell",
                column_config=_columns(places, weeks),
            )
        _chosen_cell(event["selection"]["cells"], places, weeks)


def grid_sentence(cells: pd.DataFrame) -> str:
    """Say which share of the expected days is known, how many canteens are complete, how many sent nothing."""
    days, expected = int(cells["days"].sum()), int(cells["service_days"].sum())
    canteens = cells[cells["attached"]].groupby("canteen")[["days", "service_days"]].sum()
    complete, empty = (
        int((canteens["days"] >= canteens["service_days"]).sum()),
        int((canteens["days"] == 0).sum()),
    )
    share = percent(100 * days / expected if expected else None, 0)
    return (
        f"{share} des jours attendus sont là{SPACE}: "
        f"{count_of(days, expected, 'journée de cantine', 'journées de cantine')}. "
        f"{count_of(complete, len(canteens), 'cantine')} sans aucun jour manquant, {number(empty)} sans aucun chiffre."
    )


def _chosen_weeks(cells: pd.DataFrame) -> list[pd.Timestamp]:
    """Let the reader choose a run of weeks, the latest first; each title gives the number of missing days."""
    runs = runs_of(sorted(cells["week"].unique()))
    if len(runs) == 1:
        return runs[0]
    names = {_run_title(cells[cells["week"].isin(run)]): run for run in runs}
    return names[str(st.selectbox("Semaines, et leurs journées manquantes", list(names)))]


def runs_of(weeks: list[pd.Timestamp]) -> list[list[pd.Timestamp]]:
    """Split the weeks into runs that fit on a page, each in order; the latest run comes first and is full."""
    return [weeks[max(0, end - WEEKS) : end] for end in range(len(weeks), 0, -WEEKS)]


def _run_title(cells: pd.DataFrame) -> str:
    missing = int((cells["service_days"] - cells["days"]).clip(lower=0).sum())
    return f"{cells['week'].min():%d/%m} – {day(cells['week'].max())}{SPACE}: {number(missing)}"


def _columns(places: pd.DataFrame, weeks: list[pd.Timestamp]) -> dict[str, Any]:
    width = min(tables.width_of(places["place"]), WIDEST_PLACE)
    narrow = {_week_title(week): st.column_config.Column(width=WEEK_WIDTH) for week in weeks}
    return {PLACE: st.column_config.Column(PLACE, width=width, pinned=True), **narrow}


def _shaded(cells: pd.DataFrame, places: pd.DataFrame, weeks: list[pd.Timestamp]) -> tuple[pd.DataFrame, Styler]:
    """Return the grid of “known/expected” days, plain and with its cells with missing days shaded."""
    # The query returns every place and every week in order: the cells fill the grid row by row.
    shape = (len(places), len(weeks))
    known_days, service_days = (cells[name].to_numpy(dtype=int).reshape(shape) for name in ("days", "service_days"))
    shades = np.select([known_days >= service_days, known_days == 0], ["", SHADES["nothing"]], SHADES["some"])
    texts = [
        [f"{some}/{whole}" for some, whole in zip(*row, strict=True)]
        for row in zip(known_days, service_days, strict=True)
    ]
    grid = pd.DataFrame(texts, columns=[_week_title(week) for week in weeks], dtype=object)
    style = np.column_stack([np.full(len(places), ""), shades])
    grid.insert(0, PLACE, places["place"].tolist())
    return grid, _styled(grid, style)


@styled_once
def _styled(grid: pd.DataFrame, style: np.ndarray) -> Styler:
    return grid.style.apply(lambda _: style, axis=None)


def _week_title(week: pd.Timestamp) -> str:
    return f"{week:%d/%m}"


def _chosen_cell(cells: list[tuple[int, str]], places: pd.DataFrame, weeks: list[pd.Timestamp]) -> None:
    """Show the days of the canteen and week that were clicked."""
    titles = {_week_title(week): week for week in weeks}
    if not cells or cells[0][1] not in titles or cells[0][0] >= len(places):
        return
    place, monday = places.iloc[cells[0][0]], titles[cells[0][1]].date()
    blocks.takeaway(f"{place['place']}, semaine du {day(monday)}")
    canteen, site, site_kind = (None if pd.isna(place[name]) else str(place[name]) for name in PLACE_KEY)
    days = ask(inventory.canteen_days, canteen, site, site_kind, monday)
    if days.empty:
        blocks.note("Rien n’a été déposé pour cette cantine cette semaine-là.")
        return
    names = ["Date", "Point de service", "Repas prévus", "Repas servis", "Préparation (kg)", "Non servi (kg)"]
    table = days.set_axis([*names, "Restes d’assiette (kg)", "Commentaire"], axis="columns")
    tables.table(table, f"jours_{monday:%Y-%m-%d}")


def contents() -> None:
    """Show how much of each kind of data the store holds, and over which dates."""
    titles = {name: kind.title for name, kind in kinds().items()}
    with blocks.question("Que contient la base\u00a0?", "En tout, quelle que soit la période."):
        rows = ask(inventory.counts_by_kind)
        rows = rows.assign(kind=rows["kind"].map(lambda name: titles.get(str(name), name)))
        tables.table(
            rows.set_axis(["Données", "Lignes connues", "Du", "Au"], axis="columns"),
            "contenu",
            height="content",
            download=False,
        )


def leave_demo() -> None:
    """Offer to start from an empty store, while the store is a demonstration."""
    if not ask(overview.store_overview).demo:
        return
    with blocks.question("Prêts à travailler avec vos données\u00a0?"):
        blocks.note("La ville fictive et tout ce qui a été déposé par-dessus seront effacés.")
        if st.button("Repartir d’une base vide", icon=":material/restart_alt:"):
            _confirm_empty()


@st.dialog("Repartir d’une base vide\u00a0?")
def _confirm_empty() -> None:
    user = require("mission")
    rows = ask(inventory.counts_by_kind)
    services = int(rows.loc[rows["kind"] == "log", "rows"].iloc[0])
    st.markdown(
        f"Les {number(services)} services de la démonstration, ses prévisions et son programme seront effacés. "
        "Cette action ne s’annule pas. Les comptes et les valeurs de référence restent."
    )
    if st.button("Effacer la démonstration", type="primary"):
        try:
            start_empty(store(), user.name)
        except DemoOnly as refusal:
            blocks.problem("Rien n’a été effacé.", str(refusal))
            return
        st.rerun()
