"""A Dask cluster as an executor: the same tasks and figures, on the workers of a scheduler.

Functions and arguments travel pickled, as to a process of this machine. The scheduler never unpickles them, so it does
not need this code. The tasks of a lost worker go to the other workers. The scheduler drops the tasks of a lost client.
"""

from __future__ import annotations

import pickle
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future, InvalidStateError
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import dask
from distributed import Client, KilledWorker
from distributed import Future as Task
from distributed.comm import get_address_host_port
from distributed.comm.core import CommClosedError

from models.failures import ExecutorFailed
from models.inputs.prophet import keep_quiet
from models.run.fingerprint import fingerprint

PROJECT = Path(__file__).resolve().parents[2]
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
    """Runs tasks on the workers of a scheduler; the arguments held by a `partial` are sent once for all tasks."""

    def __init__(self, address: str) -> None:
        """Connect to a scheduler that has a worker; raises ExecutorFailed."""
        self._address = address
        self._sent: dict[int, tuple[object, Task]] = {}
        self._pending: set[Future[Any]] = set()
        self._closing = threading.Event()
        self._client = self._connect()
        threading.Thread(target=self._watch, daemon=True).start()

    def _connect(self) -> Client:
        # Arguments are large, and each is sent once: Dask's warning about their size is not useful.
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "10 GB"})
        try:
            # A plain connection first: without a scheduler, Dask would retry for long, and take even longer to close.
            socket.create_connection(get_address_host_port(self._address), timeout=ANSWER_SECONDS).close()
            client = Client(self._address, timeout=ANSWER_SECONDS, set_as_default=False)
        except Exception as error:  # the address may be that of any other program
            raise self._failure(UNREACHABLE) from error
        try:
            client.wait_for_workers(1, timeout=ANSWER_SECONDS)
        except TimeoutError as error:
            client.close()
            raise self._failure(NO_WORKER) from error
        return client

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:  # noqa: ANN401
        """Run a function on a worker."""
        bound_function = function if isinstance(function, partial) else partial(function)
        call = pickle.dumps((bound_function.func, arguments, {**bound_function.keywords, **named}))
        shared = [self._send(value) for value in bound_function.args]
        task = self._client.submit(_remote_call(), str(PROJECT), fingerprint(), call, *shared, pure=False)
        future: Future[Any] = Future()
        self._pending.add(future)
        task.add_done_callback(partial(self._settle, future))
        return future

    def _send(self, value: object) -> Task:
        # The value is sent as a task that returns it. Unlike scattered data, it runs again if its worker is lost.
        if id(value) not in self._sent:
            self._sent[id(value)] = (value, self._client.submit(bytes, pickle.dumps(value), pure=False))
        return self._sent[id(value)][1]

    def _settle(self, future: Future[Any], task: Task) -> None:
        self._pending.discard(future)
        with suppress(InvalidStateError):  # `_watch` has already given up
            try:
                future.set_result(pickle.loads(task.result()))
            except (CancelledError, CommClosedError):
                future.set_exception(self._failure(LOST))
            except KilledWorker:
                future.set_exception(self._failure(KILLED))
            except (ImportError, Different):
                future.set_exception(self._failure(DIFFERENT))
            except Exception as error:
                future.set_exception(error)

    def _watch(self) -> None:
        """Fail the pending tasks after PATIENCE_SECONDS without any worker: the scheduler would wait forever."""
        last_seen = time.monotonic()
        while not self._closing.wait(GLANCE_SECONDS):
            if self._client.scheduler_info(n_workers=1)["workers"]:
                last_seen = time.monotonic()
            elif time.monotonic() - last_seen > PATIENCE_SECONDS:
                for future in list(self._pending):
                    with suppress(InvalidStateError):
                        future.set_exception(self._failure(NO_WORKER))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Leave the cluster, which drops the unfinished tasks."""
        self._closing.set()
        self._client.close()

    def _failure(self, sentence: str) -> ExecutorFailed:
        return ExecutorFailed(sentence.format(address=self._address))


class Different(Exception):
    """A worker would not compute the same figures: its code or its libraries differ."""


def perform(expected: str, call: bytes, *shared: bytes) -> bytes:
    """Run a call on a worker; the shared arguments come first."""
    if fingerprint() != expected:
        raise Different
    keep_quiet()
    function, arguments, named = pickle.loads(call)
    return pickle.dumps(function(*map(pickle.loads, shared), *arguments, **named))


def _remote_call() -> Callable[..., bytes]:
    """Return a local function, which is pickled with its code: a worker can import this module only once it has run."""

    def run(project: str, *arguments: Any) -> bytes:  # noqa: ANN401
        for folder in (project, str(Path.cwd())):
            if folder not in sys.path:
                sys.path.insert(0, folder)
        from models.run import cluster

        return cluster.perform(*arguments)

    return run
