"""Questions the pages ask: one question = one function = one SQL statement beside it."""
