"""The page Comptes et accès: who may sign in, with which role, for which canteens."""
