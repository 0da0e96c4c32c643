"""The process that computes: worker, processors or cluster, the city's line, the backtest command."""
