"""What is made once and shown many times: values kept in memory for all sessions, bounded, never stale.

A value is known by all that it is made of: the state of the store and the arguments of a question, the very data that a
chart draws. So nothing has to be thrown away when something changes: another key is asked for.
"""

from __future__ import annotations

import hashlib
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd
import plotly.graph_objects as go

Value = TypeVar("Value")
Arguments = ParamSpec("Arguments")
CHARTS = 400  # a chart weighs about 50 kB


@dataclass
class _Entry:
    lock: Any = field(default_factory=threading.RLock)
    value: Any = None
    made: bool = False


class Kept:
    """The values last asked for, by key; each is made once, even when many ask at the same time."""

    def __init__(self, most: int) -> None:
        """Keep at most so many values."""
        self._most = most
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Return the value of a key; what `make` raises is raised, and not kept."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            while len(self._entries) > self._most:
                self._entries.popitem(last=False)
        with entry.lock:
            if not entry.made:
                entry.value, entry.made = make(), True
        return entry.value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()

    def values(self) -> dict[Hashable, Any]:
        """Return what is kept, by key."""
        with self._lock:
            return {key: entry.value for key, entry in self._entries.items() if entry.made}


def lent(value: Any) -> Any:  # noqa: ANN401
    """Return a value that its reader may change without changing it for others; nothing is copied before that.

    pandas copies a column when it is written in a frame that shares it.
    """
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.copy(deep=False)
    if isinstance(value, dict):
        return {key: lent(one) for key, one in value.items()}
    if isinstance(value, list):
        return [lent(one) for one in value]
    if type(value) is tuple:
        return tuple(lent(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: lent(getattr(value, one.name)) for one in fields(value) if one.init})
    return value


_charts = Kept(CHARTS)


def drawn_once(draw: Callable[Arguments, go.Figure]) -> Callable[Arguments, go.Figure]:
    """Let a chart of the same data be made once for everybody; its function reads nothing but its arguments.

    The chart that is returned is everybody's: nobody changes it afterwards.
    """

    @wraps(draw)
    def drawn(*args: Arguments.args, **kwargs: Arguments.kwargs) -> go.Figure:
        content = hashlib.blake2b(pickle.dumps((args, kwargs), protocol=5), digest_size=20).digest()
        return _charts.get((draw.__module__, draw.__qualname__, content), lambda: _ready(draw(*args, **kwargs)))

    return drawn


def _ready(chart: go.Figure) -> go.Figure:
    """Let a chart give its plain form, which takes as long to make as the chart itself, from memory."""
    plain = chart.to_dict()
    chart.to_dict = lambda: plain  # type: ignore[method-assign]
    return chart
