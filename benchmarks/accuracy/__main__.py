"""Run the accuracy benchmarks that need no file of forecasts: pilot, rollout, rankings (`make accuracy`)."""

from __future__ import annotations

from benchmarks.accuracy import placebo, rankings, rollout_coverage

if __name__ == "__main__":
    placebo.main()
    rollout_coverage.main()
    rankings.main()
