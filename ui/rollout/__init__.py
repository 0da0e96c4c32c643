"""The page Déploiement."""
