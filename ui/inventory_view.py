"""The blocks of the page Données disponibles: which canteen, which week, which labels, which files, what was done."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pandas as pd
import streamlit as st

from data import queries
from data.demo import DemoOnly, start_empty
from data.deposit import DepositRefused, apply
from data.schemas import kinds
from data.selection import Selection
from ui import blocks, tables
from ui.access import User
from ui.formats import SPACE, count_of, day, moment, number, percent, plural
from ui.session import ask, request_refresh, store

# What lacks stands out, and the number in the cell says the same.
SHADES = {"nothing": "background-color: #f3c3a0; color: #1c2b33", "some": "background-color: #fbeedd; color: #1c2b33"}
DETAILS = {
    "file": "fichier",
    "kind": "type",
    "deposit": "dépôt n°",
    "accepted": "acceptées",
    "changed": "modifiées",
    "run_id": "calcul n°",
    "rows": "lignes",
    "last_service_on": "dernier service",
    "role": "rôle",
    "active": "actif",
}
ACTIONS = {
    "deposit": "Dépôt d’un fichier",
    "demo_load": "Chargement de la démonstration",
    "demo_remove": "Départ d’une base vide",
    "user": "Compte",
    "forecast": "Calcul des prévisions",
}


@st.fragment
def grid(selection: Selection) -> None:
    """Answer: for which canteen and which week do we have figures? A click on a cell shows its days."""
    cells = ask(queries.availability, selection)
    caption = "Jours où le prévu et le servi sont connus, sur les jours de service de la semaine. Cliquez sur une case."
    with blocks.question("Quelles cantines, quelles semaines\u00a0?", caption):
        if cells.empty:
            blocks.empty_state("Aucun service dans cette période.")
            return
        blocks.takeaway(grid_sentence(cells))
        days, shares = (cells.pivot(index="place", columns="week", values=name) for name in ("days", "service_days"))
        event = st.dataframe(
            _shaded(days, shares),
            key="grille",
            height=460,
            on_select="rerun",
            selection_mode="single-cell",
            column_config={"place": st.column_config.Column("Cantine", width=min(tables.width_of(days.index), 260))},
        )
        _chosen_cell(event["selection"]["cells"], days)


def grid_sentence(cells: pd.DataFrame) -> str:
    """Say how much of what is expected is there, and who lacks most."""
    days, expected = int(cells["days"].sum()), int(cells["service_days"].sum())
    by_place = cells.groupby("place")[["days", "service_days"]].sum()
    by_place = by_place[cells.groupby("place")["attached"].any()]
    complete = int((by_place["days"] >= by_place["service_days"]).sum())
    share = percent(100 * days / expected if expected else None, 0)
    return (
        f"{share} des jours attendus sont là{SPACE}: {count_of(days, expected, 'journée')} de cantine. "
        f"{count_of(complete, len(by_place), 'cantine')} sans aucun jour manquant."
    )


def _shaded(days: pd.DataFrame, expected: pd.DataFrame) -> pd.io.formats.style.Styler:
    """Return the grid as “known/expected”; only cells that lack something are shaded, so that they stand out."""
    known, due = days.to_numpy(dtype=int), expected.to_numpy(dtype=int)
    texts = [[f"{some}/{whole}" for some, whole in zip(*row, strict=True)] for row in zip(known, due, strict=True)]
    shades = np.select([known >= due, known == 0], ["", SHADES["nothing"]], SHADES["some"])
    labels = [f"{week:%d/%m/%y}" for week in pd.to_datetime(days.columns)]
    grid = pd.DataFrame(texts, index=days.index, columns=labels, dtype=object)
    return grid.style.apply(lambda _: shades, axis=None)


def _chosen_cell(cells: list[tuple[int, str]], days: pd.DataFrame) -> None:
    """Show the days of the canteen and week that were clicked."""
    if not cells:
        return
    row, label = cells[0]
    weeks = {f"{week:%d/%m/%y}": week for week in pd.to_datetime(days.columns)}
    if label not in weeks or row >= len(days):
        return
    place, monday = str(days.index[row]), weeks[label].date()
    blocks.takeaway(f"{place}, semaine du {day(monday)}")
    found = ask(queries.canteen_days, place, monday)
    if found.empty:
        blocks.note("Rien n’a été déposé pour cette cantine cette semaine-là.")
        return
    names = ["Date", "Point de service", "Repas prévus", "Repas servis", "Préparation (kg)", "Non servi (kg)"]
    table = found.set_axis([*names, "Restes d’assiette (kg)", "Commentaire"], axis="columns")
    tables.table(table, f"jours_{monday:%Y-%m-%d}")


def unattached(user: User) -> None:
    """Show the labels “à rattacher” and attach one to a canteen."""
    labels = ask(queries.unattached_labels)
    if labels.empty:
        return
    caption = "Ces points de service comptent dans les totaux de la ville, mais dans ceux d’aucune cantine."
    with blocks.question("Quels points de service restent à rattacher\u00a0?", caption):
        meals = plural(int(labels["meals_served"].sum()), "repas servi", "repas servis")
        blocks.takeaway(f"{plural(len(labels), 'point')} de service à rattacher, {meals}.")
        names = ["Point de service", "Type", "Jours", "Repas servis", "Premier jour", "Dernier jour"]
        tables.table(labels.set_axis(names, axis="columns"), "a_rattacher", download=False)
        _attach_form(labels, user)


def _attach_form(labels: pd.DataFrame, user: User) -> None:
    places = ask(queries.places)
    sites = {f"{row['site']} ({row['site_kind']})": row for row in labels.to_dict("records")}
    canteens = {row["label"]: row for row in places.to_dict("records")}
    if not canteens:
        blocks.note("Déposez d’abord la liste des cantines ou leurs rattachements.")
        return
    with st.form("rattacher", border=False):
        left, right = st.columns(2)
        site = left.selectbox("Point de service", list(sites))
        canteen = right.selectbox("Cantine", list(canteens), index=None, placeholder="Choisissez une cantine")
        sent = st.form_submit_button("Rattacher", type="primary")
    if sent and site and canteen:
        found, chosen = sites[site], canteens[canteen]
        _attach([found["site"], found["site_kind"], chosen["name"], chosen["kind"] or ""], user)


def _attach(line: list[str], user: User) -> None:
    """Write the attachment as a mapping deposit of one line: it shows in the history like any other."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(["site_nom", "site_type", "cantine_nom", "cantine_type"])
    writer.writerow(line)
    try:
        apply(store(), "rattachement.csv", text.getvalue().encode(), user.name)
    except DepositRefused as refusal:
        blocks.problem("Le rattachement n’a pas été enregistré.", str(refusal))
        return
    request_refresh()
    st.toast("Point de service rattaché.", icon=":material/check_circle:")
    st.rerun()


