"""How fast: imports, deposits, forecasts, pages (`make bench`)."""
