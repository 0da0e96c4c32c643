"""The names of a file against those of the store: schools written otherwise, labels of no canteen."""
