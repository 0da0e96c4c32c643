"""The meals forecast, its errors, the quantity to prepare, its backtest."""
