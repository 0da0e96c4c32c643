"""The page Dépôt: choose a file, read its report, choose the canteens of its unknown labels, confirm; or several."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data.access.rights import Act, reach
from data.deposit.apply import DepositRefused, DepositReport, NotYours, apply, base_name, forget, preview
from data.deposit.choices import NO_CHOICE, Choices
from data.deposit.report import Findings
from data.queries import overview
from data.queries.forecasts import runs
from ui import access
from ui.access import User
from ui.deposit import choices, several
from ui.deposit import report as deposit_report
from ui.deposit import sentences as say
from ui.deposit.report import Read
from ui.edit import block
from ui.kit import blocks
from ui.kit.changes import recorded_by
from ui.kit.formats import SPACE, as_text, number, plural
from ui.server.held import MAX_BY_SESSION, MIB
from ui.session import ask, request_refresh, store

STYLE = Path(__file__).with_name("deposit.css")
LABELS_SHOWN = 15
IN_ALL = MAX_BY_SESSION // MIB
# The report without a choice, the one with the choice of dates, and the one with all choices.
REPORTS_KEPT = 3
REFUSED = "Ce fichier est refusé\u00a0: rien n’a été enregistré."
# Session keys: the files in the field; why the last one was not read, or what came of its deposit (its report, or why
# it was refused); whether canteens were chosen for it.
HELD, REFUSAL, DONE, LOST = "deposit_file", "deposit_refused", "deposit_done", "deposit_attachments_lost"
MEALS = (
    ("pages/comite/gaspillage.py", "Voir le gaspillage"),
    ("pages/cuisine/semaine.py", "Voir les prévisions"),
)
PROGRAMME = (
    (block.ROLLOUT.values(), ("pages/mission/deploiement.py", "Voir le déploiement")),
    (block.EQUIPMENT.values(), ("pages/mission/equipement.py", "Voir l’équipement")),
    (block.PORTFOLIO.values(), ("pages/mission/portefeuille.py", "Voir le portefeuille")),
)
FIRST_ANSWER = "Répondez d’abord à la question posée plus haut\u00a0: le compte rendu du fichier paraîtra ensuite."
NOTHING_NEW = "Ce fichier n’apporte rien de nouveau"
LATER = "Laisser à rattacher"
Attachments = dict[tuple[str, str], str | None]


def choose(user: User) -> None:
    """Take one file, show what it would bring, and apply it when confirmed; or several, each in its turn."""
    st.html(STYLE)
    with blocks.question("Quels fichiers déposez-vous\u00a0?", "Rien n’est enregistré avant votre confirmation."):
        st.session_state.setdefault("deposit_round", 0)
        # No filter on the extension: our own refusal says what is wrong and what to do, in French.
        files = st.file_uploader(
            "Vos fichiers CSV ou Excel (.xlsx)",
            accept_multiple_files=True,
            key=f"deposit_{st.session_state['deposit_round']}",
        )
        _hold_only({file.file_id for file in files})
        if not files:
            st.session_state.pop("deposit_preview", None)
            _last_outcome(user)
            return
        for message_key in (REFUSAL, DONE, LOST, several.OUTCOMES):
            st.session_state.pop(message_key, None)
        if len(files) == 1:
            _one_file(files[0].name, files[0].getvalue(), user)
        else:
            several.choose([(file.name, file.getvalue()) for file in files], user, _empty_field)


def _one_file(name: str, content: bytes, user: User) -> None:
    """Show what a file would bring, ask what it leaves in doubt, and apply it when confirmed."""
    try:
        grouped, digest = _preview(name, content, user)
        grouped = _decided(name, content, grouped, digest, user)
    except DepositRefused as refusal:
        if isinstance(refusal, NotYours):
            access.note_refusal(store(), user, f"dépôt du fichier {base_name(name)}")
        _refuse(name, REFUSED, str(refusal))
    if not _awaits_answer(grouped.report):
        deposit_report.show(grouped)
    _confirm(grouped.report, content, user, _attachments(grouped.report, digest, user))


def _hold_only(file_ids: set[str]) -> None:
    """Release the files that are no longer in the field: Streamlit would keep their bytes for the whole session."""
    gone, context = st.session_state.get(HELD, set()) - file_ids, get_script_run_ctx()
    if gone and context is not None:
        if isinstance(context.uploaded_file_mgr, MemoryUploadedFileManager):
            for file_id in gone:
                context.uploaded_file_mgr.remove_file(context.session_id, file_id)
        forget()
        several.forget()
    st.session_state[HELD] = file_ids


def _refuse(name: str, title: str, reason: str) -> NoReturn:
    """Keep the reason of a refusal, and empty the field: the bytes of the file are no longer needed."""
    st.session_state[REFUSAL] = title, f"{base_name(name)}{SPACE}: {reason}"
    _next_file()


def _decided(name: str, content: bytes, grouped: Read, digest: str, user: User) -> Read:
    """Ask what the file leaves in doubt, and return its report once this is decided."""
    dates = choices.early_dates(grouped.report, digest)
    if dates:
        grouped, _ = _preview(name, content, user, Choices(early_dates=dates))
    lines = choices.lines_of_one_key(grouped.report, digest)
    if lines:
        grouped, _ = _preview(name, content, user, replace(lines, early_dates=dates))
    return grouped


def _preview(name: str, content: bytes, user: User, chosen: Choices = NO_CHOICE) -> tuple[Read, str]:
    """Return the report of the file in the field, read again only when the file, a choice or the store changed.

    The reports of the last choices stay in the session of the user: nobody else needs them.
    """
    digest = hashlib.sha256(content).hexdigest()
    key = (name, digest, store().state(), user)
    cached = st.session_state.get("deposit_preview")
    if cached is None or cached[0] != key:
        cached = st.session_state["deposit_preview"] = (key, {})
    reports: dict[Choices, Read] = cached[1]
    if chosen not in reports:
        with st.spinner("Lecture et vérification du fichier, rien n’est encore enregistré…"):
            reports[chosen] = Read.of(preview(store(), name, content, user, choices=chosen))
        if len(reports) > REPORTS_KEPT:
            del reports[list(reports)[1]]
    return reports[chosen], digest


def _attachments(report: DepositReport, digest: str, user: User) -> Attachments:
    """Ask to which canteen each unknown label belongs; only a canteen's own name is chosen by default."""
    unknown_labels = report.unknown_labels
    if unknown_labels.empty or report.nothing_to_do or not reach(user, Act.ATTACH):
        return {}
    st.subheader(f"Points de service inconnus ({number(len(unknown_labels))})", anchor=False)
    blocks.note(
        "Vous pouvez dire dès maintenant à quelle cantine chacun appartient\u00a0: le choix est retenu. "
        "Ceux que vous laissez comptent dans les totaux de la ville, mais dans ceux d’aucune cantine."
    )
    labels = ask(overview.canteen_labels)
    first_labels = unknown_labels.nlargest(LABELS_SHOWN, "lines").to_dict("records")
    attachments = {}
    for row in first_labels:
        # The key has the label, not its rank: a choice must not move to another label.
        canteen = _canteen_of(dict(row), labels, f"attach_{digest[:16]}_{row['site']}_{row['site_kind']}")
        # None leaves to be attached even a label that is the name of a canteen.
        attachments[str(row["site"]), str(row["site_kind"])] = canteen
    if len(unknown_labels) > LABELS_SHOWN:
        rest = plural(len(unknown_labels) - LABELS_SHOWN, "autre point de service", "autres points de service")
        blocks.note(f"{rest} à rattacher ensuite, sur la page «\u00a0Données disponibles\u00a0».")
    return attachments


