"""Speed of the imports, deposits, forecasts and pages (`make bench`)."""
