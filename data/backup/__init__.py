"""Copies of the store: the daily one, its folder and rotation, what a restore would lose, the restore itself."""
