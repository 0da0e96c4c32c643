"""The page Déposer un fichier."""
