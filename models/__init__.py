"""DataFrames in, DataFrames out: calendar features, Prophet forecasts, and the refresh that stores them."""

import os

# One thread per process, set before numpy is loaded: the pools of processes already use every processor.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
