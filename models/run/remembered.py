"""Past forecasts kept from one computation to the next: they are the same as long as what they knew is.

A computation after a new day then fits the last months only. The file is ours: in the store's work folder, which only
the owner of the store reads.
"""

from __future__ import annotations

import pickle
from collections.abc import Collection
from contextlib import suppress
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from data.files import write_whole
from models.inputs.panel import Panel
from models.meals.backtest import Origin
from models.meals.error_features import Forecasts
from models.run.fingerprint import fingerprint

NAME = "past_forecasts"
Known = dict[str, Forecasts]


def load(folder: Path) -> Known:
    """Return the forecasts kept in a folder, by the key of their origin; none if there are none that can be read."""
    with suppress(Exception):  # a file half written or of another version is computed again
        known = pickle.loads((folder / NAME).read_bytes())
        return known if isinstance(known, dict) else {}
    return {}


def save(folder: Path, known: Known) -> None:
    """Keep these forecasts, and no older ones; a folder that cannot be written costs time, not the computation."""
    with suppress(OSError):
        write_whole(folder / NAME, pickle.dumps(known))


def key(panel: Panel, strikes: Collection[date], origin: Origin) -> str:
    """Return a hash of all that the forecast of an origin reads, the code included."""
    known, last = panel.until(origin.cutoff), origin.days[-1]
    words = known.words[known.words.index <= last] if len(known.words) else known.words
    tables: list[pd.DataFrame] = [
        known.served,
        known.points,
        known.incomplete,
        words.loc[:, words.any()] if len(words) else words,
        known.events[known.events["date"] <= last].reset_index(drop=True),
        known.pupils,
        known.kinds.to_frame(),
    ]
    days = [*known.service_days[known.service_days <= last], *panel.served.index[panel.served.index <= last]]
    told = [fingerprint(), origin.cutoff, *origin.days, *days, *sorted(day for day in strikes if day <= last.date())]
    return sha256("\n".join([*map(str, told), *map(_digest, tables)]).encode()).hexdigest()


def _digest(table: pd.DataFrame) -> str:
    rows = pd.util.hash_pandas_object(table).to_numpy()
    return sha256(np.ascontiguousarray(rows).tobytes() + "\n".join(map(str, table.columns)).encode()).hexdigest()
