"""Processes of the application that nobody has visited yet: they share what they import, and nothing else.

`python -m tests.access.newborn` reads lines “port store” and starts a server for each; it writes its number.
"""

from __future__ import annotations

import os
import sys

from ui.server import preload, start


def main() -> None:
    """Import once what every server imports at its start, then let each line begin a process from there."""
    preload.load()
    for line in sys.stdin:
        port, store = line.split()
        child = os.fork()
        if not child:
            os.dup2(2, 1)
            os.environ["ANTIGASPI_DB"] = store
            sys.exit(start.main(["--server.port", port, "--server.headless", "true"]))
        print(child, flush=True)
        os.waitpid(child, 0)  # one at a time


if __name__ == "__main__":
    main()
