"""The values that the application works with: each with its source and its history, to change or to take back."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from data import settings
from data.faults import StoreFault
from data.settings import ALL, SETTINGS, Setting, SettingRefused, Value, logo
from data.settings.known import LONGEST, LONGEST_FOLDER, LONGEST_SOURCE
from data.typography import french
from ui.access import require
from ui.kit import blocks, sheet
from ui.kit.formats import SPACE, escape, moment, number
from ui.session import ask, store

DONE, REFUSED = "reglage_fait", "reglage_refuse"  # session keys: what the last click did
SHOWN = 10
SEVERAL = re.compile(r"^(école|heure|jour|portion|semaine)s\b")


def section() -> None:
    """Show every value in force, the form of one of them, and its history."""
    current = ask(settings.values)
    with blocks.question("Avec quelles valeurs l’application travaille-t-elle\u00a0?"):
        sheet.sheet(["Réglage", "Valeur", "D’où elle vient"], [_row(setting, current[setting.key]) for setting in ALL])
    with blocks.question("Changer un réglage", "Le changement vaut aussitôt pour tout le monde, et s’annule."):
        if message := st.session_state.pop(DONE, None):
            st.success(message, icon=":material/check_circle:")
        setting = SETTINGS[
            st.selectbox(
                "Réglage",
                list(SETTINGS),
                format_func=lambda key: f"{SETTINGS[key].group} – {SETTINGS[key].title}".replace(SPACE, " "),
                filter_mode="contains",
                key="reglage",
            )
        ]
        if refusal := st.session_state.pop(REFUSED, None):
            st.html(f'<p class="refusal" role="alert">{escape(refusal)}</p>')
        _form(setting, current[setting.key])
        _history(setting)


def in_words(setting: Setting, value: Value) -> str:
    """Write the value in force of a setting, with its unit."""
    if setting.kind == "image":
        return "Oui, affiché sous le menu" if value.value else "Aucun"
    if value.value is None:
        return "À côté de la base" if setting.kind == "folder" else "Aucune"
    if setting.zero and not value.value:
        return setting.zero.capitalize()
    if setting.kind == "choice":
        return setting.choices[value.value].capitalize()
    if setting.kind not in ("number", "integer"):
        return str(value.value)
    digits = 0 if value.value == round(value.value) else 2
    unit = SEVERAL.sub(r"\1", setting.unit) if abs(value.value) < 2 else setting.unit
    return f"{number(value.value, digits)}{SPACE}{unit}"


def _row(setting: Setting, value: Value) -> tuple[str, ...]:
    since = f"Changé le {moment(value.set_at)} par {value.set_by}" if value.set_at else "Valeur d’origine"
    origin = french(value.source) if value.source else since
    return sheet.row([
        sheet.cell(setting.title, "name", note=setting.group),
        sheet.cell(in_words(setting, value)),
        sheet.cell(origin, "text", note=since if value.source else ""),
    ])  # fmt: skip


def _form(setting: Setting, value: Value) -> None:
    # The key has the change that is shown: after another one, the fields are filled anew.
    prefix = f"reglage_{setting.key}_{value.setting_id}"
    with st.form(f"form_{prefix}", border=False):
        _widget(setting, value, prefix)
        if setting.sourced:
            st.text_input(
                "Source", value.source, key=f"{prefix}_source", max_chars=LONGEST_SOURCE,
                help="Étude, délibération, facture… Elle s’affiche à côté des chiffres.",
            )  # fmt: skip
        if setting.help:
            blocks.note(setting.help)
        with st.container(horizontal=True):
            save = partial(_save, setting.key, prefix, value.setting_id)
            st.form_submit_button("Enregistrer", type="primary", icon=":material/check:", on_click=save)
            if not value.is_default:
                st.form_submit_button(
                    "Remettre la valeur d’origine", icon=":material/restart_alt:", on_click=partial(save, default=True)
                )


def _widget(setting: Setting, value: Value, prefix: str) -> None:
    label = f"{setting.title}{f' ({setting.unit})' if setting.unit else ''}"
    if setting.kind == "image":
        if png := logo.as_png(value.value):
            st.image(png, alt=setting.title)
        st.file_uploader(label, ["png", "jpg", "jpeg"], key=prefix, max_upload_size=1)
    elif setting.kind == "integer":
        st.number_input(label, int(setting.least), int(setting.most), int(value.value), key=prefix)
    elif setting.kind == "number":
        st.number_input(label, setting.least * 1.0, setting.most * 1.0, float(value.value), step=0.1, key=prefix)
    elif setting.kind == "choice":
        options = list(setting.choices)
        st.selectbox(label, options, options.index(value.value), format_func=setting.choices.__getitem__, key=prefix)
    else:
        longest = LONGEST if setting.kind == "text" else LONGEST_FOLDER
        st.text_input(label, value.value or "", key=prefix, max_chars=longest)


def _save(key: str, prefix: str, since: int, *, default: bool = False) -> None:
    setting, typed = SETTINGS[key], st.session_state.get(prefix)
    new: Any = None if default or typed is None else typed.getvalue() if setting.kind == "image" else typed
    if setting.kind == "image" and new is None and not default:
        st.session_state[REFUSED] = "Choisissez d’abord un fichier."
        return
    source = st.session_state.get(f"{prefix}_source", "")
    _do(partial(settings.save, key=key, new=new, source=source, since=since), setting)


def _take_back(setting_id: int, setting: Setting) -> None:
    _do(partial(settings.take_back, setting_id=setting_id), setting)


def _do(act: Any, setting: Setting) -> None:  # noqa: ANN401
    """Change something for the user, who is asked again for their right, and say what came of it."""
    user = require("administration")
    try:
        changed = act(store(), user.name)
    except (SettingRefused, StoreFault) as refusal:
        st.session_state[REFUSED] = str(refusal)
        return
    st.session_state[DONE] = f"{setting.title}\u00a0: {'c’est enregistré' if changed else 'rien n’a changé'}."


def _history(setting: Setting) -> None:
    rows = ask(settings.history)
    rows = rows[rows["key"] == setting.key]
    if rows.empty:
        blocks.note("Ce réglage n’a jamais été changé.")
        return
    sheet.sheet(["Quand", "Qui", "Avant", "Après"], [_change(setting, row) for _, row in rows.head(SHOWN).iterrows()])
    if len(rows) > SHOWN:
        blocks.note("Les plus anciens changements sont dans le journal des actions.")
    st.button(
        "Annuler le dernier changement", icon=":material/undo:", key=f"annuler_{rows['setting_id'].iloc[0]}",
        on_click=_take_back, args=(int(rows["setting_id"].iloc[0]), setting),
    )  # fmt: skip


def _change(setting: Setting, row: pd.Series) -> tuple[str, ...]:
    return sheet.row([
        sheet.cell(moment(row["set_at"])),
        sheet.cell(row["set_by"]),
        sheet.cell(french(settings.in_words(setting, row["before"]))),
        sheet.cell(french(settings.in_words(setting, row["after"])), "text"),
    ])  # fmt: skip
