"""The questions of the pages, asked again in the background once the store has changed, before somebody waits for them.

What is asked again is what people asked lately: the pages they open, with the filters they choose.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import threading
import time
from contextlib import suppress

import pyarrow as pa

from data.store import State, StoreFault
from ui import session

EVERY, QUIET = 0.5, 2.0  # seconds: between two looks at the store; without a write before beginning
NICE = 10  # lower priority than the threads that draw pages
_stopping = threading.Event()


def start() -> None:
    """Watch the store until `stop`."""
    _stopping.clear()
    threading.Thread(target=_watch, name="warm", daemon=True).start()


def stop() -> None:
    """Stop watching."""
    _stopping.set()


def _watch() -> None:
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
    known: State | None = None
    while not _stopping.wait(EVERY):
        with suppress(StoreFault):  # a store that cannot be read now is asked later
            state = session.opened().state()
            known = known or state
            if state != known and not _stopping.wait(QUIET) and session.opened().state() == state:
                known = state
                ask_again(state)
                give_back()


def ask_again(state: State) -> None:
    """Ask the questions of the pages again, the last asked first, until the store changes again."""
    session.forget_older(state)
    for question, args, kwargs in session.asked_lately():
        if _stopping.is_set() or session.opened().state() != state:
            return
        began = time.monotonic()
        try:
            session.answer(question, *args, **kwargs)
        except Exception:  # the page that asks it will say so
            logging.getLogger(__name__).debug("Not warmed: %s", question, exc_info=True)
        _stopping.wait(time.monotonic() - began)  # as much time for the others


def give_back() -> None:
    """Give back what Python, Arrow and the C library keep of a large deposit; DuckDB does it by itself."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # another system than Linux, another C library
        ctypes.CDLL("libc.so.6").malloc_trim(0)
