"""The blocks of the page Déploiement: where the test schools stand, school by school."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data.queries import rollout
from data.queries.rollout import RolloutSummary
from ui.kit import blocks, sheet, tables
from ui.kit.blocks import Figure
from ui.kit.formats import MISSING, SPACE, count_of, day, enumeration, is_missing, number, plural, school_name
from ui.kit.tables import Wide
from ui.rollout import school_cards
from ui.rollout import timeline as timeline_chart
from ui.session import ask

ALL = "Toutes les écoles"
CHOICES = (ALL, "En retard", "Équipées", "Pas encore équipées")
NAMED = 3


def schools(today: date) -> pd.DataFrame:
    """Return where every school stands, the most advanced first."""
    return ask(rollout.progress, today)


def summary(today: date) -> None:
    """Show the figures of the programme, each with its denominator."""
    facts = ask(rollout.rollout_summary, today)
    blocks.figures(_figures(facts), "deploiement")


def _figures(facts: RolloutSummary) -> list[Figure]:
    blocked = enumeration([school_name(name) for name in facts.blocked]) if facts.blocked else None
    help_text = "Installation terminée, sur le nombre d’écoles test du programme."
    return [
        Figure("Écoles équipées", _out_of(facts.equipped, facts.goal), "installation terminée", help_text),
        Figure("Écoles raccordées", _out_of(facts.connected, facts.goal), "réseau filaire"),
        Figure("Raccordements bloqués", _out_of(len(facts.blocked), facts.goal), blocked),
        Figure("Écoles en retard", _out_of(facts.late, facts.goal), late_note(facts.late, facts.late_done)),
    ]


def late_note(late: int, done: int) -> str:
    """Say how many of the late schools have finished: these can no longer catch up."""
    if late and late == done:
        return "finie, avec retard" if late == 1 else "toutes finies, avec retard"
    return f"dont {plural(done, 'finie en retard', 'finies en retard')}" if done else "sur leur étape en cours"


def _out_of(count: int, total: int) -> str:
    return f"{number(count)} sur {number(total)}"


def progress(schools: pd.DataFrame, today: date) -> None:
    """Show the figures of the programme, and the stages of the chosen schools."""
    summary(today)
    timeline(chosen_schools(schools, "ecoles"), today)


def each_school(schools: pd.DataFrame, today: date) -> None:
    """Show where each of the chosen schools stands."""
    table(chosen_schools(schools, "fiches"), today, len(schools))


def chosen_schools(schools: pd.DataFrame, key: str) -> pd.DataFrame:
    """Let the reader choose which schools to look at; the choice is kept in the URL."""
    choice = st.selectbox(
        "Écoles", CHOICES, key=key, bind="query-params", persist_state="page", width=280, label_visibility="collapsed"
    )
    equipped = schools["equipped_on"].notna()
    matches = {CHOICES[1]: schools["delay_days"] > 0, CHOICES[2]: equipped, CHOICES[3]: ~equipped}
    return schools if choice == ALL else schools[matches[str(choice)]]


def timeline(schools: pd.DataFrame, today: date) -> None:
    """Answer: how far is each school, against its plan?"""
    stages = ask(rollout.stages)
    stages = stages[stages["school"].isin(schools["school"])]
    with blocks.question("Avançons-nous comme prévu\u00a0?", f"{_legend(stages)}. Retards comptés au {day(today)}."):
        if stages.empty:
            blocks.empty_state("Aucune étape à montrer pour ces écoles.")
            return
        late = schools["delay_days"].fillna(0).clip(lower=0)
        delays = dict(
            zip(schools["school"], [f"{number(days)}{SPACE}j de retard" if days else "" for days in late], strict=True)
        )
        fig = timeline_chart.timeline(stages, delays, today)
        blocks.figure(fig, timeline_sentence(schools), stage_table(stages), "etapes")


def timeline_sentence(schools: pd.DataFrame) -> str:
    """Say how many schools are late and which ones most."""
    late = schools[schools["delay_days"] > 0].sort_values("delay_days", ascending=False)
    unknown = int(schools["delay_days"].isna().sum())
    without_plan = f"{plural(unknown, 'école')} sans plan renseigné" if unknown else ""
    if late.empty:
        on_time = f"{plural(len(schools) - unknown, 'école')} dans les temps" if unknown < len(schools) else ""
        none_late = "Aucun retard connu" if without_plan else "Aucun retard"
        return f"{none_late}{SPACE}: {enumeration(list(filter(None, [on_time, without_plan])))}."
    worst = [
        f"{school_name(row['school'])} ({plural(row['delay_days'], 'jour')}, {row['stage']})"
        for row in late.head(NAMED).to_dict("records")
    ]
    done, one = int(rollout.finished(late).sum()), len(late) == 1
    verb = f"{'est' if one else 'sont'} en retard{f', {late_note(len(late), done)}' if done else ''}"
    if done == len(late):
        verb = f"{'a' if one else 'ont'} fini en retard"
    lead = "Le plus grand retard" if len(worst) == 1 else "Les plus grands retards"
    rest = f" {without_plan}." if without_plan else ""
    return f"{count_of(len(late), len(schools), 'école')} {verb}. {lead}{SPACE}: {enumeration(worst)}.{rest}"


def table(schools: pd.DataFrame, today: date, total: int) -> None:
    """Answer: where does each chosen school stand, and what comes next? `total` counts all the schools."""
    with blocks.question(
        "Où en est chaque école, et quelle est la suite\u00a0?",
        "Retard\u00a0: ce que l’étape en cours a perdu sur son plan, au départ ou depuis sa fin prévue.",
    ):
        if schools.empty:
            blocks.empty_state("Aucune école ne correspond à ce choix.")
            return
        blocks.takeaway(table_sentence(schools, total))
        school_cards.cards(schools, today)
        with st.expander("Voir les écoles en un tableau"):
            whole = school_table(schools, today)
            for part in school_sheets(whole):
                sheet.sheet_of(part)
            tables.download_csv(whole, "ecoles_test")


def table_sentence(schools: pd.DataFrame, total: int) -> str:
    """Say which chosen schools need help, for a blocked connection or stormy weather, out of all (`total`)."""
    in_need = schools[(schools["connection"] == "bloquée") | (schools["weather"] == "orage")]
    if in_need.empty and len(schools) == total:
        return "Aucune école n’est bloquée."
    if in_need.empty:
        chosen = plural(len(schools), "école choisie", "écoles choisies")
        return f"{chosen} sur {number(total)}{SPACE}: aucune n’est bloquée."
    reasons = [
        f"{school_name(row['school'])} ({reason})"
        for row in in_need.to_dict("records")
        for reason in [row["connection"] if is_missing(row["weather_reason"]) else row["weather_reason"]]
    ]
    return f"À débloquer{SPACE}: {enumeration(reasons)}."


def _legend(stages: pd.DataFrame) -> str:
    names = stages.drop_duplicates("position").sort_values("position")
    return " · ".join(f"{row.position}{SPACE}{row.stage}" for row in names.itertuples())


def stage_table(stages: pd.DataFrame) -> Wide:
    """Return the dates of the stages in two parts: planned and actual starts, then planned and actual ends."""
    columns = {
        "school": "École",
        "stage": "Étape",
        "planned_start": "Début prévu",
        "planned_end": "Fin prévue",
        "actual_start": "Début réel",
        "actual_end": "Fin réelle",
    }
    named = stages.assign(school=stages["school"].map(school_name))
    whole = named[list(columns)].rename(columns=columns)
    starts, ends = ["Début prévu", "Début réel"], ["Fin prévue", "Fin réelle"]
    return Wide(whole, tuple(whole[["École", "Étape", *dates]] for dates in (starts, ends)))


def school_table(schools: pd.DataFrame, today: date) -> pd.DataFrame:
    """Return the situation of the schools."""
    return pd.DataFrame(
        {
            "École": schools["school"].map(school_name),
            "Retard": [school_cards.delay(days) for days in schools["delay_days"]],
            "Météo": schools["weather"].map(school_cards.WEATHER),
            "Raison": schools["weather_reason"],
            "Prochaine action": schools["next_step"],
            "Étape": [school_cards.stage(row) for row in schools.to_dict("records")],
            "Ensuite": [school_cards.following(row, today) for row in schools.to_dict("records")],
            "Raccordement": schools["connection"].map(school_cards.CONNECTION),
            "Étape commencée le": schools["actual_start"],
            "Équipée le": schools["equipped_on"],
            "Secteur": schools["district"],
        }
    )


def school_sheets(whole: pd.DataFrame) -> list[pd.DataFrame]:
    """Split the table of the schools into two parts to read: where each one is, and what comes next."""
    dates = ["Étape commencée le", "Équipée le"]
    printed = whole.assign(**{name: whole[name].map(day) for name in dates}).fillna(MISSING)
    together = ["Retard", "Météo", "Raccordement"]  # a sign and its word stay on one line
    printed[together] = printed[together].replace(" ", SPACE, regex=True)
    where = ["Étape", "Retard", "Météo", "Raison", "Prochaine action"]
    return [printed[["École", *where]], printed.drop(columns=where)]
