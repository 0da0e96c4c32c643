"""Prophet without its messages."""

from __future__ import annotations

import logging


def keep_quiet() -> None:
    """Silence Prophet's messages about each fit; its errors are still logged."""
    logging.getLogger("cmdstanpy").disabled = True
    logging.getLogger("prophet").setLevel(logging.ERROR)
