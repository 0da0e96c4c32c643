"""A form that adds or corrects one line of the programme. A refusal stands beside its field; no text is lost."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from data.deposit import edits
from data.kinds import Field, kinds
from ui.access import User, require
from ui.kit import blocks
from ui.kit.changes import recorded_by
from ui.kit.formats import as_text, escape, school_name
from ui.session import store

UNKNOWN = "non renseigné"
WHOLE = "tout le programme"
OTHER_SCHOOL = " (hors écoles test)"
NO_SCHOOLS: Mapping[str, bool] = {}
WARNINGS = "saisie_a_verifier"  # session key: the warnings about the last entry, with their title
# Long texts: each has the whole width of the form.
WIDE = frozenset(
    (
        "meteo_raison",
        "prochaine_action",
        "reponse",
        "choix",
        "jalon",
        "risque",
        "decision",
        "atelier",
        "description",
        "a_decider",
    )
)
DAY_OF = {"attendue_le": "a_decider", "prise_le": "choix"}  # a date, and the text that it belongs to
PLACEHOLDERS = {"date": "jj/mm/aaaa", "integer": "nombre", "number": "par exemple 4,2"}
Texts = Mapping[str, str]


def line(kind: str, row: edits.Row | None, schools: Mapping[str, bool] = NO_SCHOOLS) -> None:
    """Show the form of one line, new when `row` is None; `schools` says which schools are test schools."""
    fields = [field for field in kinds()[kind].fields if field.name != edits.TAKE_BACK]
    form_fields = in_reading_order(
        [field for field in fields if row is None or field.name not in kinds()[kind].key], kind
    )
    texts = {field.name: edits.as_text(row.get(field.name)) if row else "" for field in fields}
    prefix = prefix_of(kind, texts if row else {})
    with st.form(f"form_{prefix}", border=False):
        boxes: list[DeltaGenerator] = []
        for field in form_fields:
            # Two narrow fields side by side, read from left to right; a long text has the whole width.
            boxes = [st.container()] if field.name in WIDE else boxes or list(st.columns(2))
            with boxes.pop(0):
                _widget(field, texts[field.name], prefix, schools)
        other_refusals(prefix, {(0, field.name) for field in form_fields})
        with st.container(horizontal=True):
            args = (kind, prefix, texts if row else None, tuple(field.name for field in form_fields))
            st.form_submit_button(
                "Enregistrer", type="primary", icon=":material/check:", on_click=_save, args=args, key=f"save_{prefix}"
            )
            if row is not None:
                st.form_submit_button(
                    "Retirer cette ligne", icon=":material/delete:", on_click=_remove, args=(kind, prefix, texts),
                    key=f"remove_{prefix}",
                )  # fmt: skip


def in_reading_order(fields: list[Field], kind: str) -> list[Field]:
    """Sort the fields: the key (its date last), then the short fields, then the long texts, each with its date."""
    names = [field.name for field in kinds()[kind].fields]

    def rank(field: Field) -> tuple[int, int]:
        if field.name in kinds()[kind].key:
            return (2 if field.type == "date" else int(field.name not in WIDE)), 0
        text = DAY_OF.get(field.name, field.name)
        return (4, names.index(text)) if text in WIDE and text in names else (3, 0)

    return sorted(fields, key=rank)


def label_of(field: Field) -> str:
    """Return the title of a field, and say whether it must be filled."""
    return as_text(f"{field.title} (obligatoire)" if field.required else field.title)


def prefix_of(kind: str, texts: Texts) -> str:
    """Return the key prefix of a line’s fields. A save or an undo changes it: new fields show the new values."""
    identity = hashlib.sha256("·".join(texts.values()).encode()).hexdigest()[:10]
    return f"{kind}_{identity}_{st.session_state.setdefault(f'round_{kind}', 0)}"


def refusal(prefix: str, place: tuple[int, str]) -> None:
    """Say why the field above is refused, if it is."""
    reasons: dict[tuple[int, str], str] = st.session_state.get(f"refused_{prefix}", {})
    if place in reasons:
        st.html(f'<p class="refusal" role="alert">✖ Refusé\u00a0: {escape(reasons[place])}</p>')


def other_refusals(prefix: str, shown_places: Container[tuple[int, str]]) -> None:
    """Show the refusals that have no field on the screen: those outside `shown_places`."""
    for place in st.session_state.get(f"refused_{prefix}", {}):
        if place not in shown_places:
            refusal(prefix, place)


def _widget(field: Field, value: str, prefix: str, schools: Mapping[str, bool]) -> None:
    key, label = f"{prefix}_{field.name}", label_of(field)
    if field.name == "ecole":
        _schools(field, value, key, schools)
    elif field.enum:
        choices = [UNKNOWN, *field.enum]
        st.selectbox(label, choices, choices.index(value) if value in choices else 0, key=key)
    else:
        st.text_input(label, value, key=key, placeholder=placeholder(field))
    refusal(prefix, (0, field.name))


def placeholder(field: Field) -> str:
    """Show how a value is written."""
    return "mm/aaaa" if field.month else PLACEHOLDERS.get(field.type, "")


def _schools(field: Field, value: str, key: str, schools: Mapping[str, bool]) -> None:
    empty_choice = WHOLE if not field.required and "programme" in field.description else UNKNOWN
    choices = list(dict.fromkeys([empty_choice, *([value] if value else []), *schools]))

    def label(school: str) -> str:
        # While no test school is known, the suffix would be on every school.
        other = any(schools.values()) and schools.get(school) is False
        return f"{school_name(school)}{OTHER_SCHOOL if other else ''}"

    st.selectbox(label_of(field), choices, choices.index(value) if value else 0, key=key, format_func=label)


def _typed(prefix: str, names: Iterable[str]) -> dict[str, str | None]:
    """Return the text typed in each field, None where the field is empty."""
    texts = {name: str(st.session_state[f"{prefix}_{name}"] or "") for name in names}
    return {name: None if text.strip() in ("", UNKNOWN, WHOLE) else text for name, text in texts.items()}


def _save(kind: str, prefix: str, texts: Texts | None, names: tuple[str, ...]) -> None:
    before = {name: text or None for name, text in (texts or {}).items()}
    typed = before | _typed(prefix, names)
    line_ = edits.line_of(kind, before, typed)
    if texts is not None and set(line_) <= set(kinds()[kind].key):
        st.toast("Rien n’a changé.", icon=":material/info:")
        return
    record(kind, prefix, [line_], new=texts is None)


def _remove(kind: str, prefix: str, texts: Texts) -> None:
    key = {name: texts[name] or None for name in kinds()[kind].key}
    record(kind, prefix, [key | {edits.TAKE_BACK: "ligne"}])


def record(
    kind: str, prefix: str, lines: list[dict[str, Any]], *, new: bool = False, places: Sequence[int] = (0,)
) -> None:
    """Deposit the typed lines. Once saved, the form starts afresh; if refused, it keeps the texts and says why.

    `places` gives the position of each line in the form.
    """
    user = require("mission")
    outcome = edits.record(store(), kind, lines, user, new=new)
    st.session_state[f"refused_{prefix}"] = {
        (places[line_], name): reason for (line_, name), reason in outcome.refusals.items()
    }
    if outcome.refusals:
        st.toast("Rien n’est enregistré\u00a0: voyez ce qui est refusé dans le formulaire.", icon=":material/error:")
        return
    st.session_state[f"round_{kind}"] += 1
    say(outcome, user)


def say(outcome: edits.Outcome, user: User) -> None:
    """Show the result of an entry, and keep its warnings for the next run."""
    if outcome.saved:
        st.toast("Enregistré.", icon=":material/check_circle:")
    else:
        message = f"Rien n’est ajouté\u00a0: c’était déjà enregistré{recorded_by(outcome.known_by, user)}."
        st.toast(as_text(message), icon=":material/info:")
    title = "C’est enregistré, mais à vérifier" if outcome.saved else "C’était déjà connu\u00a0; c’est à vérifier"
    st.session_state[WARNINGS] = f"{title}\u00a0:", outcome.warnings


def show_warnings() -> None:
    """Show the warnings about the last entry."""
    title, warnings = st.session_state.pop(WARNINGS, ("", ()))
    if warnings:
        st.warning(title, icon=":material/warning:")
        blocks.sentences(warnings)


def lacks_school(kind: str, rows: list[edits.Row], schools: Mapping[str, bool]) -> bool:
    """Tell whether a line must name a school while none is known."""
    return not rows and not schools and any(field.name == "ecole" and field.required for field in kinds()[kind].fields)


def choice(kind: str, rows: list[edits.Row], new: str) -> edits.Row | None:
    """Let the person choose the line to correct, or a new one (None)."""
    labels = {_label(kind, row): row for row in rows}
    chosen = str(st.selectbox("Ligne à modifier", [new, *labels], key=f"ligne_{kind}"))
    if chosen == new and not rows:
        blocks.note("Rien n’est encore enregistré ici\u00a0: ajoutez la première ligne.")
    return labels.get(chosen)


def _label(kind: str, row: edits.Row) -> str:
    formats = {field.name: field.date_format for field in kinds()[kind].fields}
    values = [(name, row[name]) for name in kinds()[kind].key]
    parts = [
        (name, value.strftime(formats[name]) if isinstance(value, date) else edits.as_text(value))
        for name, value in values
    ]
    return " · ".join(school_name(text) if name == "ecole" else text for name, text in parts if text)
