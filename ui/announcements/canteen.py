"""The blocks of a canteen: tell the kitchen about a day, follow its answers, read its notes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from data.access.rights import Act, reach
from data.announcements import notes as kitchen_notes
from data.announcements import read, thread
from data.announcements.announce import LONGEST_SENTENCE, MOST_MEALS, Announcement, announce
from data.announcements.cutoff import cutoff
from data.announcements.thread import AnnouncementRefused
from data.calendar.event_kinds import CLOSURE, OTHER, OUTING
from data.calendar.events import Event
from data.calendar.school import next_service_days
from data.clock import PARIS, today_in_paris
from data.queries.forecasts import runs
from data.queries.forecasts.days import daily_forecast
from ui.access import User, current
from ui.announcements import live
from ui.kit import announced, blocks
from ui.kit.formats import SPACE, as_text, is_missing, plural
from ui.session import ask, store

MORE_OR_LESS, OTHER_DAY = "Plus ou moins de repas", "Autre jour"
KINDS = {MORE_OR_LESS: OTHER, "Sortie": OUTING, "Fermée": CLOSURE}
DAYS_AHEAD, DAYS_NEAR, DAYS_KEPT = 20, 5, timedelta(days=7)
STEP = 5  # meals, at each + or −
ROUND = "annonce_round"  # session key: the fields are new after each announcement


def block(user: User, label: str, key: str) -> None:
    """Let the manager of a canteen (its label and key) tell the kitchen about a day, and follow what became of it."""
    known = ask(read.latest)
    with blocks.question("Prévenir la cuisine"):
        if reach(user, Act.DEPOSIT, "events").covers([key]):
            _form(user, label, key)
        _own(user, key)
    live.watch(known, live.CANTEEN)


def notes(user: User, key: str) -> None:
    """Show the notes of the kitchen that this canteen reads today; nothing without any."""
    texts = ask(kitchen_notes.for_canteen, key, today_in_paris()) if reach(user, Act.SEE).covers([key]) else []
    for text in texts:
        st.info(as_text(f"La cuisine vous écrit{SPACE}: {text}"), icon=":material/campaign:")


def _field(name: str) -> str:
    return f"annonce_{name}_{st.session_state.setdefault(ROUND, 0)}"


def _form(user: User, label: str, key: str) -> None:
    one = _typed(key)
    if one is None:
        return
    known = ask(read.threads, user, one.day, key)
    known = known[known["active"] & (known["date"] == pd.Timestamp(one.day))]
    for row in known.to_dict("records"):
        before = announced.change(row["event"], row["meals"])
        blocks.takeaway(f"Déjà annoncé pour ce jour{SPACE}: {before}. Votre nouvelle annonce la remplace.")
    if preview := _preview(one, known["meals"].fillna(0).sum()):
        blocks.takeaway(preview)
    last = ask(cutoff, one.day)
    if datetime.now(PARIS) >= last:
        late = f"{announced.TOO_LATE.capitalize()}{SPACE}; la cuisine verra quand même votre message."
        st.warning(late, icon=":material/schedule:")
    else:
        blocks.note(f"À dire avant le {announced.day(last)}, {last.hour}{SPACE}h{SPACE}: vous êtes à temps.")
    st.button("Envoyer à la cuisine", type="primary", icon=":material/send:", key="annonce_envoyer",
              on_click=_send, args=(one, label, tuple(known["announcement_id"].tolist())), width="stretch")  # fmt: skip


def _typed(key: str) -> Announcement | None:
    """Show the fields, one after the other; return what they say once they say all of it."""
    choice = st.segmented_control(
        "Que se passe-t-il\u00a0?", list(KINDS), default=MORE_OR_LESS, required=True, key=_field("quoi"), wrap=True
    )
    kind, day = KINDS[str(choice)], _day()
    meals = None if kind == CLOSURE else _meals(kind)
    sentence = st.text_input(
        "Un mot pour la cuisine (facultatif, sans nom de personne)",
        max_chars=LONGEST_SENTENCE,
        key=_field("mot"),
        placeholder="Sortie des CM2 au musée",
    )
    if day is None or (kind != CLOSURE and not meals):
        return None
    return Announcement(key, day, kind, meals, sentence)


def _day() -> date | None:
    """Show the next days of service, one click each, and a list of the later ones; None until one is chosen."""
    days = ask(next_service_days, today_in_paris() - timedelta(days=1), DAYS_AHEAD)
    near = {announced.short_day(one): one for one in days[:DAYS_NEAR]}
    later = [OTHER_DAY] if days[DAYS_NEAR:] else []
    chosen = st.segmented_control("Quel jour\u00a0?", [*near, *later], key=_field("jour"), wrap=True)
    if chosen != OTHER_DAY:
        return near.get(str(chosen))
    return st.selectbox(
        "Quel autre jour\u00a0?", days[DAYS_NEAR:], index=None, format_func=announced.day, key=_field("autre_jour"),
        placeholder="Choisir le jour",
    )  # fmt: skip


def _meals(kind: str) -> int | None:
    """Show the number of meals, with a + and a −; an outing has fewer. None until it is chosen."""
    if kind == OTHER:
        count = st.number_input(
            "Combien de repas en plus (+) ou en moins (−)\u00a0?", -MOST_MEALS, MOST_MEALS, 0, step=STEP,
            key=_field("ecart"),
        )  # fmt: skip
        return int(count) or None
    count = st.number_input("Combien de repas en moins\u00a0?", 1, MOST_MEALS, None, step=1, key=_field("repas"))
    return None if count is None else -int(count)


def _preview(one: Announcement, replaced: float) -> str | None:
    """Say what the kitchen would prepare instead: “Jeudi 3 décembre : 172 → 127 repas”; None without a forecast.

    `replaced`: the meals announced before, which this announcement replaces.
    """
    run = ask(runs.latest_run)
    if run is None:
        return None
    meals = None if one.meals is None else one.meals - round(replaced)
    event = Event(one.kind, one.day, one.day, one.canteen, None, meals)
    before, after = (
        _to_prepare(ask(daily_forecast, run.run_id, one.canteen, what_if), one) for what_if in (None, event)
    )
    if before is None:
        return None
    return f"{announced.day(one.day).capitalize()}{SPACE}: {announced.quantities(before, after or 0)} à préparer."


def _to_prepare(days: pd.DataFrame, one: Announcement) -> float | None:
    rows = days[days["date"] == pd.Timestamp(one.day)]
    if rows.empty:
        return None
    advised, meals = rows.iloc[0][["advised", "meals"]]
    return round(meals if is_missing(advised) else advised)


def _send(one: Announcement, label: str, replaces: tuple[int, ...]) -> None:
    """Record the announcement; the rights are looked at again where it is written."""
    try:
        late = announce(store(), current(), one, replaces=replaces)
    except AnnouncementRefused as refusal:
        st.toast(as_text(str(refusal)), icon=":material/error:")
        return
    st.session_state[ROUND] += 1
    words = f"{label}, {announced.day(one.day)}{SPACE}: envoyé à la cuisine{f', {announced.TOO_LATE}' if late else ''}."
    st.toast(as_text(words), icon=":material/check_circle:")


def _own(user: User, key: str) -> None:
    """List the announcements of the canteen, with what became of each; those of days to come can be withdrawn."""
    today = today_in_paris()
    rows = ask(read.threads, user, today - DAYS_KEPT, key).to_dict("records")
    if not rows:
        blocks.note("Vous n’avez rien annoncé ces jours-ci.")
        return
    may = reach(user, Act.DEPOSIT, "events").covers([key])
    blocks.takeaway(plural(len(rows), "annonce"))
    for row in rows:
        with st.container(horizontal=True, vertical_alignment="center"):
            reply = announced.answer(row)
            parts = [f"{announced.said(row)}. {announced.state(row).capitalize()}.", *([reply] if reply else [])]
            blocks.sentences([" ".join(parts)])
            if may and row["active"] and row["date"].date() >= today:
                number = int(row["announcement_id"])
                st.button("Retirer", icon=":material/undo:", key=f"annonce_retirer_{number}", on_click=act,
                          args=(thread.withdraw, number))  # fmt: skip


def act(what: Any, *args: Any) -> None:  # noqa: ANN401
    """Do an act on an announcement or a note, as the person of this instant; say why when it is refused."""
    try:
        what(store(), current(), *args)
    except AnnouncementRefused as refusal:
        st.toast(as_text(str(refusal)), icon=":material/error:")
