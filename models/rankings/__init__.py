"""Rankings: which dishes, canteens and moments of the year stand out from what chance alone would show."""
