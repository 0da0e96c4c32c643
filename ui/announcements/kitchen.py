"""The block of the kitchen: what the canteens announce, its answers, and its notes to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import streamlit as st

from data.access.rights import Act, reach
from data.announcements import notes, read, thread
from data.announcements.notes import LONGEST_NOTE, Note
from data.announcements.thread import LONGEST_ANSWER
from data.clock import today_in_paris
from data.queries import overview
from ui.access import User
from ui.announcements import live
from ui.announcements.canteen import act
from ui.kit import announced, blocks
from ui.kit.filters import DISTRICT, WHOLE_CITY
from ui.kit.formats import SPACE, is_missing, plural
from ui.session import ask

LISTED = 40
NOTE_ROUND = "mot_round"  # session key: the fields are new after each note
Row = Mapping[Any, Any]


def block(user: User) -> None:
    """Show the announcements about the days to come: those without an answer first, then the others, then the notes."""
    known = ask(read.latest)
    rows = _rows(user)
    open_rows = [row for row in rows if row["active"] and is_missing(row["accepted_at"]) and is_missing(row["answer"])]
    others = [row for row in rows if row not in open_rows]
    may = bool(reach(user, Act.ANSWER))
    with blocks.question("Que disent les cantines\u00a0?"):
        if open_rows:
            blocks.takeaway(
                plural(len(open_rows), "annonce attend une réponse", "annonces attendent une réponse") + "."
            )
        else:
            blocks.note("Aucune annonce n’attend de réponse.")
        if user.role == "cuisine":
            _seen([row for row in open_rows[:LISTED] if is_missing(row["seen_at"])])
        for row in open_rows[:LISTED]:
            _one(row, may=may)
        if others:
            with st.expander(f"Déjà répondues ou retirées ({len(others)})", key="annonces_repondues"):
                blocks.sentences(_words(row) for row in others[:LISTED])
        if may:
            _notes()
    live.watch(known, live.KITCHEN)


def _rows(user: User) -> list[dict[Any, Any]]:
    return ask(read.threads, user, today_in_paris()).to_dict("records")


def _seen(rows: list[dict[Any, Any]]) -> None:
    """Let somebody of the kitchen say that they saw these: a page that is left open sees nothing."""
    if rows:
        numbers = tuple(int(row["announcement_id"]) for row in rows)
        st.button(f"J’ai vu ({len(rows)})", icon=":material/visibility:", key="annonces_vues", on_click=act,
                  args=(thread.see, numbers))  # fmt: skip


def _words(row: Row) -> str:
    reply = announced.answer(row)
    return f"{announced.said(row, row['place'])}. {announced.state(row).capitalize()}.{f' {reply}' if reply else ''}"


def _one(row: Row, *, may: bool) -> None:
    """Show an announcement, with its two answers: accept it in one click, or write a sentence in two."""
    number = int(row["announcement_id"])
    with st.container(horizontal=True, vertical_alignment="center", key=f"annonce_{number}"):
        blocks.sentences([_words(row)])
        if not may:
            return
        st.button("Accepter", type="primary", icon=":material/check:", key=f"annonce_accepter_{number}", on_click=act,
                  args=(thread.accept, number))  # fmt: skip
        with st.popover("Répondre", icon=":material/reply:"):
            field = f"annonce_reponse_{number}"
            st.text_input("Votre réponse", max_chars=LONGEST_ANSWER, key=field)
            st.button("Envoyer la réponse", key=f"annonce_envoyer_{number}", on_click=_answer, args=(number, field))


def _answer(number: int, field: str) -> None:
    act(thread.answer, number, st.session_state.get(field, ""))


def _notes() -> None:
    """List the notes that canteens read, and let the kitchen write one."""
    rows = ask(notes.current, today_in_paris()).to_dict("records")
    title = f"Écrire un mot aux cantines{f' ({len(rows)} en cours)' if rows else ''}"
    with st.expander(title, key="mots_cuisine", icon=":material/campaign:"):
        for row in rows:
            with st.container(horizontal=True, vertical_alignment="center"):
                blocks.sentences([_note_words(row)])
                number = int(row["note_id"])
                st.button("Retirer", icon=":material/undo:", key=f"mot_retirer_{number}", on_click=act,
                          args=(notes.withdraw, number))  # fmt: skip
        _note_form()


def _note_words(row: Row) -> str:
    to = WHOLE_CITY
    if not is_missing(row["canteen"]):
        to = row["canteen"] if is_missing(row["place"]) else row["place"]
    elif not is_missing(row["district"]):
        to = f"{DISTRICT}{row['district']}"
    first, last = (announced.day(row[name]) for name in ("starts_on", "ends_on"))
    return f"{to}, {first if first == last else f'du {first} au {last}'}{SPACE}: {row['text']}"


def _note_form() -> None:
    suffix = st.session_state.setdefault(NOTE_ROUND, 0)
    places = ask(overview.places)
    canteens = dict(zip(places["label"], places["name"], strict=True))
    districts = {f"{DISTRICT}{name}": name for name in sorted(places["district"].dropna().unique())}
    today = today_in_paris()
    text = st.text_area("Votre mot", max_chars=LONGEST_NOTE, key=f"mot_texte_{suffix}", height=80,
                        placeholder="Livraison retardée d’une demi-heure")  # fmt: skip
    to = str(st.selectbox("Pour qui\u00a0?", [WHOLE_CITY, *districts, *canteens], key=f"mot_pour_{suffix}"))
    left, right = st.columns(2)
    bounds: Any = {"min_value": today, "max_value": today + timedelta(days=90), "format": "DD/MM/YYYY"}
    first = left.date_input("Montré du", today, key=f"mot_du_{suffix}", **bounds)
    last = right.date_input("Au", today, key=f"mot_au_{suffix}", **bounds)
    if not first or not last:
        return
    note = Note(text or "", first, last, canteens.get(to), districts.get(to))
    st.button("Envoyer aux cantines", icon=":material/send:", key="mot_envoyer", on_click=_write, args=(note,))


def _write(note: Note) -> None:
    before = ask(read.latest)
    act(notes.write, note)
    if ask(read.latest) != before:
        st.session_state[NOTE_ROUND] += 1
