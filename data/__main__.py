"""Command-line entry point: `python -m data import|deposits|undo|redo|export|demo|…|backup|restore|user`."""

from __future__ import annotations

import sys

from data.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
