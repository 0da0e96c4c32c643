"""The page Qualité des prévisions."""
