"""The stored computations: runs, days, other risks, archive, quality, worst days."""
