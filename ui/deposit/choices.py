"""The page Dépôt: what a file leaves in doubt, for the depositor to decide before anything is recorded."""

from __future__ import annotations

import streamlit as st

from data.deposit.apply import DepositReport
from data.deposit.choices import AS_WRITTEN, NEXT_DAY, Choices, Split, value_in_words
from data.kinds import kinds
from ui.kit import blocks
from ui.kit.formats import SPACE, as_text, plural

DAYS = {
    "Le lendemain (minuit a été décalé par l’export)": NEXT_DAY,
    "La date telle qu’elle est écrite": AS_WRITTEN,
}
ADD_UP, KEEP = "Les additionner", "Ne garder que celles d’une valeur"


def early_dates(report: DepositReport, digest: str) -> str | None:
    """Ask how to read dates whose times show that they may be a day early; nothing is chosen by default."""
    if not report.early_columns:
        return None
    st.subheader("À décider\u00a0: le jour", anchor=False)
    for column, example in report.early_columns.items():
        title = _title(column, report.kind)
        blocks.note(
            f"«{SPACE}{title}{SPACE}»{SPACE}: toutes les heures sont 22:00, 23:00 ou presque minuit, par exemple "
            f"«{SPACE}{example}{SPACE}». Un export en temps universel (UTC) donne ainsi la veille du vrai jour."
        )
    day = st.radio("Quel jour lire\u00a0?", list(DAYS), index=None, key=f"early_{digest[:16]}")
    return DAYS[day] if day else None


def lines_of_one_key(report: DepositReport, digest: str) -> Choices | None:
    """Ask what to do with the lines that only a column without a place of its own tells apart."""
    if not report.splits:
        return None
    st.subheader("À décider\u00a0: les lignes qui se ressemblent", anchor=False)
    by_column = {split.column: split for split in report.splits}
    column = next(iter(by_column))
    if len(by_column) > 1:
        column = st.selectbox("Colonne qui les distingue", list(by_column), key=f"column_{digest[:16]}")
    split, key = by_column[column], f"{digest[:16]}_{column}"
    blocks.note(_example(split, report.kind))
    ways = ([ADD_UP] if split.measures else []) + ([KEEP] if split.values else [])
    question = f"Que faire des {plural(split.lines, 'ligne')} que «{SPACE}{column}{SPACE}» distingue{SPACE}?"
    way = st.radio(as_text(question), ways, index=None, key=f"way_{key}")
    if way == ADD_UP:
        return _sum(split, report.kind, key)
    return _value(split, key) if way == KEEP else None


def _title(column: str, kind: str) -> str:
    """Return the French title of a column of a kind of file."""
    return next(field.title for field in kinds()[kind].fields if field.name == column)


def _example(split: Split, kind: str) -> str:
    """Say which lines are alike, and what each figure is on them."""
    figures = [
        f"{_title(name, kind).lower()} {' et '.join(f'{value:g}'.replace('.', ',') for value in values)}"
        for name, values in zip(split.measures, split.first_figures, strict=True)
        if values
    ]
    lines = " et ".join(map(str, split.first_lines))
    return f"Par exemple les lignes {lines}{f'{SPACE}: ' if figures else ''}{', '.join(figures)}."


def _sum(split: Split, kind: str, key: str) -> Choices:
    """Ask which measures are added up: the others are the same on each line, and counted once."""
    titles = {_title(name, kind): name for name in split.measures}
    added = [title for title, name in titles.items() if name not in split.once]
    chosen = st.multiselect("À additionner", list(titles), default=added, key=f"sum_{key}", placeholder="Rien")
    if len(chosen) < len(titles):
        blocks.note("Les autres sont répétées sur chaque ligne\u00a0: comptées une seule fois.")
    return split.add_up(name for title, name in titles.items() if title not in chosen)


def _value(split: Split, key: str) -> Choices | None:
    """Ask for the value whose lines are kept: all the others of the file are set aside."""
    shown = {f"{value_in_words(value)} ({plural(lines, 'ligne')})": value for value, lines in split.values}
    value = st.selectbox("Valeur gardée", list(shown), index=None, key=f"kept_{key}", placeholder="Choisir")
    return split.keep(shown[value]) if value else None
