"""The first steps of a town that begins."""
