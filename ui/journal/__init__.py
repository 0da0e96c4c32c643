"""The page Journal des actions."""
