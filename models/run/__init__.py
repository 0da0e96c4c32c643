"""The process that computes: worker, processors or Dask cluster, the city's total, the backtest command."""
