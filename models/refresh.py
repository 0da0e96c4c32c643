"""The refresh of the forecasts: computed in a separate process, stored with their specification in one transaction."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from data.clock import today_in_paris
from data.demo import is_demo
from data.queries.forecasts import archive
from data.store import COMPUTATION, Store
from models.failures import HistoryEmpty, RefreshFailed
from models.inputs.job import Result, extract

PROJECT = Path(__file__).resolve().parent.parent
LOG_NAME = "refresh.log"
LOG_TAIL = 20_000

ERASED = "La démonstration a été effacée pendant le calcul\u00a0: ses prévisions ne sont pas gardées."

RESTORED = "Une sauvegarde a été restaurée pendant le calcul\u00a0: ses prévisions ne sont pas gardées."

_one_at_a_time = threading.Lock()


@dataclass(frozen=True)
class _Begun:
    """When a computation began, whether on the demonstration, and on which opening of the file."""

    at: datetime
    demo: bool
    opening: int

    def stop_if_other(self, store: Store, *, demo_now: bool) -> None:
        """Raise RefreshFailed when the data it learnt from are no longer those of the store."""
        if self.demo and not demo_now:
            raise RefreshFailed(ERASED)
        if store.state()[0] != self.opening:
            raise RefreshFailed(RESTORED)


INSERT_RUN = """
    INSERT INTO forecast_runs (started_at, finished_at, data_version, last_service_on, specification)
    VALUES ($started_at, $finished_at, $data_version, $last_service_on, $specification)
    RETURNING run_id
"""

TABLES = {
    "forecasts": "INSERT INTO forecasts BY NAME SELECT $run_id AS run_id, * FROM computed",
    "forecast_terms": "INSERT INTO forecast_terms BY NAME SELECT $run_id AS run_id, * FROM computed",
    "backtests": "INSERT INTO backtests BY NAME SELECT $run_id AS run_id, * FROM computed",
    "waste_backtests": "INSERT INTO waste_backtests BY NAME SELECT $run_id AS run_id, * FROM computed",
}


def refresh(
    store: Store, actor: str, progress: Callable[[int, int], None] | None = None, today: date | None = None
) -> int:
    """Forecast every canteen and the city, store the run in one transaction and return its run_id.

    Blocks until it is done and calls progress(done, total) as series are computed. Raises HistoryEmpty, RefreshFailed.
    Erasing the demonstration stops it: no forecast of the fictional city may enter the store of a real city. So does a
    restore: the store has other data then.
    """
    if not _one_at_a_time.acquire(blocking=False):
        raise RefreshFailed("Un calcul des prévisions est déjà en cours. Attendez qu’il se termine.")
    try:
        begun = _Begun(_now(), is_demo(store), store.state()[0])

        def report_progress(done: int, total: int) -> None:
            begun.stop_if_other(store, demo_now=begun.demo and is_demo(store))
            if progress:
                progress(done, total)

        with _private_folder(store.work_folder) as folder:
            run_fields = _write_job(store, today or today_in_paris(), folder / "job")
            result = _compute(store, folder, report_progress)
        return _save(store, actor, begun, run_fields, result)
    finally:
        _one_at_a_time.release()


def _write_job(store: Store, today: date, path: Path) -> dict[str, Any]:
    """Write the job to a file for the computing process; return the fields of the job that the run stores."""
    job = extract(store, today)
    if job is None:
        raise HistoryEmpty(
            "Aucun repas servi n’est enregistré\u00a0: déposez d’abord le fichier de fréquentation des cantines."
        )
    with path.open("wb") as file:
        pickle.dump(job, file)
    return {"data_version": job.data_version, "last_service_on": job.last_service_on}


def _compute(store: Store, folder: Path, progress: Callable[[int, int], None]) -> Result:
    job_path, result_path = folder / "job", folder / "result"
    with (folder / LOG_NAME).open("wb") as log:
        exit_code = _run_worker([str(job_path), str(result_path)], folder, log.fileno(), progress)
    if exit_code != 0 or not result_path.exists():
        raise RefreshFailed(_explain(folder / LOG_NAME, store.work_folder / LOG_NAME))
    with result_path.open("rb") as file:
        result: Result | str = pickle.load(file)
    if isinstance(result, str):
        raise RefreshFailed(result)
    return result


def _run_worker(arguments: list[str], folder: Path, log: int, progress: Callable[[int, int], None]) -> int:
    """Run the worker in its own process group and return its exit code; the whole group is killed at the end."""
    # One thread per process: the pool already uses every core. Temporary files go to the folder, which is removed.
    environment = os.environ | {"TMPDIR": str(folder), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    worker = subprocess.Popen(
        [sys.executable, "-m", "models.run.worker", *arguments],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    try:
        for line in worker.stdout or ():
            done, total = line.split()
            progress(int(done), int(total))
        return worker.wait()
    finally:
        _kill_group(worker)


def _kill_group(worker: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):  # the whole group has already ended
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe:
            pipe.close()


@contextmanager
def _private_folder(work_folder: Path) -> Iterator[Path]:
    """Yield a folder that only this user can read. When the store opens, it removes the folders of killed runs."""
    folder = Path(tempfile.mkdtemp(prefix=COMPUTATION, dir=work_folder))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _save(store: Store, actor: str, begun: _Begun, run_fields: dict[str, Any], result: Result) -> int:
    run = run_fields | {
        "started_at": begun.at,
        "finished_at": _now(),
        "specification": json.dumps(result.specification, ensure_ascii=False),
    }
    detail = {"rows": len(result.forecasts), "last_service_on": run_fields["last_service_on"]}
    with store.write(actor, "forecast", detail) as cursor:
        begun.stop_if_other(store, demo_now=cursor.execute("SELECT demo FROM store_state").fetchone() == (True,))
        row = cursor.execute(INSERT_RUN, run).fetchone()
        run_id = int(row[0]) if row else 0
        computed = (result.forecasts, result.terms, result.backtest, result.waste_backtest)
        for table, rows in zip(TABLES, computed, strict=True):
            cursor.register("computed", rows)
            cursor.execute(TABLES[table], {"run_id": run_id})
            cursor.unregister("computed")
        archive.thin_out(cursor, run_id)
        detail["run_id"] = run_id
    return run_id


def _explain(log: Path, saved_log: Path) -> str:
    saved_log.write_bytes(log.read_bytes()[-LOG_TAIL:])
    return (
        "Le calcul des prévisions s’est arrêté avant la fin\u00a0: les prévisions précédentes restent en place. "
        f"Relancez-le\u00a0; si cela recommence, transmettez le fichier {saved_log} à la mission numérique."
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
