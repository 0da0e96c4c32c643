"""The page Portefeuille des pilotes."""
