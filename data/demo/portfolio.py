"""Synthetic portfolio of pilots of the demonstration, from an idea to a generalised pilot."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

COLUMNS = [
    "pilot", "stage", "purpose", "impact", "effort", "priority", "question", "due_on", "outcome", "decided_on",
]  # fmt: skip
PILOTS = (
    # pilot, stage, purpose, impact, effort, priority, question, weeks until it is due, decision, weeks since
    ("Tablette Antigaspi", "test", "Compter les enfants et peser les restes là où l’on sert", 5, 3, 1,
     "Équiper douze écoles de plus", 5, "Tester une année scolaire", 40),
    ("Tablette de l’équipe ATSEM", "prototype", "Une tablette par équipe pour les plannings et les messages", 4, 2, 2,
     "Passer au test dans trois écoles", -1, "Faire un prototype", 14),
    ("Commande en ligne des produits d’entretien", "bilan", "Commander sans bon papier, livré plus vite", 3, 2, 3,
     "Généraliser à toutes les écoles", 5, "Tester dans quatre écoles", 30),
    ("Facilitateurs entre collègues", "généralisé", "Des agents aident leurs collègues à se servir des outils", 4, 1, 4,
     None, None, "Généraliser, deux par secteur", 8),
    ("Accueil des parents", "idée", "Un poste pour les démarches des familles, avec la Cité éducative", 3, 5, None,
     None, None, None, None),
)  # fmt: skip


def build_pilots(today: date) -> pd.DataFrame:
    """Return one row per pilot: one decision is late, two are due later, one idea is not ranked yet."""
    rows = [
        (*start, question, _weeks(today, ahead), outcome, _weeks(today, None if ago is None else -ago))
        for *start, question, ahead, outcome, ago in PILOTS
    ]
    pilots = pd.DataFrame(rows, columns=COLUMNS)
    return pilots.astype(dict.fromkeys(("impact", "effort", "priority"), "Int64"))


def _weeks(today: date, weeks: int | None) -> date | None:
    return None if weeks is None else today + timedelta(weeks=weeks)
