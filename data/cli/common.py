"""Functions shared by all commands: actor, refusals, opening of the store."""

from __future__ import annotations

import argparse
import getpass
import os
import sys
from collections.abc import Callable
from pathlib import Path

from data.faults import StoreFault, of_system
from data.store import Store, store_path
from data.typography import TITLE, cut

# The type of the subcommands of a parser, which has no public name in argparse.
Commands = argparse._SubParsersAction


def actor() -> str:
    """Return the name of the person who runs the command, for the audit trail."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a user number without an account
        name = str(os.getuid())
    return f"{cut(name, TITLE)} (ligne de commande)"


def refuse(message: object) -> int:
    """Print on stderr why nothing was done, and return the exit code of a refusal."""
    print(message, file=sys.stderr)
    return 1


def refuse_file(error: OSError, path: Path) -> int:
    """Print on stderr why a file of this command cannot be written, and return the exit code of a refusal."""
    return refuse(of_system(error, path))


def with_store(run: Callable[[Store], int]) -> int:
    """Run a command on the store and return its exit code; a fault of the store is reported in French."""

    def opened() -> int:
        store = Store(store_path())
        try:
            return int(run(store))
        finally:
            store.close()

    return answer(opened)


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
