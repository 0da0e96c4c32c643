"""The page Synthèse."""
