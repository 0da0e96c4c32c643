"""Files of a programme written by chance, with blanks, and deposited: what the oracles count again."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from data.deposit.apply import apply
from data.store import Store

TODAY = date(2025, 6, 4)
SCHOOLS = [f"École {letter}" for letter in "ABCDEFGHIJKL"]
STAGES = ["cadrage", "préparation", "installation", "formation", "test", "bilan", "généralisation"]
TRADES = ["TSEM/ATSEM", "restauration", "concierge"]
MONTHS = [date(2025, 4, 1), date(2025, 5, 1)]
STEPS = ["agents", "identites_creees", "identites_activees", "actifs_30_jours", "formes"]
Rows = list[dict[str, str]]
Files = dict[str, Rows]


def deposited_by_chance(store: Store, folder: Path, seed: int) -> Files:
    """Deposit one file of each kind of the programme; return what the files say."""
    chance = random.Random(seed)
    found: Files = {
        "ecoles": [{"ecole": school, "cantine_nom": school[-1]} for school in SCHOOLS],
        "sites": [_site(chance, school) for school in SCHOOLS],
        "stages": [{"ecole": s, **cells} for rank, s in enumerate(SCHOOLS) for cells in _stages(chance, rank)],
        "devices": [_device(chance, number) for number in range(90)],
        "equipment": list(_counts(chance)),
        "workshops": [_workshop(chance, number) for number in range(26)],
        "tickets": [_ticket(chance, number) for number in range(50)],
        "milestones": [_milestone(chance, number) for number in range(15)],
        "risks": [_risk(chance, number) for number in range(15)],
        "decisions": [_decision(chance, number) for number in range(9)],
    }
    return {name: _through_a_file(store, folder / f"{name}.csv", rows) for name, rows in found.items()}


def _site(chance: random.Random, school: str) -> dict[str, str]:
    return {
        "ecole": school,
        "raccordement": _or_nothing(chance, chance.choice(["faite", "bloquée", "en cours", "à faire"])),
        "meteo": _or_nothing(chance, chance.choice(["soleil", "nuage"])),
    }


def _stages(chance: random.Random, rank: int) -> Iterator[dict[str, str]]:
    """The stages of a school: each begins after the one before; the last ones are still to come, some unplanned."""
    planned = real = TODAY - timedelta(days=40 + 22 * rank)
    for stage in STAGES:
        length, lost = chance.randint(5, 40), chance.choice([0, 0, 0, 3, 12])
        cells = {"etape": stage, "debut_reel": "", "fin_reelle": ""}
        cells |= {"debut_prevu": text_of(planned), "fin_prevue": text_of(planned + timedelta(days=length))}
        if chance.random() < 0.05:
            cells |= {"debut_prevu": "", "fin_prevue": ""}
        if real < TODAY:
            cells["debut_reel"] = text_of(real)
        if real + timedelta(days=length + lost) < TODAY:
            cells["fin_reelle"] = text_of(real + timedelta(days=length + lost))
        planned, real = planned + timedelta(days=length + 1), real + timedelta(days=length + lost + 1)
        yield cells


def _device(chance: random.Random, number: int) -> dict[str, str]:
    return {
        "identifiant": f"M{number}",
        "ecole": chance.choice(SCHOOLS),
        "type_materiel": _or_nothing(chance, chance.choice(["tablette", "poste fixe"])),
        "partage": _or_nothing(chance, chance.choice(["partagé", "personnel"])),
        "etat": _or_nothing(chance, chance.choice(["en service", "en panne", "en stock", "retiré"])),
        "installe_le": _or_nothing(chance, text_of(TODAY - timedelta(days=chance.randint(1, 2_200)))),
    }


def _counts(chance: random.Random) -> Iterator[dict[str, str]]:
    for school in SCHOOLS:
        for trade in TRADES:
            for month in MONTHS:
                left = agents = chance.randint(1, 14)
                cells = {"ecole": school, "metier": trade, "mois": text_of(month), "agents": str(agents)}
                for step in STEPS[1:]:
                    left = chance.randint(0, left)
                    cells[step] = _or_nothing(chance, left, 0.04)
                answers = chance.randint(0, agents)
                cells["reponses"] = str(answers)
                cells["satisfaction"] = str(chance.randint(10, 50) / 10).replace(".", ",") if answers else ""
                cells["adresses_mel"] = _or_nothing(chance, chance.randint(0, agents), 0.04)
                yield cells


def _workshop(chance: random.Random, number: int) -> dict[str, str]:
    held = number < 20
    return {
        "date": text_of(TODAY + timedelta(days=chance.randint(-60, -1) if held else number)),
        "ecole": chance.choice(SCHOOLS),
        "atelier": f"Atelier {number}",
        "places_prevues": _or_nothing(chance, chance.randint(4, 15)),
        "presents": _or_nothing(chance, chance.randint(0, 12)) if held else "",
    }


def _ticket(chance: random.Random, number: int) -> dict[str, str]:
    school, topic = chance.choice(SCHOOLS), _or_nothing(chance, chance.choice(["réseau", "identité"]))
    opened = TODAY - timedelta(days=chance.randint(1, 40))
    return {
        "numero": f"D{number}",
        "ecole": school,
        "objet": topic,
        "ouvert_le": text_of(opened),
        "clos_le": _or_nothing(chance, text_of(opened + timedelta(days=chance.randint(0, 30))), 0.4),
    }


def _milestone(chance: random.Random, number: int) -> dict[str, str]:
    return {
        "jalon": f"Jalon {number}",
        "ecole": _or_nothing(chance, chance.choice(SCHOOLS), 0.4),
        "prevu_le": _or_nothing(chance, text_of(TODAY + timedelta(days=chance.randint(-90, 90)))),
        "atteint_le": _or_nothing(chance, text_of(TODAY - timedelta(days=chance.randint(1, 90))), 0.5),
    }


def _risk(chance: random.Random, number: int) -> dict[str, str]:
    return {
        "risque": f"Risque {number}",
        "probabilite": _or_nothing(chance, chance.choice(["faible", "moyenne", "forte"])),
        "impact": _or_nothing(chance, chance.choice(["faible", "moyen", "fort"])),
        "reponse": _or_nothing(chance, "Réponse"),
        "etat": _or_nothing(chance, chance.choice(["ouvert", "clos"])),
    }


def _decision(chance: random.Random, number: int) -> dict[str, str]:
    taken = number % 3 == 0
    return {
        "decision": f"Décision {number}",
        "attendue_le": text_of(TODAY + timedelta(days=chance.randint(-20, 60))),
        "prise_le": text_of(TODAY) if taken else "",
        "choix": "Oui" if taken else "",
    }


def _or_nothing(chance: random.Random, value: object, share: float = 0.15) -> str:
    return "" if chance.random() < share else str(value)


def text_of(day: date) -> str:
    """Write a day as the files do."""
    return day.strftime("%d/%m/%Y")


def day_of(text: str) -> date | None:
    """Read a day of the files, nothing where it is blank."""
    return date(int(text[6:]), int(text[3:5]), int(text[:2])) if text else None


def _through_a_file(store: Store, path: Path, rows: Rows) -> Rows:
    """Write the rows as a file, deposit it whole, and read it again: what the oracle counts is what the file says."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    report = apply(store, path.name, path.read_bytes(), "mission@ville.fr")
    assert not report.rejected, list(report.rejected)[:3]
    return list(csv.DictReader(path.open(encoding="utf-8", newline=""), delimiter=";"))
