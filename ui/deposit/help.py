"""The page Dépôt, last block: what each kind of file must look like, what is accepted, what is refused and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import islice

import pandas as pd
import streamlit as st

from data.deposit.apply import preview
from data.export import templates
from data.kinds import Field, Kind, kinds, normalise
from data.store import Store
from data.typography import french
from ui.access import current, may_deposit
from ui.kit import blocks
from ui.kit.sheet import cell, row, sheet
from ui.kit.tables import french_csv
from ui.session import ask

MIMES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
# An example of an unreadable cell for each type of error.
WRONG = {"enum": "X", "pattern": "cette année", "date": "31/09/2026", "integer": "environ 70", "number": "2 ou 3"}
EMPTY = "(vide)"
TITLES_SHOWN = 6
RULES = (
    "Fichiers acceptés : .csv, .tsv, .txt ou .xlsx, 50 Mo au plus ; séparateur « ; », « , », tabulation ou barre "
    "verticale ; colonnes dans n’importe quel ordre, avec ou sans accents et majuscules.",
    "Nombres avec une virgule ou un point, dates jj/mm/aaaa ou aaaa-mm-jj.",
    "Un nom compte 120 caractères au plus, un texte libre 300 : une ligne qui en a plus est rejetée.",
    "« NA » ou une case vide veut dire inconnu, jamais zéro. Les lignes vides et les lignes de total sont laissées de "
    "côté.",
    "Fichiers refusés : .xls, .ods, PDF, images et archives. Enregistrez-les d’abord en CSV ou en .xlsx.",
)


@dataclass(frozen=True)
class Refused:
    """An example line with one unreadable cell, and the reason that the deposit gives for it."""

    column: str
    cell: str
    reason: str


def expected_files() -> None:
    """Show the columns of each kind of file, models to download, and two small files: one accepted, one refused."""
    with blocks.question("À quoi doit ressembler le fichier\u00a0?", "Son type est reconnu à ses titres de colonnes."):
        by_title = {kind.title: kind for kind in kinds().values() if may_deposit(current(), kind.name)}
        first = list(by_title.values()).index(kinds()["log"])
        kind = by_title[st.selectbox("Type de fichier", list(by_title), index=first, key="type_de_fichier")]
        blocks.note(french(kind.description))
        with st.container(horizontal=True):
            for filled in (False, True):
                for form in templates.FORMS:
                    _download(kind, form, filled)
        _columns(kind)
        _accepted(kind)
        _refused(kind, ask(refused_lines, kind.name))
        blocks.sentences(map(french, RULES))


def _download(kind: Kind, form: templates.Form, filled: bool) -> None:
    write = templates.filled_example if filled else templates.empty_model
    st.download_button(
        f"{'Exemple rempli' if filled else 'Modèle vide'} ({'Excel' if form == 'xlsx' else 'CSV'})",
        data=partial(write, kind.name, form),
        file_name=templates.template_name(kind.name, form, filled=filled),
        mime=MIMES[form],
        key=f"{'exemple' if filled else 'modele'}_{form}",
        on_click="ignore",
        icon=":material/download:",
    )


def _columns(kind: Kind) -> None:
    """Say what each column contains."""
    rows = [
        row(
            [
                cell(field.name, "name"),
                cell("oui" if field.required_column else "non"),
                cell(french(field.description + field.values_note + field.length_note), "text"),
                cell(field.example),
                cell(", ".join(other_titles(field)), "text"),
            ]
        )
        for field in kind.own_fields
    ]
    titles = ["Colonne", "Obligatoire", "Ce qu’elle contient", "Exemple", "Titres aussi reconnus"]
    sheet(titles, rows, "Les colonnes")


def other_titles(field: Field) -> list[str]:
    """Return a few other headers that are recognised for a column."""
    others = (title for title in field.headers if title != normalise(field.name))
    return [title.replace("_", " ") for title in islice(others, TITLES_SHOWN)]


def _accepted(kind: Kind) -> None:
    names = _example_columns(kind)
    rows = [row(cell(line[name]) for name in names) for line in accepted_lines(kind)]
    sheet(names, rows, "Accepté\u00a0: deux façons d’écrire la même ligne")


def _refused(kind: Kind, refused: Iterable[Refused]) -> None:
    names = _example_columns(kind)
    example = {field.name: field.example for field in kind.own_fields}
    rows = []
    for refusal in refused:
        line = example | {refusal.column: refusal.cell or EMPTY}
        cells = [cell(line[name], "wrong" if name == refusal.column else "") for name in names]
        rows.append(row([*cells, cell(refusal.reason, "text")]))
    sheet([*names, "Pourquoi"], rows, "Refusé\u00a0: dans chacune de ces lignes, une case ne peut pas être lue")


def _example_columns(kind: Kind) -> list[str]:
    """Return the columns shown in the small example tables."""
    wrong_columns = {column for column, _ in wrong_cells(kind)}
    return [
        f.name for f in kind.own_fields if f.required_column or f.name in wrong_columns or f.name == kind.measures[0]
    ]


def accepted_lines(kind: Kind) -> list[dict[str, str]]:
    """Return the example line of a kind of file, written in two accepted ways."""
    return [{field.name: write(field) for field in kind.own_fields} for write in (_as_is, _otherwise)]


def _as_is(field: Field) -> str:
    return field.example


def _otherwise(field: Field) -> str:
    if field.type == "date":
        parts = field.example.replace("-", "/").split("/")
        return ("/" if "-" in field.example else "-").join(reversed(parts))
    if field.type == "number":
        return field.example.replace(",", ".")
    return field.example.lower() if field.enum else field.example


def wrong_cells(kind: Kind) -> list[tuple[str, str]]:
    """Return one example (column, cell) for each type of error that this kind of file can have."""
    cells: dict[str, tuple[str, str]] = {}
    for field in kind.own_fields:
        error = "enum" if field.enum else "pattern" if field.pattern else field.type
        if error in WRONG:
            cells.setdefault(error, (field.name, WRONG[error]))
        elif field.required:
            cells.setdefault("required", (field.name, ""))
    return list(cells.values())


def refused_lines(store: Store, name: str) -> list[Refused]:
    """Return each wrong cell with its reason, taken from a real preview so that the page shows the true one."""
    kind = kinds()[name]
    example = {field.name: field.example for field in kind.own_fields}
    lines = [example | {column: cell} for column, cell in wrong_cells(kind)]
    report = preview(store, "refus.csv", file_of(lines))
    reasons = {(finding.line, finding.column): finding.reason for finding in report.rejected}
    return [
        Refused(column, cell, reasons.get((line, column), ""))
        for line, (column, cell) in enumerate(wrong_cells(kind), start=2)
    ]


def file_of(lines: list[dict[str, str]]) -> bytes:
    """Return lines as a CSV file that French Excel would write."""
    return french_csv(pd.DataFrame(lines))
