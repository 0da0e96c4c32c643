"""The kitchen's week: what to prepare, for whom, on which day."""
