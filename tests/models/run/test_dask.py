"""The refresh on a Dask cluster: the same figures as on one machine, even when a worker is lost, and clear refusals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest
from distributed import Client

from data.store import Store
from models.failures import ExecutorFailed, RefreshFailed
from models.refresh import refresh
from models.run import cluster as run_cluster
from models.run.cluster import Cluster
from models.run.executors import ADDRESS
from tests.models.synthetic import TODAY, build_city

PROJECT = Path(__file__).resolve().parents[3]
DASK = Path(sys.executable).with_name("dask")
NOBODY = "tcp://127.0.0.1:1"


def _start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with (folder / "dask.log").open("ab") as log:
        return subprocess.Popen(
            [DASK, *arguments], cwd=PROJECT, env=os.environ | {"OMP_NUM_THREADS": "1"}, stdout=log, stderr=log
        )


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a client of a scheduler without workers, started from the command line."""
    folder = tmp_path_factory.mktemp("scheduler")
    file = folder / "scheduler.json"
    process = _start(folder, "scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    with Client(scheduler_file=str(file), timeout=20, set_as_default=False) as client:
        yield client
    process.kill()
    process.wait()


@pytest.fixture(scope="module")
def client(scheduler: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Return a client of two workers, started from the command line."""
    folder = tmp_path_factory.mktemp("workers")
    command = ["worker", _address(scheduler), "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
    workers = [_start(folder, *command) for _ in range(2)]
    scheduler.wait_for_workers(2, timeout=20)
    yield scheduler
    for worker in workers:
        worker.kill()
        worker.wait()


def _address(client: Client) -> str:
    return str(client.scheduler.address)


def _tasks(client: Client) -> int:
    return int(client.run_on_scheduler(lambda dask_scheduler: len(dask_scheduler.tasks)))


# ---------------------------------------------------------------- refusals
def test_a_cluster_that_does_not_answer_is_told_in_french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_cluster, "ANSWER_SECONDS", 1)
    with pytest.raises(ExecutorFailed, match=f"cluster Dask {NOBODY} ne répond pas"):
        Cluster(NOBODY)


def test_a_wrong_address_stores_nothing_and_never_shows_a_trace(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ADDRESS, "http://example.test")
    store = Store(database)
    with pytest.raises(RefreshFailed, match=r"ne répond pas.*DASK_SCHEDULER_ADDRESS"):
        refresh(store, "test")
    assert store.read("SELECT count(*) AS n FROM forecast_runs")["n"].iloc[0] == 0
    store.close()


def test_a_cluster_without_workers_says_how_to_start_one(scheduler: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_cluster, "ANSWER_SECONDS", 1)
    with pytest.raises(ExecutorFailed, match=r"n’a aucun worker.*dask worker"):
        Cluster(_address(scheduler))


def test_one_machine_never_loads_dask() -> None:
    code = (
        "import sys, models.run.worker, models.refresh; sys.exit('distributed' in sys.modules or 'dask' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


# ---------------------------------------------------------------- two workers
def test_a_worker_of_another_version_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_cluster, "fingerprint", lambda: "another version")
    with Cluster(_address(client)) as executor, pytest.raises(ExecutorFailed, match="pas la même version"):
        executor.submit(len, "four").result()


def test_a_killed_refresh_leaves_the_cluster_free(client: Client, database: Path) -> None:
    environment = os.environ | {"ANTIGASPI_DB": str(database), ADDRESS: _address(client)}
    command = [sys.executable, "-m", "models", "refresh"]
    process = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL)
    _wait_until(lambda: _tasks(client) > 0)
    process.send_signal(signal.SIGKILL)
    process.wait()
    _wait_until(lambda: _tasks(client) == 0)


def _wait_until(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + 120  # on a busy machine, a process may take long to start
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_worker_killed_half_way_changes_no_figure(
    city: Store, store: Store, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = city.read("SELECT kind, starts_on, ends_on, canteen, label FROM event_rows")
    build_city(store)
    with store.write("test", "events", {}) as cursor:
        cursor.register("copied", events)
        cursor.execute(
            "INSERT INTO event_rows BY NAME SELECT currval('deposit_seq') AS deposit_id, 1 AS line, * FROM copied"
        )
    processes = client.run(os.getpid)
    told: list[tuple[int, int]] = []
    lost: list[str] = []

    def kill_one(done: int, total: int) -> None:
        told.append((done, total))
        if 2 * done >= total and not lost:
            lost.extend(worker for worker, tasks in client.processing().items() if tasks)
            os.kill(processes[lost[0]], signal.SIGKILL)

    monkeypatch.setenv(ADDRESS, _address(client))
    refresh(store, "test", kill_one, today=TODAY)
    assert len(client.scheduler_info()["workers"]) == 1
    assert [done for done, _ in told] == list(range(told[-1][1] + 1))
    for table in ("forecasts", "forecast_terms", "backtests", "waste_backtests"):
        alone, cluster = (one.read(f"SELECT * FROM {table} ORDER BY ALL") for one in (city, store))
        pd.testing.assert_frame_equal(cluster, alone, check_exact=True)
