"""Run every benchmark, one after the other: `make bench`."""

from __future__ import annotations

import sys

from benchmarks import LOG
from benchmarks.speed import (
    bench_browser,
    bench_costs,
    bench_crowd,
    bench_deposit,
    bench_import,
    bench_pages,
    bench_refresh,
    bench_sheets,
)

BENCHMARKS = (
    bench_import, bench_deposit, bench_refresh, bench_pages, bench_costs, bench_browser, bench_crowd, bench_sheets,
)  # fmt: skip


def main() -> int:
    if not LOG.exists():
        print(f"The real log is not at {LOG}; set ANTIGASPI_REAL_DATA to its folder.", file=sys.stderr)
        return 1
    for benchmark in BENCHMARKS:
        print(f"\n== {(benchmark.__doc__ or '').splitlines()[0]}", flush=True)
        benchmark.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
