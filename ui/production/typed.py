"""What the kitchen decides, produces and gets back, typed in one table."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data.clock import today_in_paris
from data.deposit import edits
from data.deposit.undo import NotPossible, undo
from data.production import plan
from data.queries.forecasts import runs
from data.queries.forecasts.runs import ForecastRun
from ui.access import require
from ui.kit import blocks
from ui.kit.formats import SPACE, escape, moment
from ui.production.tables import typed_changes
from ui.session import ask, store

ROUND, REFUSED = "tour_production", "refus_production"
FILE_COLUMNS = {"decided": "repas_decides", "produced": "repas_produits", "returned": "repas_revenus"}
TITLES = {"decided": "Décidés", "produced": "Produits", "returned": "Retours"}


def grid(run: ForecastRun | None, chosen: date) -> None:
    """Show the table of a day to fill in; the lines that changed are one deposit, which can be undone."""
    with blocks.question("Décidés, produits, retours", "Laissez une case vide si vous ne savez pas."):
        rows = _rows(run, chosen).set_index("canteen")
        if rows.empty:
            blocks.empty_state("Aucune cantine n’est connue ce jour-là.")
            return
        names = [name for name in FILE_COLUMNS if name == "decided" or chosen <= today_in_paris()]
        before = rows[["place", "advised", *names]].astype(dict.fromkeys(["advised", *names], "Int64"))
        after = st.data_editor(
            before,
            key=f"production_{chosen}_{st.session_state.setdefault(ROUND, 0)}",
            hide_index=True,
            disabled=["place", "advised"],
            placeholder="",
            column_config={
                "place": st.column_config.TextColumn("Cantine", pinned=True),
                "advised": st.column_config.NumberColumn("Conseillés"),
                **{name: st.column_config.NumberColumn(TITLES[name], min_value=0, step=1) for name in names},
            },
        )
        if st.button("Enregistrer", type="primary", icon=":material/check:"):
            _save(before, after, names, chosen)
        for refusal in st.session_state.get(REFUSED, []):
            st.html(f'<p class="refusal" role="alert">✖ {escape(refusal)}</p>')
        _last_one()


def _rows(run: ForecastRun | None, chosen: date) -> pd.DataFrame:
    """Return the canteens of a day: of the forecasts from today on, or else of what was forecast and known."""
    if run is not None and chosen >= today_in_paris() and chosen in ask(runs.forecast_days, run.run_id):
        rows = ask(plan.production_of_day, run.run_id, chosen)
        return rows[~rows["reserve"]]
    return ask(plan.past_production, chosen)


def _last_one() -> None:
    """Offer to take back what was typed last."""
    standing = [one for one in ask(edits.recent, 1, ("production",)) if one["active"]]
    if not standing:
        blocks.note("Une erreur\u00a0? Tapez le bon nombre, puis enregistrez à nouveau\u00a0: le dernier compte.")
        return
    [last] = standing
    blocks.note(f"Dernière saisie\u00a0: le {moment(last['done_at'])}.")
    st.button("Annuler la dernière saisie", icon=":material/undo:", on_click=_take_back, args=(last["deposit_id"],))


def _take_back(deposit_id: int) -> None:
    user = require("cuisine")
    try:
        undo(store(), deposit_id, user)
    except NotPossible as refusal:
        st.session_state[REFUSED] = [str(refusal)]
    else:
        st.session_state[ROUND] += 1
        st.session_state[REFUSED] = []
        st.toast("La dernière saisie est annulée.", icon=":material/undo:")


def _save(before: pd.DataFrame, after: pd.DataFrame, names: list[str], chosen: date) -> None:
    user = require("cuisine")
    changes = typed_changes(before, after, names)
    st.session_state[REFUSED] = []
    if not changes:
        st.toast("Rien n’a changé.", icon=":material/info:")
        return
    lines = [
        {"cantine_nom": canteen, "date": chosen, **{FILE_COLUMNS[name]: value for name, value in typed.items()}}
        for canteen, typed in changes
    ]
    outcome = edits.record(store(), "production", lines, user)
    if outcome.refusals:
        st.session_state[REFUSED] = [
            f"{before.at[changes[line][0], 'place']}{SPACE}: {reason}" for (line, _), reason in outcome.refusals.items()
        ]
        return
    st.session_state[ROUND] += 1
    st.toast("C’est enregistré.", icon=":material/check:")
    st.rerun()
