"""The service sheet: what one canteen tells of one day, from a tablet whose network may drop."""
