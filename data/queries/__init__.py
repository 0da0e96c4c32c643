"""The questions of the pages: each is one function, with its SQL statement beside it."""
