"""The page Réglages: backups, restore, and the values that the application works with."""
