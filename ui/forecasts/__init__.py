"""The forecasts day by day, on the page Semaine de la cuisine."""
