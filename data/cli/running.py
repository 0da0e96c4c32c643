"""A command speaks to the application that has the store open, by a file that only their owner can read."""

from __future__ import annotations

import http.client
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from data.cli.terminal import terminal
from data.faults import StoreFault, of_system
from data.store_file import DOOR, work_folder

PATH = "/api/v1/command"
CONNECTING = 10  # seconds
STOPPED = (
    "L’application s’est arrêtée pendant cette commande\u00a0: regardez l’historique (deposits) avant de recommencer."
)


@dataclass(frozen=True)
class Running:
    """The application that runs: its host, its port, and the key that only the owner of its files can read."""

    host: str
    port: int
    key: str

    def run(
        self, arguments: list[str], files: Mapping[str, bytes | None], shown: Mapping[str, str] | None = None
    ) -> int | None:
        """Run a command there, and write here what it answers; return its exit code, None when nobody answers.

        `shown` has how people know a path that the answer names.
        """
        head = {
            "arguments": arguments,
            "actor": terminal().actor(),
            "files": [[name, None if content is None else len(content)] for name, content in files.items()],
        }
        body = packed(head, [content for content in files.values() if content is not None])
        connection = http.client.HTTPConnection(self.host, self.port, timeout=CONNECTING)
        try:
            connection.connect()
            cast(Any, connection.sock).settimeout(None)  # a computation takes minutes
        except OSError:
            return None
        try:
            connection.request("POST", PATH, body, {"authorization": f"Bearer {self.key}"})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            terminal().complain(STOPPED)
            return 1
        finally:
            connection.close()
        return _written(content, shown or {}) if answer.status == 200 else _refused(answer.status, content)


def announce(store: Path, host: str, port: int) -> Running:
    """Write how to speak to this process, in a file that only its owner can read."""
    running = Running(host, port, secrets.token_urlsafe(32))
    path = work_folder(store) / DOOR
    unfinished = path.with_name(path.name + ".part")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(vars(running), file)
    unfinished.replace(path)
    return running


def withdraw(store: Path) -> None:
    """Remove the file of this process."""
    (work_folder(store) / DOOR).unlink(missing_ok=True)


def running_application(store: Path) -> Running | None:
    """Return the application that says it has this store open; it may have been killed since."""
    with suppress(OSError, ValueError, TypeError):
        return Running(**json.loads((work_folder(store) / DOOR).read_text(encoding="utf-8")))
    return None


def packed(head: object, contents: list[bytes]) -> bytes:
    """Return one message: a line of JSON, then contents as they are."""
    return b"".join([json.dumps(head).encode(), b"\n", *contents])


def unpacked(message: bytes) -> tuple[Any, memoryview]:
    """Return the head of a message, and what follows; raises ValueError."""
    end = message.index(b"\n")
    return json.loads(message[:end]), memoryview(message)[end + 1 :]


def _refused(status: int, content: bytes) -> int | None:
    if status not in (413, 503):  # another program, or an application started since
        return None
    terminal().complain(str(json.loads(content).get("error")))
    return 1


def _written(content: bytes, shown: Mapping[str, str]) -> int:
    """Write what a command answered, in order, and return its exit code; what cannot be written ends it."""
    head, rest = unpacked(content)
    for what, *values in head["events"]:
        try:
            if what == "write":
                name, size, in_new_folder = values
                terminal().write(Path(name), bytes(rest[:size]), in_new_folder=in_new_folder)
                rest = rest[size:]
            elif what == "place":
                terminal().place(*map(Path, values))
            else:
                text, end = values
                for path, known in shown.items():
                    text = text.replace(path, known)
                (terminal().say if what == "say" else terminal().complain)(text, end)
        except BrokenPipeError:  # the program that read the output has ended
            raise
        except OSError as error:
            path = Path(str(error.filename or Path(name).parent)) if in_new_folder else Path(name)
            terminal().complain(str(of_system(error, path)))
            return 1
        except StoreFault as fault:
            terminal().complain(str(fault))
            return 1
    return int(head["code"])
