"""The page Données disponibles."""