def _canteen_of(row: dict, labels: dict[str, str], key: str) -> str | None:
    """Ask for the canteen of one label, the closest names first; None leaves it “à rattacher”."""
    close = [name for name in row["canteens"] if name in labels]
    others = [name for name in labels if name not in close]
    names = {LATER: None} | {f"{labels[name]} (nom proche)": name for name in close} | {labels[n]: n for n in others}
    lines = plural(row["lines"], "ligne")
    label = f"«\u00a0{row['site']}\u00a0» ({row['site_kind']}), {lines}\u00a0: à quelle cantine\u00a0?"
    chosen = list(names.values()).index(row["own_canteen"]) if row["own_canteen"] in names.values() else 0
    return names[st.selectbox(as_text(label), list(names), index=chosen, key=key)]


def _awaits_answer(report: DepositReport) -> bool:
    """Tell whether no line can be read before the user decides: the lines are then not wrong, nor to be corrected."""
    return report.undecided and report.rejected_lines == report.lines


def _confirm(report: DepositReport, content: bytes, user: User, attachments: Attachments) -> None:
    with st.container(horizontal=True):
        if _awaits_answer(report):
            st.info(FIRST_ANSWER, icon=":material/help:")
        elif report.rejected_lines == report.lines:
            st.warning(
                "Aucune ligne acceptable\u00a0: corrigez les lignes rejetées, puis déposez le fichier à nouveau.",
                icon=":material/edit:",
            )
        elif report.nothing_to_do:
            recorded = f", déjà enregistré{recorded_by(report.known_by, user)}" if report.known_by else ""
            st.info(as_text(f"{NOTHING_NEW}{recorded}\u00a0: il n’y a rien à enregistrer."), icon=":material/check:")
        elif st.button("Enregistrer ces données", type="primary", icon=":material/check:"):
            _apply(report, content, user, attachments)
        if st.button("Annuler" if not report.nothing_to_do else "Choisir un autre fichier"):
            _next_file()


