"""The backups: the age of the last one, their list, one more now, one to download or to put back."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import streamlit as st

from data.access.rights import Act, reach
from data.backup import daily, folder
from data.backup.folder import Backup
from data.faults import StoreFault
from data.settings import values
from data.store import Store
from ui import access
from ui import daily as daily_thread
from ui.access import User
from ui.kit import blocks, sheet
from ui.kit.formats import SPACE, moment, plural
from ui.session import ask, store
from ui.settings import restore
from ui.settings import sentences as say

SHOWN = 12
COPYING, CHECKING = "Copie de la base…", "Vérification de la copie…"
DONE = "sauvegarde_faite"  # session key: the message after a run that changed something


def section(user: User) -> None:
    """Show the backups, and what can be done with one of them."""
    settings = ask(values)
    caption = (
        f"Une copie complète chaque jour à {settings['backup_hour'].value}{SPACE}h, fichiers d’origine compris, "
        "vérifiée en la relisant. Personne n’a à s’arrêter de travailler."
    )
    with blocks.question("L’application est-elle sauvegardée\u00a0?", caption):
        if message := st.session_state.pop(DONE, None):
            st.success(message, icon=":material/check_circle:")
        backups = folder.backups(daily.folder_of(store()), store().path)
        _state(backups)
        if st.button("Sauvegarder maintenant", icon=":material/save:", type="primary"):
            _save_now(user)
        if backups:
            _listed(backups)
            _one(backups, user)
        blocks.note(
            f"Dossier{SPACE}: {daily.folder_of(store())}. Gardées{SPACE}: celles des dernières 24 heures, puis une par "
            f"jour ({plural(settings['backup_days'].value, 'jour')}) et une par semaine "
            f"({plural(settings['backup_weeks'].value, 'semaine')}). Une copie posée dans ce dossier y est listée."
        )


def _state(backups: list[Backup]) -> None:
    now = datetime.now(UTC)
    made = [backup.made_at for backup in backups if backup.kind == "ours"]
    # One that the command wrote into another folder counts too.
    made += [last[1]] if (last := daily.last_good(store().path)) else []
    if failed := daily_thread.failure():
        blocks.problem(f"La sauvegarde du {moment(failed.at)} n’a pas pu être faite.", failed.reason)
    if not made:
        blocks.empty_state(say.NONE_YET)
        return
    blocks.takeaway(say.last_one(max(made), now))
    if now - max(made) > say.OLD:
        st.warning("Elle date de plus de deux jours\u00a0: sauvegardez maintenant.", icon=":material/warning:")


def _save_now(user: User) -> None:
    bar = st.progress(0.0, COPYING)

    def progress(copied: int, total: int) -> None:
        bar.progress(copied / total, CHECKING if copied == total else COPYING)

    try:
        path = daily.back_up(store(), user.name, progress)
    except StoreFault as fault:
        bar.empty()
        blocks.problem("La sauvegarde n’a pas été faite.", str(fault))
        return
    st.session_state[DONE] = f"Sauvegarde faite et vérifiée\u00a0: {path.name}."
    st.rerun()


def _listed(backups: list[Backup]) -> None:
    rows = [
        sheet.row([
            sheet.cell(moment(backup.made_at)),
            sheet.cell(say.KINDS[backup.kind], "text", note=backup.path.name),
            sheet.cell(say.size(backup.size), "number"),
        ])
        for backup in backups[:SHOWN]
    ]  # fmt: skip
    sheet.sheet(["Faite le", "Fichier", "Taille"], rows)
    if len(backups) > SHOWN:
        blocks.note(f"Et {plural(len(backups) - SHOWN, 'autre')}, dans la liste ci-dessous.")


def _one(backups: list[Backup], user: User) -> None:
    by_path = {backup.path: backup for backup in backups}
    path = st.selectbox(
        "Sauvegarde à reprendre",
        list(by_path),
        format_func=lambda path: say.name_of(by_path[path]),
        filter_mode="contains",
        key=f"sauvegarde_{backups[0].path.name}",
    )
    with st.container(horizontal=True):
        st.download_button(
            "Télécharger",
            data=partial(content, store(), path, user),
            file_name=path.name,
            mime="application/octet-stream",
            on_click="ignore",
            icon=":material/download:",
        )
        if st.button("Restaurer…", icon=":material/settings_backup_restore:"):
            restore.ask_restore(path)


def content(opened: Store, path: Path, user: User) -> bytes:
    """Return a backup, if the user may still read it at the time of the download."""
    if not reach(access.now(user, opened), Act.ADMINISTER):
        raise PermissionError(user.name)
    opened.note(user.name, "download", {"file": path.name})
    return path.read_bytes()
