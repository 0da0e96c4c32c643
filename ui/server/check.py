"""Health check of this installation: each point in one French line, with what to do when something is wrong."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit import config

from data.backup.daily import last_good
from data.demo import is_demo, is_empty
from data.faults import StoreBusy, StoreFault
from data.queries.forecasts.runs import latest_run
from data.store import Store, store_path
from data.version import VERSION
from ui import access
from ui.server.application import SCRIPT
from ui.server.start import LOOPBACK, missing_settings

MIB = 2**20
LEAST_FREE = 500 * MIB
OLD_BACKUP = timedelta(days=2)
LIBRARIES = ("duckdb", "streamlit", "pandas", "prophet")


@dataclass(frozen=True)
class Point:
    """One point of the check: whether it is sound, and the sentence about it."""

    sound: bool
    sentence: str


def main() -> int:
    """Print every point; return 1 when at least one is not sound."""
    config._main_script_path = str(SCRIPT)  # Streamlit looks for its configuration beside it
    points = list(points_of_installation())
    for point in points:
        print(f"  {'bon     ' if point.sound else 'À REVOIR'}  {point.sentence}")
    return 0 if all(point.sound for point in points) else 1


def points_of_installation() -> Iterator[Point]:
    """Check the versions, the store, the disk, the sign-in and the address."""
    installed = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield Point(True, f"Antigaspi {VERSION}, Python {platform.python_version()}, {installed}.")
    yield from _store()
    yield _disk()
    yield _sign_in()
    yield _address()


def _store() -> Iterator[Point]:
    if not store_path().exists():
        yield Point(True, f"Base {store_path()}\u00a0: aucune encore, elle sera créée au premier démarrage.")
        return
    try:
        store = Store(store_path())  # reads every table and applies the migrations
    except StoreBusy:
        yield Point(True, f"Base {store_path()}\u00a0: tenue par l’application, qui tourne. Arrêtez-la pour la relire.")
        yield _backup(expected=False)  # it may have started a moment ago
        return
    except StoreFault as fault:
        yield Point(False, str(fault))
        return
    try:
        yield Point(store.warning is None, store.warning or f"Base {store.path}\u00a0: lue en entier, à jour.")
        yield _backup(expected=not (is_demo(store) or is_empty(store)))
        run = latest_run(store)
    finally:
        store.close()
    if run is None:
        yield Point(True, "Prévisions\u00a0: aucune encore, elles seront calculées au démarrage.")
        return
    days = (datetime.now(ZoneInfo("UTC")).replace(tzinfo=None) - run.finished_at).days
    advice = " Des données ont changé depuis\u00a0: lancez «\u00a0refresh\u00a0»." if run.outdated else ""
    yield Point(not run.outdated, f"Prévisions\u00a0: calculées il y a {days} jours.{advice}")


def _backup(*, expected: bool) -> Point:
    """Say how old the last good backup is; a demonstration, or a store without a deposit, may have none."""
    last = last_good(store_path().resolve())
    if last is None:
        advice = " Démarrez l’application, ou lancez «\u00a0backup\u00a0»." if expected else ""
        return Point(not expected, f"Sauvegarde\u00a0: aucune n’est connue.{advice}")
    path, made_at = last
    age = datetime.now(UTC) - made_at
    advice = " Elle est trop ancienne\u00a0: regardez la page Réglages." if age > OLD_BACKUP else ""
    hours = max(0, int(age.total_seconds() // 3600))
    old = f"{hours} h" if hours < 48 else f"{hours // 24} jours"
    return Point(not advice, f"Sauvegarde\u00a0: la dernière bonne a {old} ({path}).{advice}")


def _disk() -> Point:
    folder = next(parent for parent in store_path().resolve().parents if parent.exists())
    free = shutil.disk_usage(folder).free
    advice = "" if free >= LEAST_FREE else " Libérez-en\u00a0: un dépôt pourrait être refusé."
    return Point(free >= LEAST_FREE, f"Disque\u00a0: {free // MIB} Mo libres pour la base.{advice}")


def _sign_in() -> Point:
    if not access.sign_in_configured():
        return Point(True, "Connexion\u00a0: aucune n’est configurée, l’application ne répond qu’à ce poste.")
    missing = missing_settings()
    if missing:
        return Point(False, missing)
    return Point(True, f"Connexion\u00a0: configurée pour {st.secrets['auth']['redirect_uri']}.")


def _address() -> Point:
    address = str(config.get_option("server.address"))
    sound = address in LOOPBACK or access.sign_in_configured()
    advice = "" if sound else " Gardez 127.0.0.1 tant qu’aucune connexion n’est configurée."
    return Point(sound, f"Adresse\u00a0: {address}, port {config.get_option('server.port')}.{advice}")
