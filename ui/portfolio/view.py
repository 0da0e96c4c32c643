"""The blocks of the page Portefeuille: which pilots come first, which decisions are expected, where each stands."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Any

import pandas as pd

from data.meetings import read
from data.queries import portfolio
from data.queries.portfolio import HEAVY_EFFORT, STAGES, STRONG_IMPACT
from ui.kit import blocks, sheet, tables
from ui.kit.blocks import Figure
from ui.kit.formats import MISSING, SPACE, count_of, day, enumeration, is_missing, number, plural
from ui.kit.tables import Wide
from ui.rollout import steering
from ui.session import ask

FIRST = 3
GRADES = range(1, 6)
# (impact, effort) → what the corner of the matrix suggests
CORNERS = {
    ("5", "1"): "Gains rapides",
    ("5", "5"): "Chantiers de fond",
    ("1", "1"): "À l’occasion",
    ("1", "5"): "À questionner",
}
Row = dict[Hashable, Any]


def pilots(today: date) -> pd.DataFrame:
    """Return the pilots in the order that the comité chose."""
    return ask(portfolio.pilots, today)


def headline(pilots: pd.DataFrame) -> None:
    """Show how many pilots there are, on trial and generalised, and how many decisions are expected."""
    stages, waiting = pilots["stage"], pilots[pilots["question"].notna()]
    late = int(waiting["delay_days"].notna().sum())
    more = len(ask(read.awaited)) - len(waiting)
    note = f"{number(late)} en retard" + (f"{SPACE}; {number(more)} de plus sur les écoles test" if more > 0 else "")
    on_trial = int(stages.isin(["prototype", "test", "bilan"]).sum())
    blocks.figures(
        [
            Figure("Pilotes à l’essai", f"{on_trial} sur {len(pilots)}", "prototype, test ou bilan"),
            Figure("Généralisés", f"{int((stages == 'généralisé').sum())} sur {len(pilots)}"),
            Figure("Décisions attendues", number(len(waiting)), note),
        ],
        "portefeuille",
    )


def to_decide(pilots: pd.DataFrame) -> None:
    """Show how many pilots there are, and what the comité is asked to decide."""
    headline(pilots)
    waiting(pilots)


def weights(pilots: pd.DataFrame) -> None:
    """Answer: which pilots first?"""
    with blocks.question(
        "Quels pilotes d’abord\u00a0?",
        "Impact et effort de 1 à 5, estimés par la mission numérique\u00a0; n°\u00a0: le rang donné par le comité.",
    ):
        placed = pilots[pilots["weight"].notna()]
        if placed.empty:
            blocks.empty_state("Aucun pilote n’a encore d’impact et d’effort.")
            return
        table = pilots[["priority", "pilot", "stage", "impact", "effort", "weight"]].set_axis(
            ["Priorité", "Pilote", "Étape", "Impact", "Effort", "Ce que cela suggère"], axis="columns"
        )
        screen_table = table.rename(columns={"Priorité": "N°"})
        blocks.takeaway(weights_sentence(pilots))
        sheet.matrix(impact_and_effort(placed))
        blocks.table_on_demand(Wide(table, (screen_table,)), "impact_effort", digits=0)


def impact_and_effort(pilots: pd.DataFrame) -> sheet.Matrix:
    """Place each pilot by its impact and its effort, under its rank and its name."""
    cells: dict[tuple[str, str], list[str]] = {}
    for row in pilots.to_dict("records"):
        rank = "" if is_missing(row["priority"]) else f"n°{SPACE}{row['priority']} "
        stage = "" if is_missing(row["stage"]) else f" ({row['stage']})"
        cells.setdefault((str(row["impact"]), str(row["effort"])), []).append(f"{rank}{row['pilot']}{stage}")
    shades = {
        (str(impact), str(effort)): (0 if impact < STRONG_IMPACT else 5 if effort >= HEAVY_EFFORT else 4)
        for impact in GRADES
        for effort in GRADES
    }
    steps = [str(grade) for grade in GRADES]
    return sheet.Matrix("effort", "impact", steps, steps[::-1], cells, shades, CORNERS)


def weights_sentence(pilots: pd.DataFrame) -> str:
    """Say what the comité puts first, and what it has not ranked yet."""
    ranked, rest = pilots[pilots["priority"].notna()], pilots[pilots["priority"].isna()]
    named = [
        f"{row['pilot']} (impact {_grade(row['impact'])}, effort {_grade(row['effort'])})"
        for row in ranked.head(FIRST).to_dict("records")
    ]
    first = f"Le comité met en premier{SPACE}: {enumeration(named)}." if named else "Le comité n’a encore rien classé."
    if rest.empty or not named:
        return first
    return f"{first} {plural(len(rest), 'pilote')} sans priorité{SPACE}: {enumeration(list(rest['pilot']))}."


def _grade(value: Any) -> str:  # noqa: ANN401
    return MISSING if is_missing(value) else f"{value} sur 5"


def waiting(pilots: pd.DataFrame) -> None:
    """Answer: what is the comité asked to decide?"""
    awaiting = awaiting_decision(pilots)
    with blocks.question("Que doit décider le comité\u00a0?"):
        if awaiting.empty:
            blocks.empty_state("Aucune décision n’est attendue sur ces pilotes.")
            return
        blocks.takeaway(steering.decisions_sentence(awaiting, "sur ces pilotes"))
        blocks.sentences(expected(row) for row in awaiting.to_dict("records"))


def awaiting_decision(pilots: pd.DataFrame) -> pd.DataFrame:
    """Return the pilots on which the comité is asked to decide, the most pressing first."""
    return pilots[pilots["question"].notna()].sort_values("due_on", na_position="last")


def summary_sentence(awaiting: pd.DataFrame) -> str:
    """Say, for another page, how many decisions the pilots wait for, and which comes first."""
    decisions = steering.decisions_sentence(awaiting).rstrip(".")
    first = "d’abord " if len(awaiting) > 1 else ""
    return f"Portefeuille des pilotes{SPACE}: {decisions} ({first}{awaiting['pilot'].iloc[0]})."


def expected(row: Row) -> str:
    """Say what is to be decided on a pilot, and by when."""
    return f"{row['pilot']}{SPACE}: {row['question']} ({_due(row)})."


def _due(row: Row) -> str:
    when = "sans date" if is_missing(row["due_on"]) else f"pour le {day(row['due_on'])}"
    late = "" if is_missing(row["delay_days"]) else f", {plural(row['delay_days'], 'jour')} de retard"
    return f"{when}{late}"


def table(pilots: pd.DataFrame) -> None:
    """Answer: where does each pilot stand, and what was decided?"""
    with blocks.question(
        "Où en est chaque pilote, qu’a décidé le comité\u00a0?",
        f"Étapes\u00a0: {', '.join(STAGES)}. N°\u00a0: le rang donné par le comité.",
    ):
        blocks.takeaway(stages_sentence(pilots))
        sheet.sheet(["N°", "Pilote", "Étape", "Décision du comité", "À décider"], map(_line, pilots.to_dict("records")))
        columns = {
            "priority": "Priorité",
            "pilot": "Pilote",
            "stage": "Étape",
            "outcome": "Décision du comité",
            "decided_on": "Prise le",
            "question": "À décider",
            "due_on": "Attendue le",
            "purpose": "À quoi il sert",
        }
        tables.download_csv(pilots[list(columns)].rename(columns=columns), "portefeuille")


def _line(row: Row) -> sheet.Row:
    """Return the table row of a pilot; each date is a note under its text."""
    due = "" if is_missing(row["question"]) else _due(row)
    return sheet.row(
        [
            sheet.cell(number(row["priority"]), "number"),
            sheet.cell(row["pilot"], "name", _text(row["purpose"], "")),
            sheet.cell(_text(row["stage"])),
            sheet.cell(_text(row["outcome"]), note="" if is_missing(row["decided_on"]) else day(row["decided_on"])),
            sheet.cell(_text(row["question"]), note=due),
        ]
    )


def _text(value: Any, missing: str = MISSING) -> str:  # noqa: ANN401
    return missing if is_missing(value) else str(value)


def stages_sentence(pilots: pd.DataFrame) -> str:
    """Count the pilots at each stage, and say how many the comité has decided on."""
    counts = pilots["stage"].value_counts()
    parts = [f"{number(counts[stage])} en {stage}" for stage in ("prototype", "test", "bilan") if stage in counts]
    parts = [*([plural(counts["idée"], "idée")] if "idée" in counts else []), *parts]
    parts += [plural(counts[stage], stage) for stage in ("généralisé", "arrêté") if stage in counts]
    unknown = int(pilots["stage"].isna().sum())
    parts += [plural(unknown, "pilote sans étape renseignée", "pilotes sans étape renseignée")] if unknown else []
    decided = count_of(int(pilots["decided_on"].notna().sum()), len(pilots), "pilote")
    return f"{enumeration(parts)}. Le comité s’est prononcé sur {decided}."
