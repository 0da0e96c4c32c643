"""What all sessions share: the store, the cached answers, the background computation of the forecasts."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import streamlit as st

from data.clock import today_in_paris
from data.queries.forecasts import runs
from data.store import State, Store, StoreFault, store_path
from models.failures import RefreshFailed
from ui import kept

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


class Door:
    """The store of one file in this process, and the computation of its forecasts.

    It is not in a cache of Streamlit: a message from a browser can empty those.
    """

    def __init__(self, path: Path) -> None:
        """Open the store; raises what Store raises."""
        self.store = Store(path)
        self.refresh = RefreshJob(self._compute)
        self._start = threading.Lock()

    def start_once(self) -> None:
        """Start the computation when forecasts are missing or outdated; only the first call does anything."""
        if self._start.acquire(blocking=False) and runs.forecasts_outdated(self.store):
            request_refresh()

    def _compute(self, progress: Callable[[int, int], None]) -> object:
        from models.refresh import refresh

        return refresh(self.store, "application", progress)


_doors: dict[Path, Door] = {}
_opening = threading.Lock()
# The computation that waits until the canteens have told of their noon.
QUIET_MINUTES = 5
_waiting: list[threading.Timer] = []


@lru_cache(maxsize=8)
def _resolved(path: Path) -> Path:
    """Return where the file is; a page asks a hundred times, and each link of the path costs a call of the system."""
    return path.resolve()


def _door() -> Door:
    path = _resolved(store_path().absolute())
    with _opening:
        if path not in _doors:
            _doors[path] = Door(path)
        return _doors[path]


def opened() -> Store:
    """Return the store of this process; raises what Store raises."""
    return _door().store


def cannot_open() -> str | None:
    """Return why the store of this process cannot be opened, in French, or None."""
    try:
        opened()
    except StoreFault as error:
        return str(error)
    return None


def close() -> None:
    """Close every store of this process; the next question opens it again."""
    with _opening:
        while _waiting:
            _waiting.pop().cancel()
        while _doors:
            _doors.popitem()[1].store.close()
    for memory in (answers, lately):
        memory.clear()


def store() -> Store:
    """Return the store of this process, or show in French why it cannot be opened and stop the run."""
    problem = cannot_open()
    if problem:
        st.error("La base de données ne peut pas être ouverte.", icon=":material/error:")
        st.text(problem)
        st.stop()
    _door().start_once()
    return opened()


def ask(
    question: Callable[Concatenate[Store, Arguments], Answer], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Answer:
    """Return question(store, …), from memory as long as neither the store nor the day has changed.

    The arguments must be plain values, dates or frozen dataclasses: they are part of the key. The reader may change the
    answer: it is lent.
    """
    lately.get(_key(question, args, kwargs), lambda: question)
    return answer(question, *args, **kwargs)


def answer(
    question: Callable[Concatenate[Store, Arguments], Answer], *args: Arguments.args, **kwargs: Arguments.kwargs
) -> Answer:
    """Return what `ask` returns, without remembering that somebody asked."""
    door = store()
    key = (door.state(), today_in_paris(), *_key(question, args, kwargs))
    return kept.lent(answers.get(key, lambda: question(door, *args, **kwargs)))


def _key(question: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
    return question.__module__, question.__qualname__, args, tuple(sorted(kwargs.items()))


def forget_older(state: State) -> None:
    """Forget the answers about other states of the store than this one: nobody asks them any more."""
    answers.keep(lambda key: key[0] == state)


def asked_lately() -> list[tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]]:
    """Return the questions asked lately, each with its arguments, the last one first."""
    return [(question, args, dict(kwargs)) for (_, _, args, kwargs), question in reversed(lately.values().items())]


answers, lately = kept.Kept(600), kept.Kept(200)


# ---------------------------------------------------------------- refresh of the forecasts
@dataclass(frozen=True)
class RefreshState:
    """State of the computation: status is idle, running, done or failed; `done` of `total` series are computed."""

    status: str = "idle"
    done: int = 0
    total: int = 0
    message: str = ""


class RefreshJob:
    """Compute the forecasts in the background, one computation at a time in this process."""

    def __init__(self, compute: Callable[[Callable[[int, int], None]], object]) -> None:
        """Take the blocking computation; its argument is a progress callback (done, total)."""
        self._compute = compute
        self._lock = threading.Lock()
        self._state = RefreshState()
        self._again = False

    def state(self) -> RefreshState:
        """Return the present state of the computation."""
        with self._lock:
            return self._state

    def request(self) -> None:
        """Start the computation; if it is running, make it run once more afterwards."""
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
    return _door().refresh


def request_refresh() -> None:
    """Compute the forecasts again after a change of the data; with ANTIGASPI_AUTO_REFRESH=0, only the button does."""
    if os.environ.get("ANTIGASPI_AUTO_REFRESH") != "0":
        refresh_job().request()


def request_refresh_soon() -> None:
    """Compute the forecasts again once nothing has changed for some minutes: many canteens tell of the same noon."""
    with _opening:
        while _waiting:
            _waiting.pop().cancel()
        _waiting.append(threading.Timer(QUIET_MINUTES * 60, request_refresh))
        _waiting[0].daemon = True
        _waiting[0].start()


def _explain(error: Exception) -> str:
    """Return the message of an error that is written for users, else a general sentence."""
    if isinstance(error, StoreFault | RefreshFailed):
        return str(error)
    return (
        "Le calcul des prévisions s’est arrêté sur une erreur imprévue. "
        "Relancez-le\u00a0; si cela recommence, prévenez la mission numérique."
    )
