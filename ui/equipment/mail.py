"""The block of the page Équipement on mail addresses and satisfaction, by school and by trade."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data.people import marks_and_attendance as published_others
from data.people.agents import published
from data.people.mask import MASKED, MaskedCounts
from data.queries.rollout import ANSWERS, MAIL
from ui.equipment import view as equipment_view
from ui.kit import blocks, tables
from ui.kit.blocks import Figure
from ui.kit.formats import MISSING, number, plural
from ui.rollout.charts import school_name
from ui.session import ask


def mail_and_marks(month: date) -> None:
    """Answer: do the agents have a mail address, and are they satisfied?"""
    shown, marks = ask(published, month), ask(published_others.marks, month)
    with blocks.question("Ont-ils une messagerie, sont-ils satisfaits\u00a0?", equipment_view.MASK_NOTE):
        addresses = equipment_view.step_figure(equipment_view.funnel(month, [MAIL]).iloc[0].to_dict())
        satisfied = Figure(
            "Satisfaction", mark(marks.mean), answers_note(shown.schools), "Moyenne des notes de 1 à 5, par réponse."
        )
        blocks.figures([addresses, satisfied], "messagerie")
        with st.expander("Voir par école, par métier"):
            by_school, by_trade = st.tabs(["Par école", "Par métier"])
        with by_school:
            table = mail_table(shown.schools, marks.schools, "École")
            tables.table(table, "messagerie_par_ecole", height="content")
        with by_trade:
            table = mail_table(shown.trades, marks.trades, "Métier")
            tables.table(table, "messagerie_par_metier", height="content")


def mail_table(masked: MaskedCounts, marks: pd.Series, group: str) -> pd.DataFrame:
    """Return what people read of each group and of all: addresses, answers, and the mark where it is told."""
    text = masked.of([MAIL, ANSWERS]).as_text()
    told = [
        MISSING if answers in (MISSING, "0") else MASKED if pd.isna(mean) else number(mean, 1)
        for answers, mean in zip(text[ANSWERS], marks.reindex(text.index), strict=True)
    ]
    named = text.set_axis(text.index.map(school_name)).rename_axis(group).reset_index()
    return named.assign(**{"Satisfaction (sur 5)": told})


def mark(mean: float | None) -> str:
    """Write a mark out of 5."""
    return MISSING if mean is None else f"{number(mean, 1)} sur 5"


def answers_note(schools: MaskedCounts) -> str:
    """Say on how many answers the mean stands."""
    if schools.hidden_totals[ANSWERS]:
        return "moins de 5 réponses, ou un nombre qui permettrait de les retrouver"
    answers = schools.totals[ANSWERS]
    if pd.isna(answers) or answers == 0:
        return "aucune réponse ce mois-ci"
    silent = int((schools.counts[ANSWERS].isna() & ~schools.hidden[ANSWERS]).sum())
    return f"{plural(int(answers), 'réponse')}, {plural(len(schools.counts) - silent, 'école')}"
