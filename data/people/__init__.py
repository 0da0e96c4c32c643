"""People as counts, under statistical disclosure control."""