def _apply(report: DepositReport, content: bytes, user: User, attachments: Attachments) -> None:
    """Deposit the file. Leaving the spinner may end this run, when something else is clicked: what came of it is in
    the session before, and the field is emptied.
    """
    opened, outcome = store(), []
    with st.spinner("Enregistrement…"):
        st.session_state[DONE] = outcome
        st.session_state[LOST] = any(attachments.values())
        _empty_field()
        try:
            report = apply(opened, report.file, content, user, attachments, choices=report.choices)
            # The warnings were already shown; a long file may have a million of them.
            outcome.append(replace(report, warnings=Findings.of([])))
        except DepositRefused as refusal:
            outcome.append(f"{base_name(report.file)}{SPACE}: {refusal}")
        else:
            if report.kind in runs.FORECAST_KINDS and not report.nothing_to_do:
                request_refresh()
    st.rerun()


def _empty_field() -> None:
    """Empty the field at the next run: a new key is a new widget."""
    st.session_state["deposit_round"] += 1


def _next_file() -> NoReturn:
    _empty_field()
    st.rerun()


def _last_outcome(user: User) -> None:
    """Show the result of the last file until another one is chosen."""
    if refusal := st.session_state.get(REFUSAL):
        blocks.problem(*refusal)
        return
    blocks.note(
        f"Un ou plusieurs fichiers, 50\u00a0Mo au plus chacun, {IN_ALL}\u00a0Mo en tout\u00a0; vous pouvez aussi les "
        "glisser dans le cadre, dans n’importe quel ordre. "
        "Plus bas\u00a0: les fichiers reconnus, avec un modèle et un exemple de chacun."
    )
    outcome: list[DepositReport | str] = st.session_state.get(DONE, [])
    if several.last_outcomes() or not outcome:
        return
    report = outcome[0]
    if isinstance(report, str):
        blocks.problem(REFUSED, report)
        return
    if report.nothing_to_do:
        _already_recorded(report, user)
        return
    st.success("C’est enregistré\u00a0: toutes les pages en tiennent déjà compte.", icon=":material/check_circle:")
    blocks.takeaway(f"{report.file}{SPACE}: {say.summary(report)}")
    deposit_report.left_to_correct(report)
    with st.container(horizontal=True):
        for page, label in pages_of(report.kind).items():
            blocks.link(page, label)


def _already_recorded(report: DepositReport, user: User) -> None:
    """Say that somebody else deposited the same data between the preview and the confirmation."""
    recorded = recorded_by(report.known_by, user) or " dans la base"
    message = f"Rien n’a été ajouté\u00a0: ce que dit ce fichier vient d’être enregistré{recorded}."
    if st.session_state.get(LOST):
        advice = "refaites-les sur la page «\u00a0Données disponibles\u00a0»"
        message += f" Vos choix de cantines ne sont pas gardés\u00a0: {advice}."
    st.warning(as_text(message), icon=":material/info:")
    blocks.takeaway(f"{report.file}{SPACE}: {say.summary(report)}")


def pages_of(kind: str) -> dict[str, str]:
    """Return the pages that show the data of this kind of file, each with the text of its link."""
    links = [link for kinds, link in PROGRAMME if kind in kinds]
    return dict([*(links or MEALS), ("pages/mission/donnees.py", "Voir les données disponibles")])
