"""Events on the kitchen's page: list the declared ones, undo one, try the effect of a new one."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data.access.rights import Act, reach
from data.calendar.declared import declared_events
from data.calendar.strikes import swapped
from data.deposit import undo
from data.queries.forecasts import runs
from data.queries.forecasts.adjusted import learnt_effects
from data.queries.forecasts.runs import ForecastRun
from ui.access import User, only_visible_events, require
from ui.forecasts import event_sentences as say
from ui.forecasts import what_if
from ui.kit import blocks, tables
from ui.kit.formats import is_missing, plural, weekday
from ui.navigation import roles_of
from ui.session import ask, request_refresh, store

DEPOSIT = "pages/cantine/depot.py"
LISTED = 8


def events(run: ForecastRun, user: User, place: str, canteen: str | None) -> None:
    """Answer: which events are declared, and what would a new one change?"""
    days = ask(runs.forecast_days, run.run_id)
    if not days:
        return
    caption = (
        f"Déclarés pour les jours prévus ({', '.join(say.KINDS.values()).lower()})\u00a0; "
        "les prévisions en tiennent compte."
    )
    with blocks.question("Quels événements changent ces jours\u00a0?", caption):
        declared = only_visible_events(ask(declared_events, days[0], days[-1]))
        of_place = (
            declared if canteen is None else declared[declared["canteen"].isna() | (declared["canteen"] == canteen)]
        )
        _list_events(of_place, ask(learnt_effects, run.run_id), user)
        with st.expander("Et si…\u00a0? Essayer un événement", key="et_si"):
            what_if.form(run, place, canteen)
        _swapped_strikes()


def may_declare(user: User, canteen: str | None) -> bool:
    """Tell whether somebody may record, or undo, an event of a canteen (its key; None: of the whole city)."""
    return reach(user, Act.DEPOSIT, "events").covers([canteen])


def _list_events(events: pd.DataFrame, learnt: say.Learnt, user: User) -> None:
    rows = events.to_dict("records")
    if not rows:
        blocks.note("Aucun événement déclaré pour ces jours.")
    editable = bool(reach(user, Act.DEPOSIT, "events"))
    undoable = [
        row
        for row in rows
        if row["alone"] and may_declare(user, None if is_missing(row["canteen"]) else row["canteen"])
    ]
    others = [row for row in rows if row not in undoable]
    if others:
        blocks.sentences(say.described(row, learnt) for row in others[:LISTED])
    for row in undoable[:LISTED]:
        with st.container(horizontal=True, vertical_alignment="center"):
            blocks.sentences([say.described(row, learnt)])
            key = f"annuler_evenement_{row['deposit_id']}"
            st.button("Annuler", icon=":material/undo:", key=key, on_click=_undo, args=(int(row["deposit_id"]),))
    hidden = max(len(others) - LISTED, 0) + max(len(undoable) - LISTED, 0)
    if hidden:
        blocks.note(f"Et {plural(hidden, 'autre événement', 'autres événements')}, plus tard.")
    if editable and others:
        blocks.note(
            "Ce qui vient d’un fichier de plusieurs lignes s’annule sur la page «\u00a0Déposer un fichier\u00a0»."
        )


def _undo(deposit_id: int) -> None:
    """Undo the deposit of an event, and start a new computation of the forecasts."""
    user = require(*roles_of(DEPOSIT))
    try:
        undo.undo(store(), deposit_id, user)
    except undo.NotPossible as refusal:
        st.toast(str(refusal), icon=":material/error:")
        return
    request_refresh()
    st.toast(
        "Événement annulé. La page «\u00a0Déposer un fichier\u00a0» permet de le rétablir.", icon=":material/undo:"
    )


def _swapped_strikes() -> None:
    """List the strike dates whose day and month were swapped."""
    swaps = ask(swapped)
    if swaps.empty:
        return
    count = plural(len(swaps), "date de grève", "dates de grève")
    participle = "lue" if len(swaps) < 2 else "lues"
    with st.expander(f"{count} {participle} avec jour et mois inversés"):
        blocks.takeaway(swap_sentence(swaps.iloc[0].to_dict()))
        blocks.note("Une grève déclarée un jour sans école est lue ainsi quand cela donne un jour d’école.")
        shown = {"Date déclarée": swaps["declared"], "Jour": swaps["declared"].map(weekday)}
        reading = {"Lue": swaps["read_as"], "Jour lu": swaps["read_as"].map(weekday)}
        tables.table(pd.DataFrame(shown | reading), "dates_de_greve_lues")


def swap_sentence(row: dict[Any, date]) -> str:
    """Say how one strike date was read."""
    return (
        f"La date de grève du {row['declared']:%d/%m/%Y} ({weekday(row['declared'])}), jour sans école, a été lue "
        f"{row['read_as']:%d/%m/%Y} ({weekday(row['read_as'])})."
    )
