"""The page Dépôt: choose a file, read what it brings, say where its unknown labels belong, confirm."""

from __future__ import annotations

import hashlib
from pathlib import PurePath

import streamlit as st

from data import queries
from data.deposit import DepositRefused, DepositReport, Finding, apply, preview
from ui import blocks, tables
from ui import deposit_words as say
from ui.access import User
from ui.blocks import Figure
from ui.formats import SPACE, as_text, number, plural
from ui.session import ask, request_refresh, store

ROWS_SHOWN = 200
LABELS_ASKED = 15
LATER = "Laisser à rattacher"
Attachments = dict[tuple[str, str], str]


def choose(user: User) -> None:
    """Take one file, show what it would bring, and apply it when confirmed."""
    with blocks.question("Quel fichier déposez-vous\u00a0?", "Rien n’est enregistré avant votre confirmation."):
        st.session_state.setdefault("deposit_round", 0)
        # No filter on the extension: our own refusal says what is wrong and what to do, in French.
        file = st.file_uploader(
            "Votre fichier CSV ou Excel (.xlsx)\u00a0: journal, rattachements, cantines, écoles, effectifs, menus, "
            "grèves, vacances, années scolaires ou événements",
            key=f"deposit_{st.session_state['deposit_round']}",
            help="Un fichier à la fois, 50\u00a0Mo au plus.",
        )
        blocks.note("«\u00a0Upload\u00a0» ouvre le choix du fichier\u00a0; vous pouvez aussi le glisser dans le cadre.")
        if file is None:
            st.session_state.pop("deposit_preview", None)
            _last_success()
            return
        st.session_state.pop("deposit_done", None)
        content = file.getvalue()
        try:
            report, digest = _preview(file.name, content)
        except DepositRefused as refusal:
            blocks.problem("Ce fichier est refusé\u00a0: rien n’a été enregistré.", str(refusal))
            return
        _show(report)
        _confirm(report, content, user, _attachments(report, digest))


def _preview(name: str, content: bytes) -> tuple[DepositReport, str]:
    """Return the report of the file in the field, read again only when the file or the store changed.

    It stays with the person who chose the file: nobody else would ask for it.
    """
    digest = hashlib.sha256(content).hexdigest()
    key = (name, digest, store().version())
    known = st.session_state.get("deposit_preview")
    if known is None or known[0] != key:
        with st.spinner("Vérification du fichier…"):
            known = (key, preview(store(), name, content))
        st.session_state["deposit_preview"] = known
    return known[1], digest


def _show(report: DepositReport) -> None:
    blocks.takeaway(f"{report.file}{SPACE}: {say.summary(report)}")
    blocks.figures(
        [
            Figure("Lignes lues", number(report.lines), report.kind_title),
            Figure("Nouvelles", number(report.new), "seront ajoutées"),
            Figure("Modifiées", number(report.changed), "remplaceront ou compléteront une valeur"),
            Figure("Inchangées", number(report.unchanged), "déjà connues ou en double dans le fichier"),
            Figure("Sans mesure", number(report.without_measure), say.without_measure(report.kind)),
            Figure("Rejetées", number(report.rejected_lines), "ne seront pas enregistrées"),
        ],
        "depot",
    )
    _findings(say.rejected_title(report), report.rejected, "lignes_rejetees")
    _rows_to_correct(report)
    _findings(f"À vérifier ({number(len(report.warnings))})", report.warnings, "avertissements")
    if not report.changes.empty:
        names = {"line": "Ligne", "key": "Clé", "column": "Colonne", "old": "Valeur actuelle", "new": "Nouvelle valeur"}
        st.subheader(_changes_title(len(report.changes)), anchor=False)
        changes = report.changes.assign(column=report.changes["column"].map(say.column_title))
        tables.table(changes.rename(columns=names), "valeurs_modifiees")


def _changes_title(count: int) -> str:
    first = " premières" if count == ROWS_SHOWN else ""
    return f"Valeurs modifiées ({number(count)}{first})"


