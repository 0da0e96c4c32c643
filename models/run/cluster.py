"""A Dask cluster as an executor: same tasks, same figures, on the workers of a scheduler.

What a task is made of travels pickled, as to a process of this machine: the scheduler reads none of it, and needs none
of this code. A lost worker's tasks are given to the others. The scheduler drops the tasks of a client that is gone.
"""

from __future__ import annotations

import pickle
import platform
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from contextlib import suppress
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dask
from distributed import Client, KilledWorker
from distributed import Future as Task
from distributed.comm import get_address_host_port
from distributed.comm.core import CommClosedError

from models.failures import ExecutorFailed
from models.inputs.prophet import keep_quiet

PROJECT = Path(__file__).resolve().parents[2]
LIBRARIES = ("prophet", "cmdstanpy", "pandas", "numpy", "holidays", "vacances-scolaires-france")
ANSWER_SECONDS = 5
# How long to wait for another worker when all are lost.
PATIENCE_SECONDS, GLANCE_SECONDS = 60.0, 5.0

UNREACHABLE = (
    "Le cluster Dask {address} ne répond pas\u00a0: vérifiez que son ordonnanceur est lancé "
    "(«\u00a0dask scheduler\u00a0») et que DASK_SCHEDULER_ADDRESS donne son adresse. Sans cette variable, "
    "les prévisions se calculent sur cette machine."
)
NO_WORKER = (
    "Le cluster Dask {address} n’a aucun worker\u00a0: lancez-en au moins un («\u00a0dask worker {address}\u00a0»), "
    "puis relancez le calcul. Les prévisions précédentes restent en place."
)
LOST = (
    "Le cluster Dask {address} s’est arrêté pendant le calcul\u00a0: vérifiez-le, puis relancez le calcul. "
    "Les prévisions précédentes restent en place."
)
KILLED = (
    "Le même calcul a arrêté plusieurs workers du cluster Dask {address}, sans doute faute de mémoire\u00a0: voyez "
    "leurs journaux, puis relancez le calcul. Les prévisions précédentes restent en place."
)
DIFFERENT = (
    "Un worker du cluster Dask {address} n’a pas la même version d’Antigaspi ou de ses bibliothèques que cette "
    "machine\u00a0: mettez-le à jour, relancez-le depuis le dossier d’Antigaspi, puis relancez le calcul."
)


class Cluster(Executor):
    """Runs tasks on the workers of a scheduler; what a `partial` holds is sent once for all of them."""

    def __init__(self, address: str) -> None:
        """Connect to a scheduler that has a worker; raises ExecutorFailed."""
        self._address = address
        self._sent: dict[int, tuple[object, Task]] = {}
        self._pending: set[Future[Any]] = set()
        self._closing = threading.Event()
        self._client = self._connect()
        threading.Thread(target=self._watch, daemon=True).start()

    def _connect(self) -> Client:
        # What is sent is large, is sent once, and nobody reads a warning of it.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "10 GB"})
        try:
            # Dask would knock for long at a door that does not open, and longer at closing what it had opened.
            socket.create_connection(get_address_host_port(self._address), timeout=ANSWER_SECONDS).close()
            client = Client(self._address, timeout=ANSWER_SECONDS, set_as_default=False)
        except Exception as error:  # whatever answers there may be anything but a scheduler
            raise self._failure(UNREACHABLE) from error
        try:
            client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        except TimeoutError as error:
            client.close()
            raise self._failure(NO_WORKER) from error
        return client

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:  # noqa: ANN401
        """Have a function run by a worker."""
        whole = function if isinstance(function, partial) else partial(function)
        call = pickle.dumps((whole.func, arguments, {**whole.keywords, **named}))
        once = [self._send(value) for value in whole.args]
        task = self._client.submit(_courier(), str(PROJECT), fingerprint(), call, *once, pure=False)
        answer: Future[Any] = Future()
        self._pending.add(answer)
        task.add_done_callback(partial(self._settle, answer))
        return answer

    def _send(self, value: object) -> Task:
        # A task that gives back what it is given: unlike scattered data, it is run again when its worker is lost.
        if id(value) not in self._sent:
            self._sent[id(value)] = (value, self._client.submit(bytes, pickle.dumps(value), pure=False))
        return self._sent[id(value)][1]

    def _settle(self, answer: Future[Any], task: Task) -> None:
        self._pending.discard(answer)
        with suppress(InvalidStateError):  # already given up
            try:
                answer.set_result(pickle.loads(task.result()))
            except (CancelledError, CommClosedError):
                answer.set_exception(self._failure(LOST))
            except KilledWorker:
                answer.set_exception(self._failure(KILLED))
            except (ImportError, Different):
                answer.set_exception(self._failure(DIFFERENT))
            except Exception as error:
                answer.set_exception(error)

    def _watch(self) -> None:
        """Give up when no worker has been there for long: the scheduler would wait for one for ever."""
        seen = time.monotonic()
        while not self._closing.wait(GLANCE_SECONDS):
            if self._client.scheduler_info(n_workers=1)["workers"]:
                seen = time.monotonic()
            elif time.monotonic() - seen > PATIENCE_SECONDS:
                for answer in list(self._pending):
                    with suppress(InvalidStateError):
                        answer.set_exception(self._failure(NO_WORKER))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Leave the cluster, which drops what it had not finished."""
        self._closing.set()
        self._client.close()

    def _failure(self, sentence: str) -> ExecutorFailed:
        return ExecutorFailed(sentence.format(address=self._address))


class Different(Exception):
    """A worker that would not compute the same figures."""


@cache
def fingerprint() -> str:
    """Return what is the same on two machines that compute the same figures: code and libraries."""
    code = sha256()
    for room in ("data", "models"):
        for path in sorted((PROJECT / room).rglob("*.py")):
            code.update(path.read_bytes())
    return " ".join([code.hexdigest(), platform.python_version(), *map(version, LIBRARIES)])


def perform(expected: str, call: bytes, *once: bytes) -> bytes:
    """Run a call on a worker, after the arguments sent once."""
    if fingerprint() != expected:
        raise Different
    keep_quiet()
    function, arguments, named = pickle.loads(call)
    return pickle.dumps(function(*map(pickle.loads, once), *arguments, **named))


def _courier() -> Callable[..., bytes]:
    """Return a function that travels whole, being local: a worker cannot import this module before it has run."""

    def run(project: str, *arguments: Any) -> bytes:  # noqa: ANN401
        for folder in (project, str(Path.cwd())):
            if folder not in sys.path:
                sys.path.insert(0, folder)
        from models.run import cluster

        return cluster.perform(*arguments)

    return run
