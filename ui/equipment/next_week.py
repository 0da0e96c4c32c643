"""What to do next week on the equipment: sentences deduced from the figures, by rules that the page states."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pandas as pd

from data.people import marks_and_attendance as published_others
from data.people.marks_and_attendance import Attendance
from data.people.mask import MaskedCounts
from data.queries import equipment as support
from data.queries.equipment import Tickets
from ui.kit import blocks
from ui.kit.formats import SPACE, day, enumeration, is_missing, plural
from ui.rollout.charts import school_name
from ui.session import ask

DAYS = 7
NAMED = 3
FEWEST_LOST = 5
RULES = (
    "Règles\u00a0: demandes ouvertes depuis plus de 7 jours, matériels en panne ou pas encore en service après "
    "l’installation, ateliers des 7 prochains jours, présences non saisies, école sans réponse ce mois-ci, "
    "école qui perd 5 agents ou plus à une étape."
)


def to_do(today: date, schools: MaskedCounts) -> None:
    """Answer: what should the mission do next week?"""
    found = [
        *about_tickets(ask(support.tickets, today)),
        *about_devices(ask(support.devices_to_handle)),
        *about_workshops(ask(published_others.attendance, today), today),
        *about_agents(schools),
    ]
    if schools.counts.empty and not found:
        return  # nothing is known yet: no rule speaks
    with blocks.question("Que faire la semaine prochaine\u00a0?", RULES):
        blocks.sentences(found or ["Rien de particulier\u00a0: aucune de ces règles ne signale quoi que ce soit."])


def about_tickets(facts: Tickets) -> list[str]:
    """Close the requests that have waited too long."""
    asked = plural(facts.stale, "demande ouverte", "demandes ouvertes")
    return [f"Résoudre {asked} depuis plus de {DAYS} jours."] if facts.stale else []


def about_devices(found: pd.DataFrame) -> list[str]:
    """Repair what is broken, install what still waits."""
    verbs = {"en panne": "Réparer ou remplacer", "à installer": "Mettre en service"}
    told = []
    for what, verb in verbs.items():
        rows = found[found["what"] == what]
        if len(rows):
            by_school = zip(rows["school"], rows["devices"], strict=True)
            places = enumeration([f"{_place(school)} ({count})" for school, count in by_school])
            told.append(f"{verb} {plural(int(rows['devices'].sum()), 'matériel')}{SPACE}: {places}.")
    return told


def _place(school: object) -> str:
    return "école non renseignée" if is_missing(school) else school_name(str(school))


def about_workshops(facts: Attendance, today: date) -> list[str]:
    """Prepare the next workshops, write down who came to the last ones."""
    table, last = facts.table, pd.Timestamp(today + timedelta(days=DAYS))
    ahead = ~table["held"].astype(bool) & (table["date"] <= last)
    coming = table[ahead].sort_values(by="date")
    told = [
        f"Préparer l’atelier «{SPACE}{row['title']}{SPACE}», {school_name(row['school'])}, le {day(row['date'])}."
        for row in coming.head(NAMED).to_dict("records")
    ]
    silent = int((table["held"] & table["seats_attended"].isna() & ~table["hidden"]).sum())
    return told + ([f"Saisir les présents de {plural(silent, 'atelier tenu', 'ateliers tenus')}."] if silent else [])


def about_agents(schools: MaskedCounts) -> list[str]:
    """Ask the silent schools, and help those that lose many agents at one step; what is hidden is not told."""
    counts, hidden = schools.counts, schools.hidden
    first = counts.columns[1]
    silent = [school_name(str(name)) for name in counts.index[counts[first].isna() & ~hidden[first]]]
    told = [f"Demander ses chiffres du mois à {enumeration(silent)}."] if silent else []
    # From one step to the next, where both are shown.
    losses = [
        (int(row[before] - row[step]), str(school), before, step)
        for school, row in counts.iterrows()
        for before, step in pairwise(counts.columns)
        if pd.notna(row[before]) and pd.notna(row[step])
    ]
    worst = {school: loss for loss in sorted(losses) for school in [loss[1]] if loss[0] >= FEWEST_LOST}
    return told + [
        f"Accompagner {school_name(school)}{SPACE}: {plural(people, 'agent perdu', 'agents perdus')} "
        f"entre «{SPACE}{before}{SPACE}» et «{SPACE}{step}{SPACE}»."
        for people, school, before, step in sorted(worst.values(), reverse=True)
    ]
