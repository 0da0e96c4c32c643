"""Visitors who speak Streamlit's protocol: many sessions that open a page at once, and what it costs the server.

A visit is a new tab: the page's HTML, the connection, the run of the script until it says that it is finished.
`python -m benchmarks.speed.crowd ADDRESS COOKIE DELAY PAGE,PAGE… COUNT` prints the seconds of each visit as JSON: the
visitors are a process of their own, which does not take the server's processor unseen.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks import PROJECT

PATIENCE = 120.0  # seconds
FAILED = -1.0
ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_WITH_COMPILE_ERROR, ForwardMsg.FINISHED_EARLY_FOR_RERUN)


@dataclass(frozen=True)
class Crowd:
    """What a crowd lived: seconds of each visit, the errors, the seconds of processor of the server."""

    seconds: list[float]
    errors: int
    processor: float

    @property
    def p95(self) -> float:
        """Return the 95th percentile of the visits, in seconds."""
        done = sorted(self.seconds)
        return done[max(0, -(-len(done) * 95 // 100) - 1)] if done else float("nan")


def key_of(one_time_address: str) -> str:
    """Open a one-time address as a browser does; return the cookies of that browser."""
    parts, cookies = urlsplit(one_time_address), SimpleCookie()
    for path in (f"/?{parts.query}", "/_stcore/health"):
        connection = http.client.HTTPConnection(parts.netloc)
        connection.request("GET", path, headers={"Cookie": _written(cookies)})
        for name, value in connection.getresponse().getheaders():
            if name.lower() == "set-cookie":
                cookies.load(value)
        connection.close()
    return _written(cookies)


def _written(cookies: SimpleCookie) -> str:
    return "; ".join(f"{name}={one.value}" for name, one in cookies.items())


def visit(address: str, cookie: str, pages: list[str], count: int, process: int, delay: float = 0) -> Crowd:
    """Let `count` visitors open these pages, in turn, all at once or `delay` seconds apart; `process` is the server."""
    before = processor_of(process)
    command = [sys.executable, "-m", "benchmarks.speed.crowd", address, cookie, str(delay), ",".join(pages), str(count)]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    seconds = json.loads(told)
    done = [each for each in seconds if each != FAILED]
    return Crowd(done, len(seconds) - len(done), processor_of(process) - before)


def processor_of(process: int) -> float:
    """Return the seconds of processor that a server has used, without its children."""
    times = psutil.Process(process).cpu_times()
    return times.user + times.system


def megabytes_of(process: int) -> float:
    """Return the resident memory of a process and of its descendants, in megabytes; shared pages count once."""
    total = 0.0
    for one in (server := psutil.Process(process), *server.children(recursive=True)):
        try:
            total += one.memory_full_info().pss / 2**20
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


async def opened(address: str, cookie: str) -> ClientConnection:
    """Connect as a page does."""
    guard = dict(one.split("=", 1) for one in cookie.split("; ")).get("_streamlit_xsrf", "")
    return await connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        origin=address,  # type: ignore[arg-type]
        additional_headers={"Cookie": cookie},
        subprotocols=["streamlit", guard] if guard else ["streamlit"],  # type: ignore[list-item]
        max_size=None,
        open_timeout=PATIENCE,
        close_timeout=1,
        ping_interval=None,
        proxy=None,
    )


async def ask(connection: ClientConnection, address: str, page: str) -> None:
    """Ask for a page, without reading the answer."""
    path, _, query = page.partition("?")
    message = BackMsg()
    message.rerun_script.page_name = path
    message.rerun_script.query_string = query
    message.rerun_script.context_info.url = f"{address}/{path}"
    await connection.send(message.SerializeToString())


async def run_page(connection: ClientConnection, address: str, page: str) -> bool:
    """Ask for a page and read until its script has finished; tell whether it did so without an error."""
    await ask(connection, address, page)
    fine = True
    while True:
        forward = ForwardMsg.FromString(await connection.recv())  # type: ignore[arg-type]
        kind = forward.WhichOneof("type")
        if kind == "delta" and forward.delta.new_element.WhichOneof("type") == "exception":
            fine = False
        if kind == "script_finished" and forward.script_finished in ENDS:
            return fine and forward.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


async def _visit(address: str, cookie: str, page: str, after: float) -> float:
    await asyncio.sleep(after)
    started = time.perf_counter()
    try:
        async with asyncio.timeout(PATIENCE):
            connection = await opened(address, cookie)
            try:
                fine = await run_page(connection, address, page)
                seconds = time.perf_counter() - started
            finally:
                await connection.close()
        return seconds if fine else FAILED
    except Exception as error:  # the failure of one visitor is one line, not the end of all
        print(f"{page}: {error!r}", file=sys.stderr)
        return FAILED


async def _crowd(address: str, cookie: str, delay: float, pages: list[str], count: int) -> list[float]:
    return await asyncio.gather(
        *(_visit(address, cookie, pages[place % len(pages)], place * delay) for place in range(count))
    )


def main(arguments: list[str]) -> None:
    """Be the visitors."""
    address, cookie, delay, pages, count = arguments
    print(json.dumps(asyncio.run(_crowd(address, cookie, float(delay), pages.split(","), int(count)))))


if __name__ == "__main__":
    main(sys.argv[1:])
