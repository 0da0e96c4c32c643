"""The page Prévisions."""
