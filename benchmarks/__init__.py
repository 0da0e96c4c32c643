"""Measured comparisons on the city's real log; each ratio compares two measures of the same run, on one machine."""

from __future__ import annotations

import os
from pathlib import Path

# One thread per process, as in the processes of the forecasts: their pools already use every processor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

PROJECT = Path(__file__).resolve().parent.parent
NANTES = Path(os.environ.get("ANTIGASPI_REAL_DATA") or PROJECT.parent / "shared" / "data") / "nantes"
MAPPING = NANTES / "mapping_frequentation_cantines.csv"
LOG = NANTES / "frequentation_2011_2017.csv"
