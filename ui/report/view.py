"""The view Rapport of Synthèse: the mission makes a report in one click; those made before are kept and given."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from data.queries.pilot import Study
from data.report import kept
from data.report.kept import LONGEST_INTRODUCTION, Kept, ReportRefused
from data.selection import Selection
from data.store import Store
from ui import access
from ui.access import User, require
from ui.kit import blocks, sheet
from ui.kit.changes import actor_seen_by
from ui.kit.formats import SPACE, moment, plural
from ui.report.content import content_of
from ui.session import ask, store
from ui.summary.situation import Situation

CAPTION = (
    "Les chiffres de la période choisie ci-dessus, tels qu’on les connaît maintenant\u00a0: quatre pages à lire (PDF), "
    "six diapositives à montrer (PowerPoint), les chiffres à reprendre (Excel)."
)
FILES = {
    "pdf": ("Télécharger le PDF", "picture_as_pdf", "application/pdf"),
    "pptx": (
        "Télécharger le diaporama (PowerPoint)", "slideshow",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    "xlsx": (
        "Télécharger les chiffres (Excel)", "table",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
}  # fmt: skip
REFUSED, ROUND = "rapport_refuse", "rapport_tour"  # session keys: why nothing was kept; how many were made
SHOWN = 12  # reports of the list; all are in the choice


def report(user: User, facts: Situation, selection: Selection, study: Study) -> None:
    """Show the form of the mission, and the reports that are kept."""
    with blocks.question("Rapport du comité", CAPTION):
        if refusal := st.session_state.pop(REFUSED, None):
            blocks.problem("Rien n’a changé.", refusal)
        if kept.may_make(user):
            _form(user, facts, selection, study)
        _kept(user)


def _form(user: User, facts: Situation, selection: Selection, study: Study) -> None:
    turn = st.session_state.setdefault(ROUND, 0)
    text = st.text_area(
        "Introduction, si vous en voulez une", max_chars=LONGEST_INTRODUCTION, key=f"rapport_intro_{turn}",
        help="Elle ouvre le rapport, et reste gardée avec lui.",
    )  # fmt: skip
    if not st.button("Faire le rapport", type="primary", icon=":material/description:"):
        return
    try:
        with st.spinner("Le rapport se fait. Quelques secondes…"):
            make(store(), user, facts, selection, study, text)
    except ReportRefused as refusal:
        st.session_state[REFUSED] = str(refusal)
    else:
        st.session_state[ROUND] += 1
        st.toast("Rapport fait et gardé.", icon=":material/check_circle:")
    st.rerun()


def make(opened: Store, user: User, facts: Situation, selection: Selection, study: Study, introduction: str) -> int:
    """Make a report and keep it; return its number. Raises ReportRefused."""
    # Their libraries are loaded by the first report.
    from ui.report.deck import deck
    from ui.report.pdf import pdf
    from ui.report.workbook import workbook

    content = content_of(facts, selection, study, kept.introduction_of(introduction))
    files = {"pdf": pdf(content), "pptx": deck(content), "xlsx": workbook(content)}
    return kept.keep(opened, user, content.about, content.introduction, files)


# ---------------------------------------------------------------- reports that are kept
def _kept(user: User) -> None:
    """List the reports, give the files of one of them; the mission withdraws one, and puts it back."""
    every = ask(kept.reports)
    if every:
        _listed(every, user)
        by_number = {one.report_id: one for one in every}
        # The key changes with the last report: a new one becomes the choice.
        number = st.selectbox(
            "Rapport", list(by_number), format_func=lambda one: _name(by_number[one]), filter_mode="contains",
            key=f"rapport_choisi_{every[0].report_id}",
        )  # fmt: skip
        _one(by_number[number], user)
    else:
        blocks.empty_state("Aucun rapport n’est encore gardé. La mission numérique les fait ici.")
    if kept.may_make(user):
        _withdrawn()


def _listed(every: list[Kept], user: User) -> None:
    rows = [
        sheet.row([
            sheet.cell(moment(one.made_at), note=f"par {actor_seen_by(user, one.made_by)}"),
            sheet.cell(one.filters, "text", note=one.introduction or ""),
        ])
        for one in every[:SHOWN]
    ]  # fmt: skip
    sheet.sheet(["Fait le", "Période et introduction"], rows)
    if len(every) > SHOWN:
        blocks.note(f"Et {plural(len(every) - SHOWN, 'autre')}, dans la liste ci-dessous.")


def _name(one: Kept) -> str:
    # Ordinary spaces, as people type them in a search.
    return f"{moment(one.made_at)}, {one.filters}".replace(SPACE, " ")


def _one(one: Kept, user: User) -> None:
    with st.container(horizontal=True):
        for name, (label, icon, mime) in FILES.items():
            st.download_button(
                label, data=partial(file, store(), one.report_id, name, user), file_name=file_name(one, name),
                mime=mime, on_click="ignore", icon=f":material/{icon}:", key=f"rapport_{name}",
            )  # fmt: skip
        if kept.may_make(user):
            st.button(
                "Retirer ce rapport", icon=":material/undo:", on_click=_act, args=(kept.withdraw, one.report_id)
            )  # fmt: skip


def file_name(one: Kept, name: str) -> str:
    """Return the name of a file of a report: it has its day and its number."""
    return f"rapport_comite_{one.made_at:%Y-%m-%d}_{one.report_id}.{name}"


def file(opened: Store, report_id: int, name: str, user: User) -> bytes:
    """Return a file of a report, if the user may still have it at the time of the download."""
    if not kept.may_read(access.now(user, opened)):
        raise PermissionError(user.name)
    content = kept.file_of(opened, report_id, name)
    opened.note(user.name, "download", {"file": f"rapport_comite_{report_id}.{name}"})
    return content


def _withdrawn() -> None:
    every = ask(kept.reports, withdrawn=True)
    if not every:
        return
    with st.expander(f"{plural(len(every), 'rapport retiré', 'rapports retirés')}", key="rapports_retires"):
        for one in every:
            text, button = st.columns([4, 1], vertical_alignment="center")
            with text:
                blocks.detail(_name(one))
            button.button(
                "Remettre", icon=":material/redo:", key=f"remettre_rapport_{one.report_id}", on_click=_act,
                args=(kept.put_back, one.report_id),
            )  # fmt: skip


def _act(act: Callable[..., None], report_id: int) -> None:
    try:
        act(store(), require("mission"), report_id)
    except ReportRefused as refusal:
        st.session_state[REFUSED] = str(refusal)
        return
    st.toast("C’est fait.", icon=":material/check_circle:")
