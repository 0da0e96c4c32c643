"""Food waste declaration: a weighing campaign of a canteen in the fields of ma-cantine, ready to copy and paste.

Fields and labels: betagouv/ma-cantine, WasteMeasurement (“pesage du gaspillage alimentaire”). Reliability: protocol of
DGAL and ADEME, 2024.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from data.export.files import csv_of_texts, number
from data.queries.waste import reliability
from data.reading.formulas import defuse
from data.store import Store
from data.typography import TITLE, quoted

# Our name of a place of loss → its title in ma-cantine.
PLACES = {
    "preparation": "Déchets alimentaires issus de la préparation",
    "unserved": "Denrées présentées aux convives mais non servies",
    "leftovers": "Restes assiettes",
}

CANTEENS = """
SELECT name FROM canteens
WHERE name = $typed OR label = $typed OR strip_accents(lower(trim(name))) = strip_accents(lower(trim($typed)))
ORDER BY name <> $typed, label <> $typed, name
LIMIT 1
"""
NEAREST = """
SELECT label FROM canteens
ORDER BY jaro_winkler_similarity(strip_accents(lower(label)), strip_accents(lower($typed))) DESC, label LIMIT 3
"""

# A service counts when it has a weight for every place of loss that the campaign weighs: a missing weight is not zero.
CAMPAIGN = """
WITH weighed AS (
    SELECT * FROM located_services
    WHERE canteen = $canteen AND date BETWEEN $start AND $end
        AND coalesce(preparation_kg, unserved_kg, leftovers_kg) IS NOT NULL
), campaign AS (
    SELECT
        count(preparation_kg) > 0 AS weighs_preparation,
        count(unserved_kg) > 0 AS weighs_unserved,
        count(leftovers_kg) > 0 AS weighs_leftovers
    FROM weighed
), counted AS (
    SELECT *,
        coalesce(meals_served > 0
            AND (preparation_kg IS NOT NULL OR NOT weighs_preparation)
            AND (unserved_kg IS NOT NULL OR NOT weighs_unserved)
            AND (leftovers_kg IS NOT NULL OR NOT weighs_leftovers), FALSE) AS counts
    FROM weighed, campaign
)
SELECT
    count(DISTINCT date) FILTER (counts) AS days,
    min(date) FILTER (counts) AS first_day,
    max(date) FILTER (counts) AS last_day,
    count(*) FILTER (counts) AS services,
    count(*) FILTER (NOT counts) AS services_left_out,
    sum(meals_served) FILTER (counts) AS meals,
    sum(preparation_kg) FILTER (counts) AS preparation,
    sum(unserved_kg) FILTER (counts) AS unserved,
    sum(leftovers_kg) FILTER (counts) AS leftovers,
    CASE WHEN count(preparation_edible_kg) FILTER (counts) = services
        THEN sum(preparation_edible_kg) FILTER (counts) END AS preparation_edible,
    CASE WHEN count(unserved_edible_kg) FILTER (counts) = services
        THEN sum(unserved_edible_kg) FILTER (counts) END AS unserved_edible,
    CASE WHEN count(leftovers_edible_kg) FILTER (counts) = services
        THEN sum(leftovers_edible_kg) FILTER (counts) END AS leftovers_edible
FROM counted
"""


class NothingToDeclare(Exception):
    """The canteen is unknown, or has no weighing in the period; the message is in French."""


@dataclass(frozen=True)
class Answer:
    """One line of the declaration: ma-cantine's question, our answer (None where it stays empty), unit, field name."""

    question: str
    value: str | float | int | date | bool | None
    unit: str = ""
    field: str = ""

    @property
    def shown(self) -> str:
        """The answer in the format of a French form."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "oui" if self.value else "non"
        if isinstance(self.value, date):
            return self.value.strftime("%d/%m/%Y")
        return number(self.value).replace(".", ",") if isinstance(self.value, float) else str(self.value)


@dataclass(frozen=True)
class Declaration:
    """A declaration: its answers in ma-cantine's order, and remarks to read first."""

    canteen: str
    days: int
    reliability: str
    answers: tuple[Answer, ...]
    remarks: tuple[str, ...]


def declaration(store: Store, canteen: str, start: date, end: date) -> Declaration:
    """Return the declaration of a canteen (by its name or label) from start to end, both included.

    Masses are in kg, rounded to two decimals as in ma-cantine. Raises NothingToDeclare.
    """
    name = _canteen(store, canteen)
    with store.scratch() as cursor:
        cursor.execute(CAMPAIGN, {"canteen": name, "start": start, "end": end})
        row = dict(zip([column[0] for column in cursor.description or ()], cursor.fetchone() or (), strict=True))
    if not row["days"]:
        raise NothingToDeclare(
            f"Aucune pesée complète de «\u00a0{name}\u00a0» du {start:%d/%m/%Y} au {end:%d/%m/%Y}\u00a0: il faut, le "
            "même jour, les couverts et les kilogrammes de chaque origine pesée."
        )
    level = reliability(row["days"])
    return Declaration(name, row["days"], level, _answers(name, row, level), _remarks(row))


