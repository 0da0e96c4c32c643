"""The page Données disponibles: to which canteen each label of the files belongs."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data.deposit.apply import DepositRefused, apply
from data.export.files import csv_of_texts
from data.queries import inventory, overview
from ui.access import User
from ui.kit import blocks, tables
from ui.kit.changes import recorded_by
from ui.kit.formats import MISSING, SPACE, as_text, enumeration, is_missing, plural
from ui.session import ask, request_refresh, store


def labels(user: User) -> None:
    """Show the labels “à rattacher” and the canteens whose names look alike; attach any label to a canteen."""
    points = ask(inventory.labels)
    if points.empty:
        return
    caption = (
        "Un point de service à rattacher compte dans les totaux de la ville, mais dans ceux d’aucune cantine. "
        "Liste complète, quelle que soit la période."
    )
    with blocks.question("Quels points de service restent à rattacher\u00a0?", caption):
        unattached = ask(inventory.unattached_labels)
        if unattached.empty:
            blocks.takeaway("Tous les points de service ont leur cantine.")
        else:
            meals = plural(int(unattached["meals_served"].sum()), "repas servi", "repas servis")
            blocks.takeaway(f"{plural(len(unattached), 'point')} de service à rattacher, {meals}.")
            names = ["Point de service", "Type", "Jours", "Repas servis", "Premier jour", "Dernier jour"]
            tables.table(unattached.set_axis(names, axis="columns"), "a_rattacher", download=False)
        for sentence in namesake_sentences(ask(inventory.namesakes)):
            st.text(sentence)
        with_attached = st.toggle("Choisir aussi parmi les points de service déjà rattachés", key="tous_les_points")
        if with_attached or not unattached.empty:
            _attach_form(points if with_attached else points[points["canteen"].isna()], user)


def namesake_sentences(namesakes: pd.DataFrame) -> list[str]:
    """Say which canteens differ only by spaces, and how to merge them."""
    return [_namesake_sentence(group) for _, group in namesakes.groupby("name", sort=True)]


def _namesake_sentence(group: pd.DataFrame) -> str:
    names = enumeration([f"«{SPACE}{label}{SPACE}»" for label in group["label"]])
    label_lists = " ".join(
        f"«{SPACE}{row['label']}{SPACE}» a{SPACE}: {', '.join(row['labels']) or MISSING}."
        for row in group.to_dict("records")
    )
    return (
        f"{names} ne diffèrent que par une espace dans vos fichiers{SPACE}: deux cantines sont gardées. {label_lists} "
        "Si c’est la même, rattachez ci-dessous les points de service de l’une à l’autre."
    )


def _attach_form(points: pd.DataFrame, user: User) -> None:
    places = ask(overview.places)
    sites = {_site_name(dict(row)): row for row in points.to_dict("records")}
    canteens = {row["label"]: row for row in places.to_dict("records")}
    if not canteens:
        blocks.note("Déposez d’abord la liste des cantines ou leurs rattachements.")
        return
    with st.form("rattacher", border=False):
        left, right = st.columns(2)
        site = left.selectbox("Point de service", list(sites))
        canteen = right.selectbox("Cantine", list(canteens), index=None, placeholder="Choisissez une cantine")
        submitted = st.form_submit_button("Rattacher", type="primary")
    if submitted and site and canteen:
        point, place = sites[site], canteens[canteen]
        _attach([point["site"], point["site_kind"], place["name"], place["kind"] or ""], user)


def _site_name(row: dict) -> str:
    name = f"{row['site']} ({row['site_kind']})"
    return name if is_missing(row["canteen"]) else f"{name}, aujourd’hui à {row['canteen']}"


def _attach(line: list[str], user: User) -> None:
    """Deposit the attachment as a mapping file of one line: the history shows it like any other deposit."""
    content = csv_of_texts(["site_nom", "site_type", "cantine_nom", "cantine_type"], [line])
    try:
        report = apply(store(), "rattachement.csv", content, user)
    except DepositRefused as refusal:
        blocks.problem("Le rattachement n’a pas été enregistré.", str(refusal))
        return
    if report.nothing_to_do:
        reason = f"ce point de service est déjà rattaché à cette cantine{recorded_by(report.known_by, user)}."
        st.info(as_text(f"Rien n’est ajouté\u00a0: {reason}"), icon=":material/check:")
        return
    request_refresh()
    st.toast("Point de service rattaché.", icon=":material/check_circle:")
    st.rerun()
