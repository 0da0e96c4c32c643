"""The form that moves a school to its next stage: the end of one and the start of the other, in one deposit."""

from __future__ import annotations

from datetime import date
from typing import Any

import streamlit as st

from data.deposit import edits
from data.queries import rollout
from data.typography import french
from ui.edit import line as edit_line
from ui.kit import blocks
from ui.kit.formats import SPACE, as_text, day, is_missing, school_name
from ui.session import ask

KIND = "stages"
Move = tuple[str, str, str]  # stage, column of the file, name of its field


def form(today: date) -> None:
    """Ask which school moves on, and on which days."""
    schools = ask(rollout.progress, today)
    candidates = schools[schools["stage"].notna() & (schools["actual_end"].isna() | schools["next_stage"].notna())]
    if candidates.empty:
        blocks.note("Aucune école n’a d’étape à venir\u00a0: ajoutez d’abord ses étapes et leurs dates prévues.")
        return
    by_name = {str(row["school"]): row for row in candidates.to_dict("records")}
    # A new key after each move: a second click cannot move the same school twice.
    key = f"etape_suivante_{st.session_state.get(f'round_{KIND}', 0)}"
    school = st.selectbox(
        "École", list(by_name), None, format_func=school_name, key=key, placeholder="Choisissez une école"
    )
    if school is None:
        return
    moves = moves_of(by_name[school])
    prefix = f"{edit_line.prefix_of(KIND, {'ecole': school})}_{'_'.join(stage for stage, _, _ in moves)}"
    with st.form(f"form_{prefix}", border=False):
        for place, ((stage, column, name), box) in enumerate(zip(moves, st.columns(2), strict=False)):
            with box:
                label = as_text(f"{name} de «{SPACE}{stage}{SPACE}»")
                st.text_input(label, day(today), key=f"{prefix}_{stage}", placeholder="jj/mm/aaaa")
                edit_line.refusal(prefix, (place, column))
                if column == "debut_reel" and (warning := ask(rollout.forgotten, school, stage)):
                    blocks.note(f"⚠ À vérifier\u00a0: {french(warning)}")
        edit_line.other_refusals(prefix, {(place, column) for place, (_, column, _) in enumerate(moves)})
        st.form_submit_button(
            "Enregistrer", type="primary", icon=":material/check:", on_click=_save, args=(school, moves, prefix),
            key=f"save_{prefix}",
        )  # fmt: skip


def moves_of(row: Any) -> list[Move]:  # noqa: ANN401
    """Return the dates to type: the start of a new stage, or the end of a stage and the start of the next one."""
    if is_missing(row["actual_start"]):
        return [(str(row["stage"]), "debut_reel", "Début")]
    end = [] if not is_missing(row["actual_end"]) else [(str(row["stage"]), "fin_reelle", "Fin")]
    start = [] if is_missing(row["next_stage"]) else [(str(row["next_stage"]), "debut_reel", "Début")]
    return end + start


def _save(school: str, moves: list[Move], prefix: str) -> None:
    lines: list[edits.Row] = [
        {"ecole": school, "etape": stage, column: st.session_state[f"{prefix}_{stage}"]} for stage, column, _ in moves
    ]
    # An empty start leaves the school between two stages.
    filled = [place for place, line in enumerate(lines) if str(list(line.values())[-1] or "").strip()]
    places = filled or list(range(len(lines)))
    edit_line.record(KIND, prefix, [lines[place] for place in places], places=places)