def declaration_csv(campaign: Declaration) -> bytes:
    """Return a declaration as a CSV for French Excel: question, answer, unit, ma-cantine's field."""
    rows = [[answer.question, _safe(answer), answer.unit, answer.field] for answer in campaign.answers]
    rows += [["À savoir", remark, "", ""] for remark in campaign.remarks]
    return csv_of_texts(["question", "reponse", "unite", "champ_ma_cantine"], rows)


def _safe(answer: Answer) -> str:
    return defuse(answer.shown) if isinstance(answer.value, str) else answer.shown


def _canteen(store: Store, typed: str) -> str:
    """Return the name of a canteen typed by its name or label; raises NothingToDeclare when it is unknown."""
    matches = store.read(CANTEENS, {"typed": typed})
    if not matches.empty:
        return str(matches["name"][0])
    nearest = store.read(NEAREST, {"typed": typed})["label"].tolist()
    suggestion = f" Les plus proches\u00a0: {', '.join(nearest)}." if nearest else ""
    raise NothingToDeclare(f"Aucune cantine ne s’appelle {quoted(typed, TITLE)}.{suggestion}")


def _answers(name: str, row: dict[str, Any], level: str) -> tuple[Answer, ...]:
    # The sum of rounded masses, so that the total of the form is the sum of its lines.
    total = sum(round(row[place], 2) for place in PLACES if row[place] is not None)
    return (
        Answer("Cantine", name.strip()),
        Answer("Date de début", row["first_day"], field="period_start_date"),
        Answer("Date de fin", row["last_day"], field="period_end_date"),
        Answer("Nombre de couverts sur la période", int(row["meals"]), "couverts", "meal_count"),
        Answer(
            "Masse totale des déchets alimentaires relevée sur la période de mesure",
            round(total, 2),
            "kg",
            "total_mass",
        ),
        Answer("Déchets triés selon leur origine", True, field="is_sorted_by_source"),
        *(answer for place in PLACES for answer in _place(place, row)),
        Answer("Déchets alimentaires par repas", round(1000 * total / row["meals"], 1), "g/repas"),
        Answer("Jours pesés", row["days"], "jours"),
        Answer("Fiabilité (protocole DGAL et ADEME 2024)", level),
    )


def _place(place: str, row: dict[str, Any]) -> list[Answer]:
    """Return the answers on one place of loss; a mass that was not weighed and an unknown edible part stay empty."""
    title, mass, edible = PLACES[place], row[place], row[f"{place}_edible"]
    is_sorted = None if mass is None else edible is not None
    inedible = None if mass is None or edible is None else round(round(mass, 2) - round(edible, 2), 2)
    return [
        Answer(f"{title}\u00a0: total", _kg(mass), "kg", f"{place}_total_mass"),
        Answer(f"{title}\u00a0: tri entre comestible et non comestible", is_sorted, "", f"{place}_is_sorted"),
        Answer(f"{title}\u00a0: denrées comestibles", _kg(edible), "kg", f"{place}_edible_mass"),
        Answer(f"{title}\u00a0: denrées non comestibles", inedible, "kg", f"{place}_inedible_mass"),
    ]


def _kg(mass: float | None) -> float | None:
    return None if mass is None else round(mass, 2)


def _remarks(row: dict[str, Any]) -> tuple[str, ...]:
    remarks = []
    if row["days"] < 4:
        remarks.append(
            "Moins de 4\u00a0jours pesés\u00a0: le protocole demande une semaine entière, au mieux 20\u00a0jours."
        )
    if row["first_day"] == row["last_day"]:
        remarks.append("Un seul jour pesé\u00a0: ma-cantine demande une date de fin postérieure à la date de début.")
    if row["services_left_out"]:
        remarks.append(
            f"{row['services_left_out']} pesée(s) incomplète(s) ou sans couverts\u00a0: ni leurs kilogrammes ni leurs "
            "couverts ne sont comptés."
        )
    absent = [title for place, title in PLACES.items() if row[place] is None]
    if absent:
        remarks.append(f"Non pesé sur la période\u00a0: {' ; '.join(absent)}. La masse totale ne le compte pas.")
    return tuple(remarks)
