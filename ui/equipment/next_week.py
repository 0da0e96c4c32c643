"""What to do next week on the equipment: the rules listed on the page turn the figures into sentences."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd

from data.people.agents import AGENTS, MonthCounts
from data.people.marks_and_attendance import Attendance, attendance
from data.people.rounding import fewest, most
from data.queries import equipment
from data.queries.equipment import Tickets
from ui.access import sees_exact_counts
from ui.equipment import view
from ui.kit import blocks
from ui.kit.formats import SPACE, day, enumeration, is_missing, plural, school_name
from ui.session import ask

DAYS = 7
NAMED = 3
FEWEST_LOST = 5
RULES = (
    "Règles\u00a0: demandes ouvertes depuis plus de 7 jours, matériels en panne ou pas encore en service après "
    "l’installation, ateliers des 7 prochains jours, présences non saisies, école sans réponse ce mois-ci, "
    "école qui perd sûrement 5 agents ou plus à une étape."
)


def to_do(month: date, today: date) -> None:
    """Answer: what should the mission do next week?"""
    counts = view.by_school(month)
    actions = [
        *about_tickets(ask(equipment.tickets, today)),
        *about_devices(ask(equipment.devices_to_handle)),
        *about_workshops(ask(attendance, today, exact=sees_exact_counts()), today),
        *about_agents(counts),
    ]
    with blocks.question("Que faire la semaine prochaine\u00a0?", RULES):
        if counts.schools.empty and not actions:  # no rule applies
            blocks.empty_state("Rien à signaler\u00a0: aucun compte d’agents, aucun atelier, aucune demande.")
            return
        blocks.sentences(actions or ["Rien de particulier\u00a0: aucune de ces règles ne signale quoi que ce soit."])


def about_tickets(facts: Tickets) -> list[str]:
    """Return what to do about the requests that have been open too long."""
    requests = plural(facts.stale, "demande ouverte", "demandes ouvertes")
    return [f"Résoudre {requests} depuis plus de {DAYS} jours."] if facts.stale else []


def about_devices(devices: pd.DataFrame) -> list[str]:
    """Return what to do about the devices that are broken or not in service yet."""
    verbs = {"en panne": "Réparer ou remplacer", "à installer": "Mettre en service"}
    actions = []
    for what, verb in verbs.items():
        rows = devices[devices["what"] == what]
        if len(rows):
            by_school = zip(rows["school"], rows["devices"], strict=True)
            places = enumeration([f"{_place(school)} ({count})" for school, count in by_school])
            actions.append(f"{verb} {plural(int(rows['devices'].sum()), 'matériel')}{SPACE}: {places}.")
    return actions


def _place(school: object) -> str:
    return "école non renseignée" if is_missing(school) else school_name(str(school))


def about_workshops(facts: Attendance, today: date) -> list[str]:
    """Return what to do about the next workshops, and about those held without a known attendance."""
    table, last = facts.table, pd.Timestamp(today + timedelta(days=DAYS))
    ahead = ~table["held"].astype(bool) & (table["date"] <= last)
    coming = table[ahead].sort_values(by="date")
    actions = [
        f"Préparer l’atelier «{SPACE}{row['title']}{SPACE}», {school_name(row['school'])}, le {day(row['date'])}."
        for row in coming.head(NAMED).to_dict("records")
    ]
    without_attendance = int((table["held"] & table["seats_attended"].isna()).sum())
    return actions + (
        [f"Saisir les présents de {plural(without_attendance, 'atelier tenu', 'ateliers tenus')}."]
        if without_attendance
        else []
    )


# What all the agents of a school who did not reach a step have not: those lost at it, and those lost before.
LACKS = {
    "Identité créée": "sans identité",
    "Identité activée": "sans identité activée",
    "Actifs (30\u00a0j)": "qui ne s’en servent pas",
    "Formés": "non formés",
}


def about_agents(counts: MonthCounts) -> list[str]:
    """Return what to do about schools without figures, and schools that surely lose many agents at one step."""
    schools, exact = counts.schools, counts.exact
    without_figures = [school_name(str(name)) for name in schools.index[schools.iloc[:, 1].isna()]]
    sentences = [f"Demander ses chiffres du mois à {enumeration(without_figures)}."] if without_figures else []
    losses = [
        (int(row[before] - row[step]), str(school), int(row[AGENTS] - row[step]), step)
        for school, row in schools.iterrows()
        for before, step in pairwise(schools.columns)
        if pd.notna(row[before])
        and pd.notna(row[step])
        and fewest(int(row[before]), exact=exact) - most(int(row[step]), exact=exact) >= FEWEST_LOST
    ]
    worst = {loss[1]: loss for loss in sorted(losses)}
    return sentences + [
        f"Accompagner {school_name(school)}{SPACE}: {view.agents(without, exact=exact)} {LACKS[step]}."
        for _, school, without, step in sorted(worst.values(), reverse=True)
    ]
