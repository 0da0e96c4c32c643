"""Where a command speaks and finds its files: this terminal, or that of another process whose command runs here."""

from __future__ import annotations

import getpass
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from data.backup.copy import back_up
from data.backup.daily import record
from data.faults import as_store_fault
from data.files import write_whole
from data.store import COMPUTATION, Store, store_path
from data.store_file import refuse_taken
from data.typography import TITLE, cut


class Terminal:
    """The terminal of this process: its output, its user, its files."""

    store: Store | None = None

    @property
    def shows_progress(self) -> bool:
        """Whether somebody watches."""
        return sys.stderr.isatty()

    def actor(self) -> str:
        """Return the name of the person who runs the command, for the audit trail."""
        try:
            name = getpass.getuser()
        except (OSError, KeyError):  # a user number without an account
            name = str(os.getuid())
        return f"{cut(name, TITLE)} (ligne de commande)"

    def say(self, text: str, end: str = "\n") -> None:
        """Write on the standard output."""
        print(text, end=end)

    def complain(self, text: str, end: str = "\n") -> None:
        """Write on the error output."""
        print(text, end=end, file=sys.stderr, flush=True)

    def given(self, names: list[str]) -> list[str]:
        """Return those of the files of a command that are here."""
        return names

    def read(self, path: Path) -> bytes:
        """Return the content of a file."""
        return path.read_bytes()

    def write(self, path: Path, content: bytes, *, in_new_folder: bool = False) -> None:
        """Write a file."""
        if in_new_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)

    def backup(self, store: Store, target: Path) -> None:
        """Write a complete copy of the store."""
        back_up(store, target)
        record(store.path, target, datetime.now(UTC))

    def place(self, copy: Path, target: Path) -> None:
        """Put a copy of the store, made by the application, where it was asked for; raises a StoreFault."""
        _place(copy, target)
        record(store_path().resolve(), target, datetime.now(UTC))


class Elsewhere(Terminal):
    """The terminal of another process: what it sent, and what it will have to write, in order (`events`)."""

    def __init__(self, store: Store, person: str, files: Mapping[str, bytes | None]) -> None:
        """Take the store of this process, the name of the other's user, and the files that it sent."""
        self.store = store
        self.person, self.files = person, files
        self.events: list[tuple[Any, ...]] = []
        self.contents: list[bytes] = []

    @property
    def shows_progress(self) -> bool:
        """Nobody watches: the answer comes at the end."""
        return False

    def actor(self) -> str:
        """Return the name that the other process gave."""
        return self.person

    def say(self, text: str, end: str = "\n") -> None:
        """Keep for the standard output."""
        self.events.append(("say", text, end))

    def complain(self, text: str, end: str = "\n") -> None:
        """Keep for the error output."""
        self.events.append(("complain", text, end))

    def given(self, names: list[str]) -> list[str]:  # noqa: ARG002
        """Return the files that were sent: one of those of the command."""
        return list(self.files)

    def read(self, path: Path) -> bytes:
        """Return the content that was sent; a file that could not be read there is none."""
        content = next((content for name, content in self.files.items() if Path(name) == path), None)
        if content is None:
            raise FileNotFoundError(path)
        return content

    def write(self, path: Path, content: bytes, *, in_new_folder: bool = False) -> None:
        """Keep a file to be written there."""
        self.contents.append(content)
        self.events.append(("write", str(path), len(content), in_new_folder))

    def backup(self, store: Store, target: Path) -> None:
        """Write a copy that the other process puts in its place."""
        # The folder of a computation: whatever stays in it is removed when the store is next opened.
        copy = Path(tempfile.mkdtemp(prefix=COMPUTATION, dir=store.work_folder)) / "copy.duckdb"
        back_up(store, copy)
        self.events.append(("place", str(copy), str(target)))


class Silent(Terminal):
    """The terminal of this process, without the answers of a command that is only a means."""

    def say(self, text: str, end: str = "\n") -> None:
        """Write nothing."""

    def place(self, copy: Path, target: Path) -> None:
        """Put the copy where it was asked for; it is no backup."""
        _place(copy, target)


_current: ContextVar[Terminal] = ContextVar("terminal", default=Terminal())  # noqa: B039  it has no state


def terminal() -> Terminal:
    """Return the terminal of the command that runs."""
    return _current.get()


@contextmanager
def speaking(other: Terminal) -> Iterator[None]:
    """Let the command of this block speak to another terminal."""
    token = _current.set(other)
    try:
        yield
    finally:
        _current.reset(token)


def _place(copy: Path, target: Path) -> None:
    unfinished = target.with_name(target.name + ".part")
    try:
        with as_store_fault(target, system=True):
            target.parent.mkdir(parents=True, exist_ok=True)
            refuse_taken(target)
            try:
                shutil.move(copy, unfinished)
                unfinished.replace(target)
            except BaseException:
                unfinished.unlink(missing_ok=True)
                raise
    finally:
        shutil.rmtree(copy.parent, ignore_errors=True)
