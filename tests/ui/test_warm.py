"""What people asked lately is asked again once the store has changed, before they come back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from data.store import Store
from ui import session, warm

asked: list[tuple[int, str]] = []


def version(store: Store, word: str) -> int:
    asked.append((store.version(), word))
    return store.version()


@pytest.fixture(autouse=True)
def opened(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    store.close()
    monkeypatch.setenv("ANTIGASPI_DB", str(store.path))
    monkeypatch.setenv("ANTIGASPI_AUTO_REFRESH", "0")
    monkeypatch.setattr(warm, "EVERY", 0.01)
    monkeypatch.setattr(warm, "QUIET", 0.05)
    asked.clear()
    yield session.opened()
    warm.stop()
    session.close()


def wait_for(count: int) -> None:
    for _ in range(500):
        if len(asked) >= count:
            return
        time.sleep(0.01)
    raise AssertionError(asked)


def write() -> int:
    with session.opened().write("test", "test", {}):
        pass
    return session.opened().version()


def test_after_a_write_the_last_questions_are_asked_again_and_nobody_waits() -> None:
    session.ask(version, "one")
    session.ask(version, word="two")
    warm.start()
    time.sleep(0.05)
    now = write()
    wait_for(4)
    assert sorted(asked[2:]) == [(now, "one"), (now, "two")]
    assert session.ask(version, "one") == now
    assert len(asked) == 4


def test_an_answer_is_never_older_than_the_store_nor_than_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    first = session.ask(version, "one")
    assert session.ask(version, "one") == first
    assert session.ask(version, "one") != write() - 2
    assert session.ask(version, "one") == session.opened().version()
    assert len(asked) == 2
    monkeypatch.setattr(session, "today_in_paris", lambda: "tomorrow")
    session.ask(version, "one")
    assert len(asked) == 3
