"""How Prophet is called here: without its chatter."""

from __future__ import annotations

import logging


def keep_quiet() -> None:
    """Silence what Prophet tells of every fit; its errors are still heard."""
    logging.getLogger("cmdstanpy").disabled = True
    logging.getLogger("prophet").setLevel(logging.ERROR)
