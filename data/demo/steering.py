"""Synthetic milestones, risks and decisions of the demonstration's programme."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd

RISKS = (
    # risk, place of the school (None: the whole programme), probability, impact, answer, state
    ("Câblage retardé par l’amiante", 7, "forte", "fort", "Étudier un cheminement en goulotte", "ouvert"),
    ("Prises réseau livrées en retard", 8, "moyenne", "moyen", "Relancer le fournisseur chaque lundi", "ouvert"),
    ("Agents référents absents pendant la formation", None, "moyenne", "fort", "Former deux référents par école",
     "ouvert"),
    ("Mots de passe oubliés après l’été", None, "forte", "moyen", "Atelier de rentrée de vingt minutes", "ouvert"),
    ("Postes partagés trop loin des cuisines", 5, "moyenne", "faible", None, "ouvert"),
    ("Travaux d’été non terminés à la rentrée", None, "faible", "fort", "Point mensuel avec les bâtiments", "ouvert"),
    ("Refus d’un outil de plus", None, "faible", "moyen", "Montrer les repas évités", "clos"),
)  # fmt: skip
DECISIONS = (
    # decision, place of the school, weeks until it is due, weeks since it was taken, outcome
    ("Choisir le cheminement du câble malgré l’amiante", 7, -1, None, None),
    ("Financer un second poste partagé par école", None, 3, None, None),
    ("Élargir à douze nouvelles écoles", None, 9, None, None),
    ("Ouvrir la messagerie aux concierges", None, -12, 11, "Oui, dès l’identité activée"),
)
MILESTONES = (
    # milestone, weeks until its planned day, weeks since it was reached
    ("Six premières écoles équipées", -20, 18),
    ("Premier bilan présenté au comité", -6, 5),
    ("Douze écoles raccordées", -2, None),
    ("Bilan des douze écoles", 10, None),
)


def build_milestones(installed: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return the milestones of the programme, and one per school: devices in service at the end of the installation."""
    programme: list[tuple] = [
        (name, None, _weeks(today, ahead), None if ago is None else _weeks(today, -ago))
        for name, ahead, ago in MILESTONES
    ]
    schools: list[tuple] = [
        ("Matériels en service", school, row["planned_end"], row["actual_end"]) for school, row in installed.iterrows()
    ]
    return pd.DataFrame(programme + schools, columns=["milestone", "school", "planned_on", "reached_on"])


def build_risks(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the risks of the programme and of a few schools."""
    rows = [(risk, _school(sites, place), *rest) for risk, place, *rest in RISKS]
    return pd.DataFrame(rows, columns=["risk", "school", "probability", "impact", "answer", "state"])


def build_decisions(sites: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return the decisions expected from the comité: one is late, two are due later, one is taken."""
    rows = [
        (
            decision,
            _school(sites, place),
            _weeks(today, ahead),
            None if ago is None else _weeks(today, -ago),
            outcome,
        )
        for decision, place, ahead, ago, outcome in DECISIONS
    ]
    return pd.DataFrame(rows, columns=["decision", "school", "due_on", "decided_on", "outcome"])


def _school(sites: pd.DataFrame, place: int | None) -> str | None:
    return None if place is None else str(sites["school"].iloc[place])


def _weeks(today: date, weeks: int) -> date:
    return today + timedelta(weeks=weeks)
