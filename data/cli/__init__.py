"""The data room from the command line: one command, one French answer, one exit code."""

from __future__ import annotations

import argparse
import sys

from data.cli import deposits, exports, upkeep
from data.store import Store, StoreBusy, StoreTooRecent, store_path

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 when it was done, 1 when it was refused, with a French sentence on stderr."""
    options = _parser().parse_args(arguments)
    try:
        store = Store(store_path())
    except (StoreBusy, StoreTooRecent) as error:
        print(error, file=sys.stderr)
        return 1
    try:
        return int(options.run(store, options))
    finally:
        store.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m data", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMANDE")
    for module in (deposits, exports, upkeep):
        module.add_commands(commands)
    return parser
