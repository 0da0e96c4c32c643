"""What every command shares."""

from __future__ import annotations

import argparse
import getpass
import os
import sys

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
