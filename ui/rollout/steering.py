"""The blocks of the page Déploiement on steering: where the schools are, milestones, risks, decisions expected."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data.queries import steering
from ui.kit import blocks, sheet, tables
from ui.kit.formats import MISSING, SPACE, count_of, day, enumeration, is_missing, plural, school_name
from ui.kit.tables import Wide
from ui.rollout import steering_charts
from ui.rollout.steering_charts import SITUATIONS
from ui.session import ask

DECISIONS = "Décisions"  # the part of the page Déploiement
HEAVY = 6  # probability × impact, from 1 to 9
PROBABILITIES, IMPACTS = ("faible", "moyenne", "forte"), ("faible", "moyen", "fort")
NAMED = 3
MAP_CAPTION = "Le nord en haut\u00a0; une école est à sa cantine."
DISTRICTS_CAPTION = " Chaque secteur est tracé autour de ses cantines, d’après leur place dans le fichier des cantines."
Row = dict[Hashable, Any]


def place_of(school: object) -> str:
    """Return the name of a school, or “programme” when a line is about the whole programme."""
    return "programme" if is_missing(school) else school_name(str(school))


def school_map(schools: pd.DataFrame) -> None:
    """Answer: where are the schools? No outside server is asked, unless the city names one for the background."""
    places, city = ask(steering.places), ask(steering.city)
    located = places.dropna(subset=["latitude", "longitude"]).merge(
        schools[["school", "stage", "connection", "equipped_on"]], on="school"
    )
    # Over tiles, a school is a coloured dot: neither number nor sign nor district is drawn.
    tiled = bool(steering_charts.tiles())
    with blocks.question("Où sont les écoles test\u00a0?", MAP_CAPTION if tiled else MAP_CAPTION + DISTRICTS_CAPTION):
        if located.empty:
            blocks.empty_state("Aucune école n’est située\u00a0: déposez le fichier des cantines, avec leur latitude.")
            return
        # Numbered from the north, as one reads a map.
        located = located.sort_values(["latitude", "school"], ascending=[False, True], ignore_index=True)
        rows = located.to_dict("records")
        located = located.assign(
            number=located.index + 1, situation=[_situation(row) for row in rows], tip=[_tip(row) for row in rows]
        )
        table, shown = map_tables(located, tiled=tiled)
        with st.container(key="cote_a_cote_carte"):
            with st.container():
                fig = steering_charts.school_map(located, city)
                blocks.figure(fig, map_sentence(located, len(places)), table, "carte")
            sheet.sheet_of(shown)


def map_tables(located: pd.DataFrame, *, tiled: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the schools of the map, and the list beside it: with the numbers and the signs that the map has."""
    table = pd.DataFrame(
        {
            "N°": located["number"],
            "École": located["school"].map(school_name),
            "Secteur": located["district"],
            "Situation": [SITUATIONS[situation][0] for situation in located["situation"]],
            "Étape": located["stage"],
        }
    )
    if tiled:
        return table.drop(columns="N°"), table[["École", "Situation"]]
    signs = [f"{SITUATIONS[situation][3]}{SPACE}" for situation in located["situation"]]
    return table, table[["N°", "École"]].assign(Situation=signs + table["Situation"])


def _situation(row: Row) -> str:
    if row["connection"] == "bloquée":
        return "bloquée"
    return "en chemin" if is_missing(row["equipped_on"]) else "équipée"


def _tip(row: Row) -> str:
    stage = MISSING if is_missing(row["stage"]) else str(row["stage"])
    return f"{school_name(str(row['school']))}, {stage}"


def map_sentence(located: pd.DataFrame, schools: int) -> str:
    """Say in which districts the schools are, the fullest first."""
    counts = located["district"].fillna("secteur inconnu").value_counts()
    districts = enumeration([f"{name} ({count})" for name, count in counts.items()])
    return f"{count_of(len(located), schools, 'école située', 'écoles situées')}{SPACE}: {districts}."


def milestones(today: date) -> None:
    """Answer: which milestones are reached, late, to come?"""
    all_milestones = ask(steering.milestones, today)
    with blocks.question("Quels jalons sont atteints, lesquels approchent\u00a0?"):
        if all_milestones.empty:
            blocks.empty_state("Aucun jalon n’est encore enregistré.")
            return
        blocks.takeaway(milestone_sentence(all_milestones))
        table = pd.DataFrame(
            {
                "Jalon": all_milestones["milestone"],
                "École": all_milestones["school"].map(place_of),
                "Retard": [_delay(row) for row in all_milestones.to_dict("records")],
                "Prévu le": all_milestones["planned_on"],
                "Atteint le": all_milestones["reached_on"],
            }
        )
        dates = ["Prévu le", "Atteint le"]
        with st.container(height="content" if len(table) < 12 else 420, border=False, key="jalons"):
            sheet.sheet_of(table.assign(**{name: table[name].map(day) for name in dates}))
        tables.download_csv(table, "jalons")


def _delay(row: Row) -> str:
    if is_missing(row["delay_days"]):
        return "à venir" if not is_missing(row["planned_on"]) and is_missing(row["reached_on"]) else MISSING
    days = int(row["delay_days"])
    return "à l’heure" if days == 0 else plural(days, "jour") if days > 0 else f"{plural(-days, 'jour')} d’avance"


