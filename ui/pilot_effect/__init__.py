"""The page Effet du pilote."""
