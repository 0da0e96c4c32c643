"""What every command shares."""

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

# The commands of a parser; argparse gives their type no public name.
Commands = argparse._SubParsersAction


def actor() -> str:
    """Name who runs the command, for the audit trail."""
    try:
        name = getpass.getuser()
    except (OSError, KeyError):  # a number without an account
        name = str(os.getuid())
    return f"{cut(name, TITLE)} (ligne de commande)"


def refuse(message: object) -> int:
    """Say on stderr why nothing was done, and return the exit code of a refusal."""
    print(message, file=sys.stderr)
    return 1


def refuse_file(error: OSError, path: Path) -> int:
    """Say on stderr why a file of this command cannot be written."""
    return refuse(of_system(error, path))


def with_store(run: Callable[[Store], int]) -> int:
    """Run a command on the store and return its exit code; whatever is wrong with the store is told in French."""

    def opened() -> int:
        store = Store(store_path())
        try:
            return int(run(store))
        finally:
            store.close()

    return answer(opened)


def answer(run: Callable[[], int]) -> int:
    """Return what a command returns, or tell the fault that stopped it."""
    try:
        return run()
    except StoreFault as fault:
        return refuse(fault)
    except BrokenPipeError:  # whoever read the output has left
        raise
    except OSError as error:
        return refuse_file(error, Path(str(error.filename or store_path())))
