"""The page Généralisation."""
