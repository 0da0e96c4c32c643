"""Memory that was needed for a moment, such as that of a large deposit, goes back to the system."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

import pyarrow as pa


def give_back() -> None:
    """Give back what Python, Arrow and the C library keep for the next time; DuckDB does it by itself."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # another system than Linux, another C library
        ctypes.CDLL("libc.so.6").malloc_trim(0)