def contents() -> None:
    """Show how much of each kind of data the store holds, and over which dates."""
    titles = {name: kind.title for name, kind in kinds().items()}
    with blocks.question("Que contient la base\u00a0?"):
        rows = ask(queries.counts_by_kind)
        rows = rows.assign(kind=rows["kind"].map(lambda name: titles.get(name, name)))
        tables.table(
            rows.set_axis(["Données", "Lignes connues", "Du", "Au"], axis="columns"), "contenu", download=False
        )


def journal() -> None:
    """Show the last actions that changed the store."""
    with blocks.question("Qu’a-t-on fait récemment\u00a0?"):
        rows = ask(queries.last_actions)
        rows = rows.assign(
            done_at=rows["done_at"].map(moment), action=rows["action"].map(lambda name: ACTIONS.get(name, name))
        )
        rows["detail"] = rows["detail"].map(_plain_detail)
        tables.table(rows.set_axis(["Quand", "Qui", "Action", "Détail"], axis="columns"), "actions", download=False)


def _plain_detail(detail: str) -> str:
    """Write the detail of an action as “name: value” pairs."""
    return ", ".join(f"{DETAILS.get(name, name)}{SPACE}: {value}" for name, value in json.loads(detail).items())


def leave_demo(user: User) -> None:
    """Offer to start from an empty store, while the store is a demonstration."""
    if not ask(queries.store_overview).demo:
        return
    with blocks.question("Prêts à travailler avec vos données\u00a0?"):
        blocks.note("La ville fictive et tout ce qui a été déposé par-dessus seront effacés.")
        if st.button("Repartir d’une base vide", icon=":material/restart_alt:"):
            _confirm_empty(user)


@st.dialog("Repartir d’une base vide\u00a0?")
def _confirm_empty(user: User) -> None:
    rows = ask(queries.counts_by_kind)
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
