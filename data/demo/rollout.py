"""Synthetic programme of the demonstration: 12 test schools, their stages, equipment, workshops, risks, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from data.demo.city import City
from data.demo.staff import build_devices, build_equipment, build_tickets, build_workshops
from data.demo.steering import build_decisions, build_milestones, build_risks

# Stage → planned length in weeks.
STAGES = {
    "cadrage": 4, "préparation": 6, "installation": 3, "formation": 3, "test": 12, "bilan": 3, "généralisation": 8,
}  # fmt: skip
# Stages are written with their position, from 1.
PREPARATION, INSTALLATION, TRAINING = 2, 3, 4
ENDLESS = 500
# The places of the canteens of the 12 test schools in the list of canteens; each has one label.
FIRST_PILOT, PILOTS = 15, 12


@dataclass(frozen=True)
class Course:
    """The course of one school: weeks since its start, weeks lost at each stage, present state."""

    weeks: int
    lost: tuple[int, ...]
    connection: str
    weather: str
    reason: str
    next_step: str


COURSES = (
    Course(58, (0, 0, 0, 0, 0, 0, 0), "faite", "soleil", "Étapes finies", "Partager le retour d’expérience"),
    Course(41, (0, 1, 0, 0, 0, 0, 0), "faite", "soleil", "Équipe autonome", "Poursuivre les pesées"),
    Course(37, (0, 1, 2, 0, 0, 0, 0), "faite", "soleil", "Bilan positif", "Préparer la généralisation"),
    Course(31, (0, 2, 0, 1, 2, 0, 0), "faite", "nuage", "Agent référent absent trois semaines", "Finir le test"),
    Course(27, (0, 0, 0, 0, 0, 0, 0), "faite", "soleil", "Pesées quotidiennes en place", "Poursuivre le test"),
    Course(24, (0, 2, 1, 1, 0, 0, 0), "faite", "nuage", "Poste partagé trop loin de la cuisine", "Déplacer le poste"),
    Course(16, (0, 0, 0, 0, 0, 0, 0), "faite", "soleil", "Agents volontaires", "Tenir le second atelier"),
    Course(24, (0, 2, ENDLESS, 0, 0, 0, 0), "bloquée", "orage", "Câblage refusé\u00a0: amiante dans le faux plafond",
           "Choisir un autre cheminement avec les bâtiments"),
    Course(14, (0, 2, ENDLESS, 0, 0, 0, 0), "en cours", "pluie", "Prises réseau attendues", "Recevoir les prises"),
    Course(11, (0, 0, 0, 0, 0, 0, 0), "en cours", "nuage", "Matériel reçu", "Fixer le jour de pose"),
    Course(9, (1, 0, 0, 0, 0, 0, 0), "à faire", "nuage", "Étude de câblage attendue", "Relancer l’étude de câblage"),
    Course(6, (0, 0, 0, 0, 0, 0, 0), "à faire", "soleil", "Visite faite, équipe prévenue", "Créer les identités"),
)  # fmt: skip


@dataclass(frozen=True)
class Rollout:
    """The programme's deposits, by kind, and the first day of each test canteen in the pilot."""

    deposits: dict[str, pd.DataFrame]
    pilot_starts: dict[str, date]


def build_rollout(rng: np.random.Generator, city: City, today: date) -> Rollout:
    """Generate the 12 test schools; a school enters the pilot (weighings) when its préparation starts."""
    canteens = city.canteens.iloc[FIRST_PILOT : FIRST_PILOT + PILOTS]
    sites = _sites(city, canteens)
    stages = _stages(sites["school"].tolist(), today)
    starts = stages[stages["position"] == PREPARATION].set_index("school")["actual_start"]
    installed = stages[stages["position"] == INSTALLATION].set_index("school")
    trained = stages[stages["position"] == TRAINING].set_index("school")["actual_end"]
    deposits = {
        "sites": sites,
        "stages": stages.drop(columns="position"),
        "milestones": build_milestones(installed, today),
        "risks": build_risks(sites),
        "decisions": build_decisions(sites, today),
        "equipment": build_equipment(rng, installed[["actual_start", "actual_end"]], trained, today),
        "devices": build_devices(rng, installed["actual_end"]),
        "workshops": build_workshops(rng, trained, today),
        "tickets": build_tickets(installed["actual_end"], today),
    }
    return Rollout(deposits, dict(zip(sites["canteen"], starts.loc[sites["school"]], strict=True)))


def _sites(city: City, canteens: pd.DataFrame) -> pd.DataFrame:
    schools = city.schools[~city.schools["school"].str.contains("maternelle")].set_index("canteen")["school"]
    return pd.DataFrame(
        {
            "school": schools.loc[canteens["canteen"]].to_numpy(),
            "canteen": canteens["canteen"].to_numpy(),
            "district": canteens["district"].to_numpy(),
            "connection": [course.connection for course in COURSES],
            "weather": [course.weather for course in COURSES],
            "weather_reason": [course.reason for course in COURSES],
            "next_step": [course.next_step for course in COURSES],
        }
    )


def _stages(schools: list[str], today: date) -> pd.DataFrame:
    rows = [row for school, course in zip(schools, COURSES, strict=True) for row in _journey(school, course, today)]
    columns = ["school", "position", "stage", "planned_start", "planned_end", "actual_start", "actual_end"]
    return pd.DataFrame(rows, columns=columns)


def _journey(school: str, course: Course, today: date) -> list[tuple]:
    """Return the stages of a school, from Mondays to Fridays; weeks lost at one stage delay the following stages."""
    monday = today - timedelta(days=today.weekday(), weeks=course.weeks)
    delay, rows = 0, []
    for position, ((stage, weeks), lost) in enumerate(zip(STAGES.items(), course.lost, strict=True), start=1):
        planned = monday, monday + timedelta(weeks=weeks, days=-3)
        actual = [planned[0] + timedelta(weeks=delay), planned[1] + timedelta(weeks=delay + lost)]
        rows.append((school, position, stage, *planned, *(day if day < today else None for day in actual)))
        monday, delay = monday + timedelta(weeks=weeks), delay + lost
    return rows
