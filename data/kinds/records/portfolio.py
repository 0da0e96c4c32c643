"""The other pilots of the programme: the stage of each, and the decisions taken by the comité or asked of it."""

from __future__ import annotations

from data.kinds.records.base import Check, editable
from data.kinds.records.programme_checks import day, happened, known_by_another_spelling, together

PILOTS = editable(
    "pilot_rows",
    "pilots",
    {"pilote": "pilot"},
    {
        "etape": "stage",
        "description": "purpose",
        "impact": "impact",
        "effort": "effort",
        "priorite": "priority",
        "a_decider": "question",
        "attendue_le": "due_on",
        "choix": "outcome",
        "prise_le": "decided_on",
    },
    (
        known_by_another_spelling("pilote", "pilot", "pilots"),
        happened("prise_le"),
        together("choix", "decided_on", "outcome", "décision datée sans son contenu : écrivez ce qui a été décidé"),
        together("prise_le", "outcome", "decided_on", "décision sans date : indiquez le jour où elle a été prise"),
        together("a_decider", "due_on", "question", "date sans question : écrivez ce que le comité doit décider"),
        Check(
            "priorite",
            "now.priority IN (SELECT priority FROM pilots WHERE pilot <> file_lines.pilote)",
            "'priorité ' || now.priority || ' déjà donnée à « '"
            " || (SELECT min(pilot) FROM pilots WHERE priority = now.priority AND pilot <> file_lines.pilote) || ' »'",
        ),
        Check(
            "etape",
            "now.stage IN ('généralisé', 'arrêté') AND now.outcome IS NULL",
            "'« ' || now.stage || ' » sans décision du comité : indiquez ce qui a été décidé, et quand'",
        ),
        Check(
            "a_decider",
            "now.question IS NOT NULL AND now.decided_on >= now.due_on",
            f"'décision prise le ' || {day('now.decided_on')} || ' : videz « À décider » si elle y répond'",
        ),
    ),
    order="priority NULLS LAST, pilot",
)
