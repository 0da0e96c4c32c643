"""What the page Dépôt says of a report: its sentences, its groups of errors, the French names of its columns."""

from __future__ import annotations

import re

import pandas as pd

from data.deposit import DepositReport, Finding
from data.schemas import kinds
from ui.formats import MISSING, SPACE, number, plural

LINES_NAMED = 8
# What a line “sans mesure” lacks, by kind of file.
WITHOUT_MEASURE = {
    "log": "aucun chiffre sur la ligne",
    "mapping": "sans cantine",
    "schools": "sans cantine",
    "canteens": "sans rien d’autre que le nom",
    "enrolment": "sans effectif",
    "menus": "sans plat",
    "menus_scdl": "sans plat",
    "strikes": "jour sans grève",
}
# The columns of our record tables, and the column of the file each one comes from.
SOURCES = {
    "meals_planned": "prevision",
    "meals_served": "reel",
    "preparation_kg": "preparation_kg",
    "unserved_kg": "non_servi_kg",
    "leftovers_kg": "restes_assiette_kg",
    "preparation_edible_kg": "preparation_comestible_kg",
    "unserved_edible_kg": "non_servi_comestible_kg",
    "leftovers_edible_kg": "restes_assiette_comestible_kg",
    "comment": "commentaire",
    "canteen": "cantine_nom",
    "canteen_kind": "cantine_type",
    "district": "secteur",
    "latitude": "latitude",
    "longitude": "longitude",
    "opened_on": "ouverture",
    "pupils": "effectif",
    "course": "type_plat",
    "labels": "labels",
    "diets": "regimes",
    "allergens": "allergenes",
}
SUBJECT = re.compile(r"^(?:(?!\s:\s).)*?\s·\s.*?\s:\s")
QUOTED, NUMBERS = re.compile(r"«[^»]*»"), re.compile(r"\d+(?:[.,/]\d+)*(?:, \d+)*")


def summary(report: DepositReport) -> str:
    """Say in one sentence where every line of the file goes."""
    return (
        f"{plural(report.lines, 'ligne')} = {plural(report.accepted, 'acceptée')} "
        f"+ {number(report.without_measure)} sans mesure + {plural(report.unchanged, 'inchangée')} "
        f"+ {plural(report.rejected_lines, 'rejetée')}."
    )


def rejected_title(report: DepositReport) -> str:
    """Count the rejected lines, and their reasons: one line may have several."""
    count = report.rejected_lines
    return f"{plural(count, 'ligne rejetée', 'lignes rejetées')} ({plural(len(report.rejected), 'raison')})"


def without_measure(kind: str) -> str:
    """Say what a line “sans mesure” of this kind of file lacks."""
    return WITHOUT_MEASURE.get(kind, "rien à enregistrer sur la ligne")


def column_title(column: str) -> str:
    """Return the title people read of a column of our record tables."""
    titles = {field.name: field.title for kind in kinds().values() for field in kind.fields}
    return titles.get(SOURCES.get(column, column), column)


def kind_of_reason(reason: str) -> str:
    """Return a reason without what is proper to its line: its subject, the value read, numbers and dates."""
    return NUMBERS.sub("…", QUOTED.sub(f"«{SPACE}…{SPACE}»", SUBJECT.sub("", reason)))


def findings_table(findings: list[Finding]) -> pd.DataFrame:
    """Return one row per finding."""
    return pd.DataFrame(
        {
            "Ligne": pd.array([finding.line for finding in findings], dtype="Int64"),
            "Colonne": [finding.column or MISSING for finding in findings],
            "Raison": [finding.reason for finding in findings],
        }
    )


def grouped(findings: list[Finding]) -> pd.DataFrame:
    """Return one row per column and kind of reason, the most frequent first, with the lines it is said of."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.column or MISSING, kind_of_reason(finding.reason)), []).append(finding)
    ranked = sorted(groups.items(), key=lambda group: -len(group[1]))
    return pd.DataFrame(
        {
            "Colonne": [column for (column, _), _ in ranked],
            # A reason said once is told whole.
            "Raison": [found[0].reason if len(found) == 1 else reason for (_, reason), found in ranked],
            "Nombre": [len(found) for _, found in ranked],
            "Lignes": [lines_named(found) for _, found in ranked],
        }
    )


def lines_named(findings: list[Finding]) -> str:
    """Name the first lines: “3, 8, 12…”."""
    lines = sorted({finding.line for finding in findings if finding.line is not None})
    named = ", ".join(map(str, lines[:LINES_NAMED]))
    return f"{named}…" if len(lines) > LINES_NAMED else named or MISSING
