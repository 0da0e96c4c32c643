"""Copies of the store: a backup put back in its place."""
