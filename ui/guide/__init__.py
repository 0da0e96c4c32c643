"""The users’ guide: one page for each role, with pictures, and the whole of it."""
