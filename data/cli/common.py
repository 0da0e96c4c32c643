"""Functions shared by all commands: refusals, opening of the store, or of the application that has it open."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from data.backup.restore import refuse_paths
from data.cli.running import running_application
from data.cli.terminal import Silent, speaking, terminal
from data.faults import StoreBusy, StoreFault, of_system
from data.store import COMPUTATION, Store, store_path
from data.store_file import journals, work_folder

# The type of the subcommands of a parser, which has no public name in argparse.
Commands = argparse._SubParsersAction
Run = Callable[[Store], int]


def say(text: object) -> None:
    """Print an answer on the terminal of the command."""
    terminal().say(str(text))


def refuse(message: object) -> int:
    """Print on stderr why nothing was done, and return the exit code of a refusal."""
    terminal().complain(str(message))
    return 1


def refuse_file(error: OSError, path: Path) -> int:
    """Print on stderr why a file of this command cannot be written, and return the exit code of a refusal."""
    return refuse(of_system(error, path))


def with_store(arguments: list[str], run: Run, files: tuple[str, ...] = ()) -> int:
    """Run a command on the store and return its exit code; a fault of the store is reported in French.

    When the application has the store open, the command runs there: it gets these `arguments` and `files`.
    """
    here = terminal().store
    if here is not None:
        return answer(lambda: int(run(here)))
    return answer(lambda: _opened(run, lambda busy: _elsewhere(busy, arguments, files)))


def with_copy(run: Run) -> int:
    """Run a command that only reads, on the store or on a copy of what the application has open."""
    return answer(lambda: _opened(run, lambda busy: _on_copy(busy, run)))


def _opened(run: Run, when_busy: Callable[[StoreBusy], int]) -> int:
    try:
        store = Store(store_path())
    except StoreBusy as busy:
        return when_busy(busy)
    try:
        return int(run(store))
    finally:
        store.close()


def _elsewhere(busy: StoreBusy, arguments: list[str], files: tuple[str, ...]) -> int:
    running = running_application(store_path().resolve())
    codes = []
    for name in files or (None,):  # a file at a time: a long list would not hold in one message
        code = running.run(arguments, {} if name is None else {name: _content(Path(name))}) if running else None
        if code is None:
            raise busy
        codes.append(code)
    return max(codes)


def restored_elsewhere(busy: StoreBusy, source: Path) -> int:
    """Let the application that has the store open put a backup in its place; it reads a copy in its own folder."""
    path = store_path().resolve()
    running = running_application(path)
    if running is None:
        raise busy
    refuse_paths(source, path)
    folder = Path(tempfile.mkdtemp(prefix=COMPUTATION, dir=work_folder(path)))
    try:
        copy = folder / source.name
        for file in (source, *journals(source)):
            shutil.copyfile(file, folder / file.name)
        code = running.run(["restore", str(copy)], {}, shown={str(copy): str(source)})
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if code is None:
        raise busy
    return code


def _content(path: Path) -> bytes | None:
    try:
        return terminal().read(path)
    except OSError:
        return None


def _on_copy(busy: StoreBusy, run: Run) -> int:
    running = running_application(store_path().resolve())
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.duckdb"
        with speaking(Silent()):
            code = running.run(["backup", str(copy)], {}) if running else None
        if code is None:
            raise busy
        return code or _opened_at(copy, run)


def _opened_at(path: Path, run: Run) -> int:
    store = Store(path)
    try:
        return int(run(store))
    finally:
        store.close()


def answer(run: Callable[[], int]) -> int:
    """Return the exit code of a command, and report the fault that stopped it, if any."""
    try:
        return run()
    except StoreFault as fault:
        return refuse(fault)
    except BrokenPipeError:  # the program that read the output has ended
        raise
    except OSError as error:
        return refuse_file(error, Path(str(error.filename or store_path())))
