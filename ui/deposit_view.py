"""The page Dépôt: choose a file, read what it brings, confirm; then the history, and what the files must look like."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data import queries
from data.deposit import DepositRefused, DepositReport, Finding, apply, preview
from data.schemas import Kind, kinds
from ui import blocks, tables
from ui.access import User
from ui.blocks import Figure
from ui.formats import MISSING, SPACE, moment, number, plural
from ui.session import ask, request_refresh, store

ROWS_SHOWN = 200
# Kinds that change what the forecasts are learnt from.
FORECAST_KINDS = {"log", "mapping", "strikes", "holidays", "school_years"}


def choose(user: User) -> None:
    """Take one file, show what it would bring, and apply it when confirmed."""
    with blocks.question("Quel fichier déposez-vous\u00a0?", "Rien n’est enregistré avant votre confirmation."):
        st.session_state.setdefault("deposit_round", 0)
        # No filter on the extension: our own refusal says what is wrong and what to do, in French.
        file = st.file_uploader(
            "Votre fichier CSV (journal, rattachements, cantines, écoles, effectifs, menus ou grèves)",
            key=f"deposit_{st.session_state['deposit_round']}",
            help="Un fichier à la fois, 50\u00a0Mo au plus.",
        )
        blocks.note("«\u00a0Upload\u00a0» ouvre le choix du fichier\u00a0; vous pouvez aussi le glisser dans le cadre.")
        if file is None:
            _last_success()
            return
        st.session_state.pop("deposit_done", None)
        content = file.getvalue()
        try:
            with st.spinner("Vérification du fichier…"):
                report = ask(preview, file.name, content)
        except DepositRefused as refusal:
            blocks.problem("Ce fichier est refusé\u00a0: rien n’a été enregistré.", str(refusal))
            return
        _show(report)
        _confirm(report, content, user)


def _show(report: DepositReport) -> None:
    blocks.takeaway(f"{report.file}{SPACE}: {summary(report)}")
    blocks.figures(
        [
            Figure("Lignes lues", number(report.lines), report.kind_title),
            Figure("Nouvelles", number(report.new), "seront ajoutées"),
            Figure("Modifiées", number(report.changed), "remplaceront une valeur"),
            Figure("Inchangées", number(report.unchanged), "déjà connues"),
            Figure("Sans mesure", number(report.without_measure), "aucun chiffre sur la ligne"),
            Figure("Rejetées", number(report.rejected_lines), "ne seront pas enregistrées"),
        ],
        "depot",
    )
    _findings("Lignes rejetées", report.rejected, "lignes_rejetees")
    _findings("À vérifier", report.warnings, "avertissements")
    if not report.changes.empty:
        names = {"line": "Ligne", "key": "Clé", "column": "Colonne", "old": "Valeur actuelle", "new": "Nouvelle valeur"}
        st.subheader(f"Valeurs modifiées ({number(len(report.changes))} premières)", anchor=False)
        tables.table(report.changes.rename(columns=names), "valeurs_modifiees")


def summary(report: DepositReport) -> str:
    """Say in one sentence where every line of the file goes."""
    return (
        f"{plural(report.lines, 'ligne')} = {plural(report.accepted, 'acceptée')} "
        f"+ {number(report.without_measure)} sans mesure + {plural(report.unchanged, 'inchangée')} "
        f"+ {plural(report.rejected_lines, 'rejetée')}."
    )


def _findings(title: str, findings: list[Finding], key: str) -> None:
    if not findings:
        return
    frame = pd.DataFrame(
        {
            "Ligne": pd.array([finding.line for finding in findings], dtype="Int64"),
            "Colonne": [finding.column or MISSING for finding in findings],
            "Raison": [finding.reason for finding in findings],
        }
    )
    st.subheader(f"{title} ({number(len(findings))})", anchor=False)
    tables.table(frame.head(ROWS_SHOWN), key, download=False)
    if len(findings) > ROWS_SHOWN:
        blocks.note(f"Les {ROWS_SHOWN} premières sont affichées\u00a0; le fichier CSV les contient toutes.")
    tables.download_csv(frame, key, f"Télécharger la liste ({key}.csv)")


def _confirm(report: DepositReport, content: bytes, user: User) -> None:
    with st.container(horizontal=True):
        if report.nothing_to_do:
            st.info("Ce fichier n’apporte rien de nouveau\u00a0: il n’y a rien à enregistrer.", icon=":material/check:")
        elif st.button("Enregistrer ces données", type="primary", icon=":material/check:"):
            _apply(report.file, content, user)
        if st.button("Annuler" if not report.nothing_to_do else "Choisir un autre fichier"):
            _next_file()


def _apply(name: str, content: bytes, user: User) -> None:
    try:
        with st.spinner("Enregistrement…"):
            report = apply(store(), name, content, user.name)
    except DepositRefused as refusal:
        blocks.problem("Ce fichier est refusé\u00a0: rien n’a été enregistré.", str(refusal))
        return
    st.session_state["deposit_done"] = f"{report.file}{SPACE}: {summary(report)}"
    if report.kind in FORECAST_KINDS:
        request_refresh()
    _next_file()


def _next_file() -> None:
    """Empty the field: a new key is a new widget."""
    st.session_state["deposit_round"] += 1
    st.rerun()


def _last_success() -> None:
    done = st.session_state.get("deposit_done")
    if done is None:
        return
    st.success("C’est enregistré\u00a0: toutes les pages en tiennent déjà compte.", icon=":material/check_circle:")
    blocks.takeaway(done)
    with st.container(horizontal=True):
        blocks.link("pages/comite/gaspillage.py", "Voir le gaspillage")
        blocks.link("pages/cuisine/previsions.py", "Voir les prévisions")
        blocks.link("pages/mission/donnees.py", "Voir les données disponibles")


def history() -> None:
    """Show the last deposits."""
    titles = {name: kind.title for name, kind in kinds().items()}
    with blocks.question("Qu’a-t-on déjà déposé\u00a0?"):
        rows = ask(queries.deposits)
        if rows.empty:
            blocks.empty_state("Aucun fichier n’a encore été déposé.")
            return
        rows = rows.assign(
            deposited_at=rows["deposited_at"].map(moment), kind=rows["kind"].map(lambda name: titles.get(name, name))
        )
        names = ["Déposé le", "Fichier", "Contenu", "Par", "Lignes", "Acceptées", "dont modifiées", "Inchangées"]
        rows = rows.set_axis([*names, "Sans mesure", "Rejetées", "À vérifier"], axis="columns")
        tables.table(rows, "depots", height=min(430, 40 + 36 * len(rows)))


def expected_files() -> None:
    """Show the columns of each kind of file, with an empty model."""
    with blocks.question("À quoi doit ressembler le fichier\u00a0?", "Son type est reconnu à ses titres de colonnes."):
        by_title = {kind.title: kind for kind in kinds().values()}
        first = list(by_title.values()).index(kinds()["log"])
        kind = by_title[st.selectbox("Type de fichier", list(by_title), index=first)]
        blocks.note(kind.description)
        st.dataframe(columns_of(kind), hide_index=True)
        tables.download_csv(model_of(kind), f"modele_{kind.name}", "Télécharger le modèle vide (CSV)")
        blocks.note(
            "Accepté\u00a0: séparateur «\u00a0;\u00a0» ou «\u00a0,\u00a0», virgule ou point décimal, dates jj/mm/aaaa "
            "ou aaaa-mm-jj, enregistré en CSV par Excel ou LibreOffice. "
            "«\u00a0NA\u00a0» ou une case vide veut dire inconnu, jamais zéro."
        )


def columns_of(kind: Kind) -> pd.DataFrame:
    """Return one row per column of a kind of file."""
    return pd.DataFrame(
        {
            "Colonne": [field.name for field in kind.fields],
            "Obligatoire": ["oui" if field.required_column else "non" for field in kind.fields],
            "Ce qu’elle contient": [field.description for field in kind.fields],
            "Exemple": [field.example for field in kind.fields],
        }
    )


def model_of(kind: Kind) -> pd.DataFrame:
    """Return a file of this kind with its titles and no line."""
    return pd.DataFrame(columns=[field.name for field in kind.fields])
