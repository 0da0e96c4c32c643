"""Mutated files and lines sent to the API: a report or a French refusal, memory bounded, pages free to answer.

20 deposits here; ANTIGASPI_API_DEPOSITS=20000 for the bar.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import AsyncIterator
from typing import Any

import anyio

from tests.data.reading.test_fuzz import mutated, peak_kb, scrambled
from tests.ui.api.conftest import City, log
from ui.api import limits
from ui.api.limits import Turns
from ui.server.held import Uploads

DEPOSITS = int(os.environ.get("ANTIGASPI_API_DEPOSITS", "20"))
MEMORY_KB = 400_000
VALUES: list[Any] = [
    "ALPHA M",
    "M",
    "2025-09-02",
    "02/09/2025",
    95,
    1.5,
    -1,
    1e300,
    10**30,
    None,
    True,
    "",
    "=1",
    "\u202e",
    "\x00",
]
COLUMNS = [
    "site_nom",
    "site_type",
    "date",
    "prevision",
    "reel",
    "cantine_nom",
    "type",
    "date_debut",
    "plat",
    "\ud800",
    "",
]
KINDS = ["log", "events", "menus", "mapping", "tickets"]


def lines(chance: random.Random) -> bytes:
    """Return lines of values by chance, sometimes with some of their bytes changed."""
    rows = [
        {name: chance.choice(VALUES) for name in chance.sample(COLUMNS, chance.randint(1, 6))}
        for _ in range(chance.randint(1, 5))
    ]
    body = json.dumps({"kind": chance.choice(KINDS), "lines": rows}).encode()
    return scrambled(chance, body) if chance.random() < 0.4 else body


def test_every_deposit_ends_in_a_report_or_a_french_refusal_and_memory_is_bounded(city: City) -> None:
    chance, statuses = random.Random(2028), {}
    city.ask("POST", "/deposits", content=log("ALPHA M;M;09/09/2025;1;1\n"))
    before = peak_kb()
    for number in range(DEPOSITS):
        as_lines = chance.random() < 0.4
        content = lines(chance) if as_lines else mutated(chance)
        headers = {"content-type": "application/json"} if as_lines else {}
        dry_run = "true" if chance.random() < 0.5 else "false"
        answer = city.ask("POST", f"/deposits?dry_run={dry_run}", headers=headers, content=content)
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
        assert answer.status_code in (200, 400, 422), (number, answer.text, content)
        assert (answer.json().keys() >= {"lines", "deposit"}) == (answer.status_code == 200)
        assert answer.status_code == 200 or answer.json()["error"]
    assert statuses.keys() >= {200, 422}, statuses
    assert peak_kb() - before < MEMORY_KB


def test_a_body_is_counted_before_it_is_received_and_its_room_is_free_again(city: City) -> None:
    room = Uploads("/_stcore/upload_file")
    full = room.expect("page", 100 * 2**20)
    answers = []
    for _ in range(3):
        scope = {"type": "http", "headers": [(b"content-length", b"3")], "method": "POST", "path": "/"}
        answers.append(anyio.run(received, scope, room))
    assert answers == [b"abc"] * 3
    assert list(room._expected.values()) == [("page", 100 * 2**20)]
    room.received(full)
    assert city.ask("POST", "/deposits", content=short(), headers={"content-length": "50"}).status_code == 400
    assert city.ask("POST", "/deposits", content=short(), headers={"content-length": "2"}).status_code == 400


async def short() -> AsyncIterator[bytes]:
    yield b"abc"


async def received(scope: dict[str, Any], room: Uploads) -> bytes:
    from starlette.requests import Request

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"abc", "more_body": False}

    async with limits.body_of(Request(scope, receive), room, "x") as body:
        assert len(room._expected) == 2
        return body


def test_calls_wait_their_turn_and_too_many_are_sent_away() -> None:
    async def crowd() -> list[int]:
        turns, at_once, most, refused = Turns(), [0], [0], [0]

        def slow() -> None:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
            anyio.from_thread.run(anyio.sleep, 0.05)
            at_once[0] -= 1

        async def one() -> None:
            try:
                await turns.run(slow)
            except limits.ApiRefusal as refusal:
                assert refusal.status == 503
                refused[0] += 1

        async with anyio.create_task_group() as group:
            for _ in range(40):
                group.start_soon(one)
        return [most[0], refused[0]]

    most, refused = anyio.run(crowd)
    assert most <= limits.AT_ONCE
    assert refused == 40 - limits.AT_ONCE - limits.WAITING


NAMES = ("a.csv", "../../etc/passwd", "x" * 10_000, "\u202egnp.exe", "<b>*a*</b>.csv", "\x00", "")


def test_a_file_name_is_a_text(city: City) -> None:
    content = log("ALPHA M;M;09/09/2025;1;1\n")
    for name in NAMES:
        answer = city.ask("POST", "/deposits", params={"filename": name, "dry_run": "true"}, content=content)
        assert answer.status_code == 200
        assert len(answer.json()["file"]) <= 200
        assert "etc" not in answer.json()["file"]
