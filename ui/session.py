"""The doors to the store that every session shares: the store, cached answers, the refresh of the forecasts."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from data import queries
from data.store import Store, StoreFault, store_path

Answer = TypeVar("Answer")
Asked = ParamSpec("Asked")


def store() -> Store:
    """Return the store of this process, or say in French why it cannot be opened and stop the run."""
    try:
        opened = _open(str(store_path()))
    except StoreFault as error:
        st.error("La base de données ne peut pas être ouverte.", icon=":material/error:")
        st.text(str(error))
        st.stop()
    _start_once(str(store_path()))
    return opened


def ask(question: Callable[Concatenate[Store, Asked], Answer], *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
    """Return question(store, …), from memory as long as the store has not changed.

    The arguments must be plain values, dates or frozen dataclasses: they are part of the key.
    """
    door = store()
    name = f"{question.__module__}.{question.__qualname__}"
    return _answer(str(door.path), door.version(), name, args, kwargs, question, door)


@st.cache_data(show_spinner=False, max_entries=600)
def _answer(
    path: str,  # noqa: ARG001  part of the key
    version: int,  # noqa: ARG001  part of the key
    name: str,  # noqa: ARG001  part of the key
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    _question: Callable[..., Any],
    _store: Store,
) -> Any:  # noqa: ANN401
    return _question(_store, *args, **kwargs)


@st.cache_resource(show_spinner=False, on_release=Store.close)
def _open(path: str) -> Store:
    return Store(Path(path))


# ---------------------------------------------------------------- refresh of the forecasts
@dataclass(frozen=True)
class RefreshState:
    """Where the computation stands: status is idle, running, done or failed; done of total series are computed."""

    status: str = "idle"
    done: int = 0
    total: int = 0
    message: str = ""


class RefreshJob:
    """Compute the forecasts in the background, one computation at a time in this process."""

    def __init__(self, compute: Callable[[Callable[[int, int], None]], object]) -> None:
        """Take the blocking computation, which is given a progress callback (done, total)."""
        self._compute = compute
        self._lock = threading.Lock()
        self._state = RefreshState()
        self._again = False

    def state(self) -> RefreshState:
        """Return where the computation stands now."""
        with self._lock:
            return self._state

    def request(self) -> None:
        """Start the computation, or have it run once more when one is under way."""
        with self._lock:
            if self._state.status == "running":
                self._again = True
                return
            self._state = RefreshState("running")
        threading.Thread(target=self._run, name="forecast-refresh", daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                self._compute(self._progress)
                outcome = RefreshState("done")
            except Exception as error:  # a failure must reach the page, whatever it is
                outcome = RefreshState("failed", message=_explain(error))
            with self._lock:
                self._state = RefreshState("running") if self._again else outcome
                if not self._again:
                    return
                self._again = False

    def _progress(self, done: int, total: int) -> None:
        with self._lock:
            self._state = RefreshState("running", done, total)


def refresh_job() -> RefreshJob:
    """Return the computation of the current store."""
    return _job(str(store_path()))


def request_refresh() -> None:
    """Ask for new forecasts because the data changed (ANTIGASPI_AUTO_REFRESH=0 leaves it to the button)."""
    if os.environ.get("ANTIGASPI_AUTO_REFRESH") != "0":
        refresh_job().request()


@st.cache_resource(show_spinner=False)
def _job(path: str) -> RefreshJob:
    from models.refresh import refresh

    opened = _open(path)
    return RefreshJob(lambda progress: refresh(opened, "application", progress))


@st.cache_resource(show_spinner=False)
def _start_once(path: str) -> None:
    """Start the computation once per process when the history has no forecast."""
    if queries.forecasts_outdated(_open(path)):
        request_refresh()


def _explain(error: Exception) -> str:
    """Return the message when it was written for people (RefreshFailed, HistoryEmpty), else a general sentence."""
    if type(error).__module__ == "models.refresh":
        return str(error)
    return (
        "Le calcul des prévisions s’est arrêté sur une erreur imprévue. "
        "Relancez-le\u00a0; si cela recommence, prévenez la mission numérique."
    )
