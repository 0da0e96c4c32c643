"""Which days are served: the school calendar, declared events day by day, strike dates read swapped."""
