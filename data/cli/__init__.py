"""Command-line interface of the data: one command, one French answer, one exit code."""

from __future__ import annotations

import argparse
import sys

from data.cli import deposits, exports, upkeep
from data.cli.common import answer, with_store
from data.cli.french import french_parser

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return 0 when it is done, 1 when it is refused, with a French sentence on stderr."""
    options = _parser().parse_args(arguments)
    if "run_alone" in options:
        return answer(lambda: int(options.run_alone(options)))
    given = sys.argv[1:] if arguments is None else arguments
    files = tuple(options.files) if "files" in options else ()
    return with_store(given, lambda store: int(options.run(store, options)), files)


def _parser() -> argparse.ArgumentParser:
    parser = french_parser("python -m data", "Les données d’Antigaspi\u00a0: une commande à la fois.")
    commands = parser.add_subparsers(required=True, metavar="COMMANDE")
    for module in (deposits, exports, upkeep):
        module.add_commands(commands)
    return parser
