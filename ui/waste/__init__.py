"""The page Gaspillage."""
