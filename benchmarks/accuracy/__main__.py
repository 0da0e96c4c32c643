"""Run the accuracy benchmarks that need no file of forecasts: pilot's interval, rollout's range (`make accuracy`)."""

from __future__ import annotations

from benchmarks.accuracy import placebo, rollout_coverage

if __name__ == "__main__":
    placebo.main()
    rollout_coverage.main()
