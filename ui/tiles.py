"""The tile server that a city may name, for example IGN's: the one outside address that its browsers then ask."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

TILES_SETTING = "ANTIGASPI_TILES_URL"


def tiles_origin() -> str:
    """Return the origin of the tile server (https://tuiles.ville.fr); "" without one."""
    parts = urlsplit(os.environ.get(TILES_SETTING, ""))
    return f"{parts.scheme}://{parts.netloc}" if parts.scheme and parts.netloc else ""
