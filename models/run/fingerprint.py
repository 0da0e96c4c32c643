"""What figures depend on besides the data: the code and the versions of the libraries."""

from __future__ import annotations

import platform
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
LIBRARIES = ("prophet", "cmdstanpy", "pandas", "numpy", "holidays", "vacances-scolaires-france")


@cache
def fingerprint() -> str:
    """Return a hash of the code and the versions of the libraries; two machines with the same one compute alike."""
    code = sha256()
    for folder in ("data", "models"):
        for path in sorted((PROJECT / folder).rglob("*.py")):
            code.update(path.read_bytes())
    return " ".join([code.hexdigest(), platform.python_version(), *map(version, LIBRARIES)])
