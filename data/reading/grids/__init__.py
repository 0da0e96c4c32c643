"""Grids: the days in columns, the canteens or the losses in rows, as people fill in a week by hand."""