def _findings(title: str, findings: list[Finding], key: str) -> None:
    """Show findings by column and kind of reason, then one by one."""
    if not findings:
        return
    st.subheader(title, anchor=False)
    groups, frame = say.grouped(findings), say.findings_table(findings)
    if len(groups) < len(frame):
        tables.table(groups, f"{key}_par_raison", download=False)
        blocks.note("Le détail, ligne par ligne\u00a0:")
    tables.table(frame.head(ROWS_SHOWN), key, download=False)
    if len(findings) > ROWS_SHOWN:
        blocks.note(f"Les {ROWS_SHOWN} premières sont affichées\u00a0; le fichier CSV les contient toutes.")
    tables.download_csv(frame, key, f"Télécharger la liste ({key}.csv)")


def _rows_to_correct(report: DepositReport) -> None:
    """Offer the rejected lines as a file to correct and deposit again."""
    if report.rejected_rows.empty:
        return
    stem = PurePath(report.file).stem
    tables.download_csv(report.rejected_rows, f"{stem}_lignes_a_corriger", "Télécharger les lignes à corriger (CSV)")
    blocks.note(
        "Corrigez ces lignes dans Excel et déposez ce fichier tel quel\u00a0: sa dernière colonne dit pourquoi chaque "
        "ligne est rejetée, et sera ignorée."
    )


def _attachments(report: DepositReport, digest: str) -> Attachments:
    """Ask to which canteen each unknown label belongs; nothing is chosen for anybody."""
    unknown = report.unknown_labels
    if unknown.empty or report.nothing_to_do:
        return {}
    st.subheader(f"Points de service inconnus ({number(len(unknown))})", anchor=False)
    blocks.note(
        "Vous pouvez dire dès maintenant à quelle cantine chacun appartient\u00a0: le choix est retenu. "
        "Ceux que vous laissez comptent dans les totaux de la ville, mais dans ceux d’aucune cantine."
    )
    known = ask(queries.places)
    labels = dict(zip(known["name"], known["label"], strict=True))
    asked = unknown.nlargest(LABELS_ASKED, "lines").to_dict("records")
    chosen = {}
    for position, row in enumerate(asked):
        canteen = _canteen_of(dict(row), labels, f"attach_{digest[:16]}_{position}")
        if canteen is not None:
            chosen[str(row["site"]), str(row["site_kind"])] = canteen
    if len(unknown) > LABELS_ASKED:
        rest = plural(len(unknown) - LABELS_ASKED, "autre point de service", "autres points de service")
        blocks.note(f"{rest} à rattacher ensuite, sur la page «\u00a0Données disponibles\u00a0».")
    return chosen


def _canteen_of(row: dict, labels: dict[str, str], key: str) -> str | None:
    """Ask for the canteen of one label, the closest names first; None leaves it “à rattacher”."""
    close = [name for name in row["canteens"] if name in labels]
    others = [name for name in labels if name not in close]
    names = {LATER: None} | {f"{labels[name]} (nom proche)": name for name in close} | {labels[n]: n for n in others}
    lines = plural(row["lines"], "ligne")
    label = f"«\u00a0{row['site']}\u00a0» ({row['site_kind']}), {lines}\u00a0: à quelle cantine\u00a0?"
    return names[st.selectbox(as_text(label), list(names), key=key)]


def _confirm(report: DepositReport, content: bytes, user: User, attachments: Attachments) -> None:
    with st.container(horizontal=True):
        if report.rejected_lines == report.lines:
            st.warning(
                "Aucune ligne acceptable\u00a0: corrigez les lignes rejetées, puis déposez le fichier à nouveau.",
                icon=":material/edit:",
            )
        elif report.nothing_to_do:
            st.info("Ce fichier n’apporte rien de nouveau\u00a0: il n’y a rien à enregistrer.", icon=":material/check:")
        elif st.button("Enregistrer ces données", type="primary", icon=":material/check:"):
            _apply(report.file, content, user, attachments)
        if st.button("Annuler" if not report.nothing_to_do else "Choisir un autre fichier"):
            _next_file()


def _apply(name: str, content: bytes, user: User, attachments: Attachments) -> None:
    try:
        with st.spinner("Enregistrement…"):
            report = apply(store(), name, content, user.name, attachments)
            # At once: leaving the spinner may stop this run, with the data in and nobody to ask for its forecasts.
            if report.kind in queries.FORECAST_KINDS:
                request_refresh()
    except DepositRefused as refusal:
        blocks.problem("Ce fichier est refusé\u00a0: rien n’a été enregistré.", str(refusal))
        return
    st.session_state["deposit_done"] = f"{report.file}{SPACE}: {say.summary(report)}"
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
