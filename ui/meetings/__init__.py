"""The page Séances du comité: the last meeting, what changed since, the forms of the mission."""
