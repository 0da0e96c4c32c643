"""Every canteen saves its service sheet within the same two minutes, in a real server that also shows pages."""

from __future__ import annotations

import http.client
import json
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from data.demo import load_demo
from data.sheets.sheet import mark_of
from data.store import Store
from tests.browser.conftest import one_time_address, serve
from tests.ui.server.test_gate import Server, run_of
from ui.access import LOCAL_USER

SECONDS, GOAL_SECONDS = 120, 2.0
SHEET = "/antigaspi/sheet"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.duckdb"
        store = Store(path)
        load_demo(store)
        canteens = store.read("SELECT name FROM canteens ORDER BY name")["name"].tolist()
        store.close()
        with _server(path) as server:
            saves, pages = _noon(server, canteens)
        store = Store(path)
        kept = store.read("SELECT count(DISTINCT canteen) AS n FROM sheets JOIN deposits USING (deposit_id)")[
            "n"
        ].item()
        store.close()
    late = statistics.quantiles(saves, n=20)[-1]
    print(f"sheets stored     {kept:6d}    of {len(canteens)}, within {SECONDS} s")
    print(f"a save, median    {statistics.median(saves):6.2f} s")
    print(f"a save, p95       {late:6.2f} s  (goal ≤ {GOAL_SECONDS:.0f})")
    print(f"a page meanwhile  {statistics.median(pages):6.2f} s  (median of {len(pages)}, longest {max(pages):.2f} s)")


@contextmanager
def _server(path: Path) -> Iterator[Server]:
    with serve(path, ANTIGASPI_AUTO_REFRESH="0") as address:
        server = Server(address)
        let_in = server.ask(one_time_address(address).removeprefix(address))
        server.cookie = (let_in.getheader("set-cookie") or "").split(";")[0]
        yield server


def _noon(server: Server, canteens: list[str]) -> tuple[list[float], list[float]]:
    """Save a sheet for each canteen at a time by chance; return the seconds of the saves, and of pages meanwhile."""
    chance, saves, pages = random.Random(1), [], []
    timers = [threading.Timer(chance.uniform(0, SECONDS), _save, (server, canteen, saves)) for canteen in canteens]
    for timer in timers:
        timer.start()
    while any(timer.is_alive() for timer in timers):
        started = time.perf_counter()
        with server.open_stream(Cookie=server.cookie) as connection:
            run_of(connection, "gaspillage")
        pages.append(time.perf_counter() - started)
        time.sleep(5)
    return saves, pages


def _save(server: Server, canteen: str, saves: list[float]) -> None:
    sheet = _ask(server, "GET", f"{SHEET}?canteen={quote(canteen)}")
    points = [
        {"site": each["site"], "kind": each["kind"], "base": each["known"], "typed": each["known"] | {"reel": "97"}}
        for each in sheet["points"]
    ]
    told = {"key": f"{canteen:_<16}", "person": mark_of(LOCAL_USER), "canteen": canteen, "day": sheet["day"]}
    started = time.perf_counter()
    answer = _ask(server, "POST", SHEET, told | {"points": points, "marks": {}})
    assert answer["state"] == "stored", answer
    saves.append(time.perf_counter() - started)


def _ask(server: Server, method: str, path: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
    headers = {"Cookie": server.cookie, "Origin": server.address, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=60)
    connection.request(method, path, json.dumps(told) if told else None, headers)
    return json.loads(connection.getresponse().read())


if __name__ == "__main__":
    main()
