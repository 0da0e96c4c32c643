"""The block of the page Équipement on mail addresses and satisfaction, by school and by trade."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data.people.agents import MonthCounts, month_counts
from data.people.marks_and_attendance import FEWEST_ANSWERS, mean_mark
from data.queries.rollout import ANSWERS, MAIL
from ui.access import sees_exact_counts
from ui.equipment import view
from ui.kit import blocks, tables
from ui.kit.blocks import Figure
from ui.kit.formats import MISSING, number, plural
from ui.session import ask

NOTE = f"Note moyenne de toutes les écoles, à partir de {FEWEST_ANSWERS} réponses. {view.UNKNOWN_NOTE}"


def mail_and_marks(month: date) -> None:
    """Answer: do the agents have a mail address, and are they satisfied?"""
    exact = sees_exact_counts()
    counts = ask(month_counts, month, exact=exact).of([MAIL, ANSWERS])
    with blocks.question("Ont-ils une messagerie, sont-ils satisfaits\u00a0?", NOTE):
        addresses = view.step_figure(view.funnel(month, [MAIL]).iloc[0].to_dict())
        satisfied = Figure(
            "Satisfaction",
            mark(ask(mean_mark, month, exact=exact)),
            answers_note(counts),
            "Moyenne des notes de 1 à 5, par réponse.",
        )
        blocks.figures([addresses, satisfied], "messagerie")
        with st.expander("Voir par école, par métier"):
            by_school, by_trade = st.tabs(["Par école", "Par métier"])
        with by_school:
            table = view.people_table(counts.schools, counts, "École")
            tables.table(table, "messagerie_par_ecole", height="content")
        with by_trade:
            table = view.people_table(counts.trades, counts, "Métier")
            tables.table(table, "messagerie_par_metier", height="content")


def mark(mean: float | None) -> str:
    """Write a mark out of 5."""
    return MISSING if mean is None else f"{number(mean, 1)} sur 5"


def answers_note(counts: MonthCounts) -> str:
    """Say how many answers the mean mark is based on."""
    answers, schools_known = counts.totals[ANSWERS], int(counts.schools[ANSWERS].notna().sum())
    if pd.isna(answers) or (counts.exact and answers == 0):
        return "aucune réponse ce mois-ci"
    answered = view.agents(int(answers), "réponse", exact=counts.exact)
    return f"{answered}, {plural(schools_known, 'école')}"
