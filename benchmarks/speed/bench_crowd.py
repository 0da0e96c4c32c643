"""Many people at once in a real server: 25 and 50 new sessions a page, 200 idle ones, a large deposit, a refresh.

The load of the machine stands beside each figure: seconds on the clock mean something on a quiet machine only, those of
the processor always do.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks import PROJECT
from benchmarks.speed import crowd, million_log
from data.demo import load_demo
from data.store import Store
from models.refresh import refresh
from tests.browser.conftest import one_time_address, serve

PAGES = ("synthese", "gaspillage", "semaine")
GOALS = {25: 1.5, 50: 3.0}  # visitors at once → seconds, p95
IDLE, GOAL_IDLE_MB = 200, 2000
DEPOSIT_LINES, GOAL_DURING, GOAL_KEPT_MB = 1_600_000, 2.0, 200
AFTERWARDS = 3  # more turns of visits, once a work is done: what it changed is computed again then
AFTER_BACKUP = 30.0  # seconds; by then a new server has made its daily backup


class Server(NamedTuple):
    """A running application: its address, its process, the cookies of a browser that came in, its store."""

    address: str
    process: int
    cookie: str
    path: Path

    def visit(self, pages: tuple[str, ...], count: int, delay: float = 0) -> crowd.Crowd:
        """Let visitors open these pages, in turn."""
        return crowd.visit(self.address, self.cookie, list(pages), count, self.process, delay)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store.duckdb")
        load_demo(store)
        refresh(store, "bench")
        store.close()
        with running(store.path) as server:
            server.visit(PAGES, 2 * len(PAGES), 0.5)
            at_once(server)
            idle(server)
            while_computing(server)
            while_depositing(server, Path(folder))


@contextmanager
def running(path: Path) -> Iterator[Server]:
    """Run the application on a store."""
    with serve(path, ANTIGASPI_AUTO_REFRESH="0") as address:
        port = address.rpartition(":")[2]
        [process] = [one.pid for one in psutil.Process().children() if port in one.cmdline()]
        yield Server(address, process, crowd.key_of(one_time_address(address)), path)


def at_once(server: Server) -> None:
    """Open each page from many new sessions at the same moment."""
    for page in PAGES:
        for count, goal in GOALS.items():
            told = server.visit((page,), count)
            print(
                f"{count} × {page:<12} p95 {told.p95:5.2f} s (goal ≤ {goal}), {told.errors} errors, "
                f"{1000 * told.processor / count:4.0f} ms of processor each{_load()}", flush=True,
            )  # fmt: skip


def idle(server: Server) -> None:
    """Hold many sessions open, every second one reading nothing of what it is sent."""
    errors = asyncio.run(_held(server))
    print(f"{IDLE} sessions held open: {errors} errors{_load()}")


async def _held(server: Server) -> int:
    connections, errors = [], 0
    for place in range(IDLE):
        connection = await crowd.opened(server.address, server.cookie)
        connections.append(connection)
        try:
            if place % 2:
                await crowd.ask(connection, server.address, PAGES[place % 3])
            else:
                errors += not await crowd.run_page(connection, server.address, PAGES[place % 3])
        except Exception as error:  # one of them that fails is counted
            print(repr(error), file=sys.stderr)
            errors += 1
    await asyncio.sleep(5)
    print(f"{IDLE} sessions held open: {crowd.megabytes_of(server.process):.0f} MB (goal ≤ {GOAL_IDLE_MB})")
    await asyncio.gather(*(connection.close() for connection in connections))
    return errors


def while_computing(server: Server) -> None:
    """Open pages while the forecasts are computed again."""
    computing = _command(server, "refresh")
    _meanwhile(server, computing, "a refresh")


def while_depositing(server: Server, folder: Path) -> None:
    """Open pages while somebody deposits a log of 50 MB, then see what memory is kept."""
    log = million_log.write_short_log(folder, DEPOSIT_LINES)
    time.sleep(AFTER_BACKUP)
    before = crowd.megabytes_of(server.process)
    _meanwhile(server, _command(server, "import", str(log)), f"a deposit of {log.stat().st_size / 1e6:.0f} MB")
    time.sleep(AFTER_BACKUP)
    kept = crowd.megabytes_of(server.process) - before
    print(f"memory kept after the deposit: {kept:.0f} MB (goal ≤ {GOAL_KEPT_MB})")
    for page in PAGES:
        told = server.visit((page,), 5, 0.5)
        print(f"with {DEPOSIT_LINES} more lines, {page}: {1000 * told.processor / 5:.0f} ms of processor{_load()}")


def _command(server: Server, *words: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "ANTIGASPI_DB": str(server.path)}
    command = [sys.executable, "-m", "antigaspi", *words]
    return subprocess.Popen(command, cwd=PROJECT, env=env, stdout=subprocess.DEVNULL)


def _meanwhile(server: Server, work: subprocess.Popen[bytes], name: str) -> None:
    started, seconds, errors = time.monotonic(), [], 0
    after = 0
    while work.poll() is None or (after := after + 1) <= AFTERWARDS:
        told = server.visit(PAGES, 2 * len(PAGES), 0.5)
        seconds += told.seconds
        errors += told.errors
    p95 = crowd.Crowd(seconds, errors, 0).p95
    lasted = time.monotonic() - started
    print(f"during {name} ({lasted:.0f} s, {len(seconds)} visits): p95 {p95:.2f} s, {errors} errors{_load()}")


def _load() -> str:
    return f" [load {os.getloadavg()[0]:.1f}]"


if __name__ == "__main__":
    main()
