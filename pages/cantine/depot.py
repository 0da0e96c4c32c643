"""Déposer un fichier: choose it, read its report, confirm."""

from __future__ import annotations

import streamlit as st

from data.queries import overview
from ui.access import may_deposit, require
from ui.deposit import help, history, view
from ui.kit import blocks
from ui.session import ask

user = require("cantine")
blocks.page_title("Déposer un fichier", "Que contient mon fichier, et qu’est-ce qui sera enregistré\u00a0?")
if ask(overview.store_overview).demo:
    st.info(
        "Pour vos vrais fichiers, la mission numérique doit d’abord repartir d’une base vide "
        "(page «\u00a0Données disponibles\u00a0»)\u00a0: sinon ils se mêleraient à la ville fictive.",
        icon=":material/info:",
    )
if not may_deposit(user, "log"):
    blocks.empty_state(
        "Votre compte n’a encore aucune cantine\u00a0: demandez à la mission numérique de vous les confier, puis "
        "revenez déposer vos fichiers ici."
    )
    st.stop()
view.choose(user)
history.history(user)
help.expected_files()
