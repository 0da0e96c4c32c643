"""Where a computation runs: on the processors of this machine, or on a Dask cluster when its address is given."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

ADDRESS = "DASK_SCHEDULER_ADDRESS"


@contextmanager
def executor(started: Callable[[], None]) -> Iterator[Executor]:
    """Yield the executor of the tasks; `started` is called when this process will not be forked any more."""
    if address := os.environ.get(ADDRESS):
        from models.run.cluster import Cluster  # Dask takes a second to load, and a single machine does not need it

        started()
        with Cluster(address) as cluster:
            yield cluster
        return
    # Forked children share the imported modules: Prophet takes a second to load.
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=context) as pool:
        pool.submit(os.getpid)  # the first task forks all the children
        started()
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)