def milestone_sentence(milestones: pd.DataFrame) -> str:
    """Say how many milestones are reached, and which ones are late."""
    waiting = milestones[milestones["reached_on"].isna()]
    late = waiting[waiting["delay_days"] > 0].sort_values("delay_days", ascending=False)
    reached = count_of(len(milestones) - len(waiting), len(milestones), "jalon atteint", "jalons atteints")
    if late.empty:
        return f"{reached}, aucun en retard."
    named = [
        f"{row['milestone']}, {place_of(row['school'])} ({plural(row['delay_days'], 'jour')})"
        for row in late.head(NAMED).to_dict("records")
    ]
    return f"{reached}, {plural(len(late), 'autre')} en retard{SPACE}: {enumeration(named)}."


def risks() -> None:
    """Answer: what could go wrong, and what do we do about it?"""
    all_risks = ask(steering.risks)
    with blocks.question("Quels risques, quelle réponse\u00a0?", "Poids\u00a0: probabilité × impact, chacun de 1 à 3."):
        if all_risks.empty:
            blocks.empty_state("Aucun risque n’est encore enregistré.")
            return
        still_open = all_risks[all_risks["state"] != "clos"]
        table = pd.DataFrame(
            {
                "Risque": all_risks["risk"],
                "École": all_risks["school"].map(place_of),
                "Probabilité": all_risks["probability"],
                "Impact": all_risks["impact"],
                "Poids": all_risks["score"].astype("Int64"),
                "Réponse": all_risks["answer"],
                "État": all_risks["state"],
            }
        )
        answers = ["Réponse", "État"]
        wide = Wide(table, (table.drop(columns=answers), table[["Risque", *answers]]))
        blocks.takeaway(risk_sentence(still_open))
        sheet.matrix(risk_matrix(still_open))
        blocks.table_on_demand(wide, "risques")
        heaviest = still_open[still_open["score"].notna()].head(NAMED).to_dict("records")
        blocks.note("Les plus lourds, et ce que l’on y fait\u00a0:")
        blocks.sentences(f"{row['risk']}, {place_of(row['school'])}{SPACE}: {_answer(row)}" for row in heaviest)


def risk_matrix(risks: pd.DataFrame) -> sheet.Matrix:
    """Place each risk by its probability and its impact, under its name."""
    cells: dict[tuple[str, str], list[str]] = {}
    for row in risks.dropna(subset="score").to_dict("records"):
        about = "" if is_missing(row["school"]) else f" ({place_of(row['school'])})"
        cells.setdefault((row["probability"], row["impact"]), []).append(f"{row['risk']}{about}")
    weights = {
        (probability, impact): (rank + 1) * (other + 1)
        for rank, probability in enumerate(PROBABILITIES)
        for other, impact in enumerate(IMPACTS)
    }
    shades = {place: sum(weight >= least for least in (2, 4, HEAVY)) for place, weight in weights.items()}
    return sheet.Matrix("impact", "probabilité", IMPACTS, PROBABILITIES[::-1], cells, shades)


def _answer(row: Row) -> str:
    return "aucune réponse encore." if is_missing(row["answer"]) else f"{row['answer']}."


def risk_sentence(still_open: pd.DataFrame) -> str:
    """Say how many risks are open, how many are heavy, and how many have no answer."""
    if still_open.empty:
        return "Aucun risque ouvert."
    heavy = int((still_open["score"] >= HEAVY).sum())
    unanswered = int(still_open["answer"].isna().sum())
    unknown = int(still_open["score"].isna().sum())
    verb = "pèse" if heavy < 2 else "pèsent"
    unscored = f", dont {plural(unknown, 'non estimé', 'non estimés')}{SPACE}; " if unknown else ", dont "
    return (
        f"{plural(len(still_open), 'risque ouvert', 'risques ouverts')}{unscored}{heavy} {verb} {HEAVY} ou plus sur 9"
        f"{SPACE}; {plural(unanswered, 'reste', 'restent')} sans réponse."
    )


def decisions(today: date) -> None:
    """Answer: what must the comité decide, and by when?"""
    all_decisions = ask(steering.decisions, today)
    with blocks.question("Quelles décisions attendons-nous\u00a0?"):
        waiting = all_decisions[all_decisions["decided_on"].isna()]
        taken = all_decisions[all_decisions["decided_on"].notna()]
        if all_decisions.empty:
            blocks.empty_state("Aucune décision attendue n’est encore enregistrée.")
            return
        blocks.takeaway(decisions_sentence(waiting, "sur les écoles test"))
        blocks.sentences(expected(row) for row in waiting.to_dict("records"))
        if not taken.empty:
            columns = {
                "decision": "Décision", "school": "École", "decided_on": "Prise le", "outcome": "Choix",
                "owner": "Service", "state": "État",
            }  # fmt: skip
            table = taken.assign(school=taken["school"].map(place_of))[list(columns)].rename(columns=columns)
            sheet.sheet_of(table.assign(**{"Prise le": table["Prise le"].map(day)}).fillna(MISSING))
        blocks.link("pages/comite/seances.py", "Qui fait quoi, pour quand\u00a0: Séances du comité")


def decisions_sentence(waiting: pd.DataFrame, about: str = "") -> str:
    """Say how many decisions are expected, about what, and how many of them are late."""
    if waiting.empty:
        return "Aucune décision n’est attendue."
    late = int(waiting["delay_days"].notna().sum())
    overdue = f", dont {late} en retard" if late else ""
    about = f" {about}" if about else ""
    return f"{plural(len(waiting), 'décision attendue', 'décisions attendues')}{about}{overdue}."


def expected(row: Row) -> str:
    """Say what is to be decided, for whom and by when."""
    if is_missing(row["due_on"]):
        when = "sans date"
    else:
        when = f"pour le {day(row['due_on'])}"
        if not is_missing(row["delay_days"]):
            when += f", {plural(row['delay_days'], 'jour')} de retard"
    return f"{row['decision']}, {place_of(row['school'])}{SPACE}: {when}."
