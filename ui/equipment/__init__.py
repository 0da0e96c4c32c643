"""The page Équipement."""
