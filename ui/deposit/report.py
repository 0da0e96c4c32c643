"""The page Dépôt: what a file would bring, its rejected lines to correct, what it changes, what to check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

import pandas as pd
import pyarrow.compute as pc
import streamlit as st

from data.deposit.apply import DepositReport, Finding
from ui.deposit import groups
from ui.deposit import sentences as say
from ui.kit import blocks, tables
from ui.kit.blocks import Figure
from ui.kit.formats import SPACE, number, plural
from ui.kit.sheet import sheet_of

ROWS_SHOWN = 200
READ_AT_ONCE = 50
TO_CORRECT = "_lignes_a_corriger"


@dataclass(frozen=True)
class Read:
    """A deposit report with its findings already grouped: a long file may have hundreds of thousands of them."""

    report: DepositReport
    rejected: pd.DataFrame
    warnings: pd.DataFrame

    @classmethod
    def of(cls, report: DepositReport) -> Read:
        """Group the findings of a report."""
        return cls(report, groups.grouped(report.rejected, report.kind), groups.grouped(report.warnings, report.kind))


def show(grouped: Read) -> None:
    """Show where every line goes, then what is rejected, what changes and what to check."""
    report = grouped.report
    blocks.takeaway(f"{report.file}{SPACE}: {say.summary(report)}")
    blocks.figures(_figures(report), "depot")
    if report.grid:
        st.subheader("Comment la grille est lue", anchor=False)
        blocks.note(
            "Votre fichier est une grille\u00a0: chaque case remplie devient un chiffre d’une cantine, un jour. "
            "Vérifiez les dates et ce que les nombres comptent."
        )
        cells = say.grid_table(report.grid)
        sheet_of(cells) if len(cells) <= READ_AT_ONCE else tables.table(cells, "grille_lue")
    if report.rejected:
        st.subheader(say.rejected_title(report.rejected_lines, len(grouped.rejected)), anchor=False)
        rows_to_correct(report)
        _findings(grouped.rejected, report.rejected, report.kind, "lignes_rejetees")
    _changes(report)
    if report.warnings:
        st.subheader(f"À vérifier ({plural(len(report.warnings), 'remarque')})", anchor=False)
        blocks.note(
            "Ces remarques n’empêchent pas d’enregistrer\u00a0: chacune dit comment ses lignes sont lues, "
            "ou ce qui étonne."
        )
        _findings(grouped.warnings, report.warnings, report.kind, "avertissements")


def _figures(report: DepositReport) -> list[Figure]:
    figures = [
        Figure("Nouvelles", number(report.new), "seront ajoutées"),
        Figure("Modifiées", number(report.changed), "remplaceront ou compléteront une valeur"),
        Figure("Inchangées", number(report.unchanged), "déjà connues ou en double"),
        Figure("Rejetées", number(report.rejected_lines), "ne seront pas enregistrées"),
        Figure("À vérifier", number(len(report.warnings)), "remarques, qui n’empêchent rien"),
    ]
    if report.without_measure:
        figures.insert(3, Figure("Sans mesure", number(report.without_measure), say.without_measure(report.kind)))
    return figures


def rows_to_correct(report: DepositReport, rank: int = 0) -> None:
    """Offer the rejected lines as a file to correct and deposit again; list those that could not be cut into cells."""
    if not report.rejected_rows.empty:
        stem = PurePath(report.file).stem.removesuffix(TO_CORRECT)
        tables.download_csv(
            report.rejected_rows,
            f"{stem}{TO_CORRECT}",
            "Télécharger les lignes à corriger (CSV)",
            key=f"{stem}{TO_CORRECT}_{rank}",
        )
        blocks.note(
            "Corrigez ces lignes dans Excel et déposez ce fichier tel quel\u00a0: sa dernière colonne dit pourquoi "
            "chaque ligne est rejetée, et sera ignorée."
        )
    uncut = report.rejected_lines - len(report.rejected_rows)
    if uncut:
        findings = report.rejected.table
        lines = findings["line"].filter(pc.is_null(findings["column"])).to_pylist()
        word = "ligne" if uncut == 1 else "lignes"
        sentence = plural(
            uncut, "ligne n’a pas pu être découpée en cases", "lignes n’ont pas pu être découpées en cases"
        )
        blocks.note(f"{sentence}\u00a0: à corriger dans votre fichier d’origine ({word} {say.lines_named(lines)}).")


def _findings(rows: pd.DataFrame, findings: Sequence[Finding], kind: str, key: str) -> None:
    """Show the findings by column and kind of reason, and each one on demand."""
    sheet_of(rows.head(READ_AT_ONCE))
    if len(rows) == len(findings) <= READ_AT_ONCE:
        return
    with st.expander(f"Voir une par une ({number(len(findings))})", key=f"une_par_une_{key}"):
        tables.table(say.findings_table(findings[:ROWS_SHOWN], kind), key, download=False)
        if len(findings) > ROWS_SHOWN:
            blocks.note(f"Les {ROWS_SHOWN} premières sont affichées\u00a0; le fichier CSV les contient toutes.")
        st.download_button(
            f"Télécharger la liste ({key}.csv)",
            data=lambda: tables.french_csv(say.findings_table(findings)),
            file_name=f"{key}.csv",
            mime="text/csv",
            key=f"csv_{key}",
            on_click="ignore",
            icon=":material/download:",
        )


def _changes(report: DepositReport) -> None:
    if report.changes.empty:
        return
    count = len(report.changes)
    first = " premières" if report.changed > count or count == ROWS_SHOWN else ""
    st.subheader(f"Valeurs modifiées ({number(count)}{first})", anchor=False)
    changes = say.changes_table(report.changes, report.kind)
    if count <= READ_AT_ONCE:
        sheet_of(changes)
    else:
        tables.table(changes, "valeurs_modifiees")


def left_to_correct(report: DepositReport, rank: int = 0) -> None:
    """Remind the user, after the deposit, of the rejected lines, and offer them again; `rank` is among its files."""
    if report.rejected_lines:
        lines = plural(report.rejected_lines, "ligne reste", "lignes restent")
        offer = "." if report.rejected_rows.empty else "\u00a0: voici le fichier, à déposer une fois corrigé."
        st.warning(f"{lines} à corriger{offer}", icon=":material/edit:")
        rows_to_correct(report, rank)
