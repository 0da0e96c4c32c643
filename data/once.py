"""What is answered once: a question until the store or the day changes, a computation for each content of its data."""

from __future__ import annotations

import hashlib
import io
import pickle
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from data.clock import today_in_paris
from data.store import Store

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")
Question = Callable[Concatenate[Store, Arguments], Answer]
MOST = 16  # answers of one question, results of one computation


@dataclass
class _Entry:
    lock: Any = field(default_factory=threading.RLock)
    value: Any = None
    made: bool = False


every: list[Kept] = []


class Kept:
    """The values last asked for, by key; each is made once, even when many ask at the same time."""

    def __init__(self, most: int) -> None:
        """Keep at most so many values."""
        self._most = most
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = threading.Lock()
        every.append(self)

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

    def keep(self, wanted: Callable[[Any], bool]) -> None:
        """Forget the values whose key is not wanted any more."""
        with self._lock:
            for key in [key for key in self._entries if not wanted(key)]:
                del self._entries[key]

    def values(self) -> dict[Any, Any]:
        """Return what is kept, by key, the last asked for at the end."""
        with self._lock:
            return {key: entry.value for key, entry in self._entries.items() if entry.made}


def forget() -> None:
    """Forget every value."""
    for one in every:
        one.clear()


def content_of(*values: object) -> str:
    """Return what tells values from others: equal ones may differ in it, different ones never have the same."""
    written = io.BytesIO()
    pickler = pickle.Pickler(written, protocol=5)
    # What stands at two places is written twice, so that it does not matter whether it is one object or two.
    pickler.fast = True
    pickler.dump(values)
    return hashlib.blake2b(written.getbuffer(), digest_size=16).hexdigest()


def once(question: Question[Arguments, Answer]) -> Question[Arguments, Answer]:
    """Keep the last answers of a question until the store or the day changes; nobody changes what it returns.

    Its arguments must be plain values.
    """
    answers = Kept(MOST)

    @wraps(question)
    def answered(store: Store, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        key = store.state(), today_in_paris(), args, tuple(kwargs.items())
        return answers.get(key, lambda: question(store, *args, **kwargs))

    return answered


def once_for_content(compute: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Keep the last results of a long computation, by the content of its arguments, whatever else changes in the store.

    It reads nothing but its arguments, and nobody changes what it returns.
    """
    results = Kept(MOST)

    @wraps(compute)
    def computed(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        return results.get(content_of(args, kwargs), lambda: compute(*args, **kwargs))

    return computed
