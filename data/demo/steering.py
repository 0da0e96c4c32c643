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
# The meetings of the comité: weeks since each (on the Tuesday before), and where.
MEETINGS = ((24, "Hôtel de Ville, salle des commissions"), (7, "Hôtel de Ville, salle du Conseil"))
DECISIONS = (
    # decision, place of the school, weeks until it is due, the meeting that took it, outcome,
    # service, weeks until it is to be done, state, weeks since it was done
    ("Choisir le cheminement du câble malgré l’amiante", 7, -1, None, None, None, None, None, None),
    ("Financer un second poste partagé par école", None, 3, None, None, None, None, None, None),
    ("Élargir à douze nouvelles écoles", None, 9, None, None, None, None, None, None),
    ("Ouvrir la messagerie aux concierges", None, -24, 0, "Oui, dès l’identité activée",
     "Direction du numérique", -10, "fait", 11),
    ("Former deux référents par école", None, None, 0, "Oui, avant la rentrée",
     "Mission numérique", -9, "fait", 5),
    ("Peser une semaine dans dix cantines de plus", None, -7, 1, "Oui, avant Noël",
     "Service de la restauration", 2, "en cours", None),
    ("Revoir les quantités du vendredi", None, None, 1, "Moins 3\u00a0% dans vingt cantines",
     "Cuisine centrale", -2, "fait", 3),
    ("Relancer le câblage des écoles en retard", None, None, 1, "Un point chaque lundi",
     "Direction des bâtiments", -1, "en cours", None),
)  # fmt: skip
# Given at each meeting, with its reason.
WEATHERS = (
    ("appuis nécessaires", "Le câblage de trois écoles n’avance pas"),
    ("objectifs atteignables", "Les premières écoles réduisent leurs restes ; une seule reste bloquée"),
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
    """Return the decisions of the comité: one is late to take, two are due later; of five taken, one is late to do."""
    held = [held_on for held_on, _ in meetings(today)]
    rows = [
        (
            decision,
            _school(sites, place),
            _weeks(today, due),
            None if meeting is None else held[meeting],
            outcome,
            owner,
            _weeks(today, until),
            state,
            _weeks(today, None if ago is None else -ago),
        )
        for decision, place, due, meeting, outcome, owner, until, state, ago in DECISIONS
    ]
    columns = ["decision", "school", "due_on", "decided_on", "outcome", "owner", "act_by", "state", "done_on"]
    return pd.DataFrame(rows, columns=columns)


def meetings(today: date) -> list[tuple[date, str]]:
    """Return the days of the meetings of the comité, with their places, the first one first."""
    days = [(today - timedelta(weeks=ago), place) for ago, place in MEETINGS]
    return [(day - timedelta(days=(day.weekday() - 1) % 7), place) for day, place in days]


def _school(sites: pd.DataFrame, place: int | None) -> str | None:
    return None if place is None else str(sites["school"].iloc[place])


def _weeks(today: date, weeks: int | None) -> date | None:
    return None if weeks is None else today + timedelta(weeks=weeks)
