"""Production of the central kitchen: portions and containers of a day, what was printed, what came of it."""
