"""The blocks of the page Effet du pilote: the effect, how sure it is, the comparison canteens of each school."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from data.queries.pilot import SURPLUS, WASTE, Effect, Study
from data.sheets.read import KINDS
from ui.kit import blocks, sheet, tables
from ui.kit.blocks import Figure
from ui.kit.formats import MISSING, SPACE, count_of, day, enumeration, is_missing, number, plural, school_name
from ui.kit.tables import Wide
from ui.pilot_effect import charts
from ui.pilot_effect import sentences as say
from ui.pilot_effect.sentences import AMOUNT_UNITS, MEASURES, ORDER

DEPLOYMENT = "pages/mission/deploiement.py"
LEAST_SCHOOLS = 2
# The titles of the CSV file, and the shorter titles of the page.
EFFECT = {
    "Effet": "Effet",
    "De": "De",
    "À": "À",
    "Cantines du pilote": "Pilotes",
    "Cantines de comparaison": "Comparées à",
}
LEVELS = {
    "Pilote avant": "Pilotes avant",
    "Pilote après": "Pilotes après",
    "Comparaison avant": "Comparaison avant",
    "Comparaison après": "Comparaison après",
}


def nothing_to_show(study: Study) -> bool:
    """Say what is missing when no effect can be estimated, and return whether this is the case."""
    if study.effects:
        return False
    if study.sites.empty:
        message = "Aucune école test n’est encore enregistrée\u00a0: l’effet du pilote se mesure sur elles."
    elif not study.begun:
        message = (
            "Aucune école n’a commencé son étape «\u00a0test\u00a0»\u00a0: l’effet se mesure à partir de ce jour-là, "
            "qui se saisit dans le déploiement."
        )
    else:
        begun = count_of(study.begun, len(study.sites), "école")
        reason = say.REASONS[study.unknown_reasons[SURPLUS]]
        message = f"{say.NOT_YET}{SPACE}: {begun} en test, mais {reason}."
    blocks.empty_state(message, "Voir le déploiement", DEPLOYMENT)
    return True


def effect(study: Study) -> None:
    """Show the effect, and how sure it is."""
    headline(study)
    intervals(study)


def how(study: Study) -> None:
    """Show how it is calculated, and whether the canteens moved alike before."""
    method()
    trends(study)


def headline(study: Study) -> None:
    """Answer the question of the page, and show its figures."""
    first, *others = [say.sentence(study, measure) for measure in ORDER if measure in study.effects]
    blocks.takeaway(first)
    missing = [say.sentence(study, measure) for measure in ORDER if measure not in study.effects]
    if others or missing:
        blocks.sentences([*others, *missing])
    blocks.figures([*(figure(study, measure) for measure in ORDER), _schools(study)], "effet")
    warning = "Moins de repas en trop au prix de plus de repas manquants n’est pas un progrès."
    blocks.note(f"Données jusqu’au {day(study.last_day)}. {warning}")


def figure(study: Study, measure: str) -> Figure:
    """Return the effect on one measure, with its interval and how sure it is."""
    words = MEASURES[measure]
    if measure not in study.effects:
        return Figure(f"{words.name}, effet", MISSING, say.REASONS[study.unknown_reasons[measure]])
    effect = study.effects[measure]
    settled = "établi, sous réserve" if say.reservation(effect) else "effet établi"
    sure = settled if effect.change.conclusive else "pas encore concluant"
    return Figure(
        f"{words.name}, effet ({words.unit})",
        say.value(measure, effect.change),
        f"{say.between(measure, effect.change)}{SPACE}; {sure}",
        f"Fourchette à 95{SPACE}%. {_compared(effect)}",
    )


def _schools(study: Study) -> Figure:
    counted = max(study.schools_in(measure) for measure in study.effects)
    return Figure(
        "Écoles comptées",
        f"{number(counted)} sur {number(len(study.sites))}",
        f"{plural(study.begun, 'école a', 'écoles ont')} commencé leur test",
        "Une école compte quand elle a 10 jours connus avant sa préparation et 10 depuis le début de son test.",
    )


def intervals(study: Study) -> None:
    """Answer: how large is the effect, and how sure?"""
    measures = [measure for measure in ORDER if measure in study.effects]
    with blocks.question(
        "Quel effet, et avec quelle certitude\u00a0?", "Zéro\u00a0: comme sans le pilote. À gauche\u00a0: moins."
    ):
        rows = [(MEASURES[key].name, MEASURES[key].unit, MEASURES[key].digits, study.effects[key]) for key in measures]
        table = pd.DataFrame([_row(study, measure) for measure in measures]).replace([np.inf, -np.inf], np.nan)
        parts = tuple(table[["Mesure", *titles]].rename(columns=titles) for titles in (EFFECT, LEVELS))
        blocks.figure(
            charts.intervals(rows),
            _conclusive_sentence(study, measures),
            Wide(table, parts),
            "effet_intervalles",
            digits=2,
        )


def _conclusive_sentence(study: Study, measures: list[str]) -> str:
    conclusive = [MEASURES[measure].with_article for measure in measures if study.effects[measure].change.conclusive]
    if not conclusive:
        return "Aucun effet ne se distingue encore du hasard."
    return f"L’effet sur {enumeration(conclusive)} se distingue du hasard."


def _row(study: Study, measure: str) -> dict[str, Any]:
    effect = study.effects[measure]
    return {
        "Mesure": f"{MEASURES[measure].name} ({MEASURES[measure].unit})",
        "Effet": effect.change.value,
        "De": effect.change.lower,
        "À": effect.change.upper,
        "Pilote avant": effect.pilots_before,
        "Pilote après": effect.pilots_after,
        "Comparaison avant": effect.others_before,
        "Comparaison après": effect.others_after,
        "Cantines du pilote": effect.pilots,
        "Cantines de comparaison": effect.others,
    }


def months(study: Study) -> None:
    """Answer: what happened before and after, month by month?"""
    caption = (
        "Périodes de quatre semaines, comptées pour chaque école depuis le début de son test (+1) ou, en arrière, "
        "depuis la fin de son année d’avant (−1)."
    )
    with blocks.question("Que s’est-il passé avant et après\u00a0?", caption):
        for measure in (SURPLUS, WASTE):
            if measure in study.effects:
                words, table = MEASURES[measure], study.effects[measure].months
                table = table[table["count"] >= LEAST_SCHOOLS]
                fig = charts.months(table, words.unit, words.digits)
                blocks.figure(fig, say.months(study, measure), _month_table(table), f"effet_mois_{measure}")
        blocks.note("Les dernières périodes ne parlent que des écoles parties en premier, deux au moins.")


def _month_table(table: pd.DataFrame) -> pd.DataFrame:
    return table.rename(
        columns={"month": "Période", "pilots": "Écoles en test", "others": "Comparaison", "count": "Écoles connues"}
    )


def trends(study: Study) -> None:
    """Answer: did pilots and comparison canteens move alike before?"""
    with blocks.question("Évoluaient-elles de la même façon avant le pilote\u00a0?"):
        blocks.sentences(say.trend(study, measure) for measure in ORDER if measure in study.effects)


def pairs(study: Study) -> None:
    """Answer: which canteens is each school compared with, and why?"""
    with blocks.question(
        "À quelles cantines les compare-t-on, et pourquoi\u00a0?",
        "Même type d’abord, puis taille la plus proche, d’après l’année d’avant seulement\u00a0; pour le gaspillage, "
        "parmi les cantines qui pèsent. Écart\u00a0: effet mesuré sur cette école seule.",
    ):
        measure = SURPLUS if SURPLUS in study.effects else WASTE
        blocks.takeaway(_compared(study.effects[measure]))
        _pairs(study, measure)
        if measure != WASTE and WASTE in study.effects:
            with st.expander("Et pour le gaspillage", key="effet_cantines_gaspillage"):
                _pairs(study, WASTE)
        tables.download_csv(pairs_table(study, measure), "effet_cantines", digits=2)


def _pairs(study: Study, measure: str) -> None:
    titles = ["École", f"Écart ({AMOUNT_UNITS[measure]})", "Pourquoi ces cantines", "Comparée à"]
    sheet.sheet(titles, map(_pair, _with_pairs(study, measure).to_dict("records")))


def _pair(row: dict[Any, Any]) -> sheet.Row:
    since = "" if is_missing(row["start"]) else f"en test depuis le {day(row['start'])}"
    days = (
        ""
        if is_missing(row["days_before"])
        else f"{plural(row['days_before'], 'jour')} avant, {number(row['days_after'])} après"
    )
    return sheet.row(
        [
            sheet.cell(school_name(row["school"]), "name", since),
            sheet.cell(number(row["change"], 1), "number"),
            sheet.cell(_why(row), "text", days),
            sheet.cell(_names(row["others"])),
        ]
    )


def _compared(effect: Effect) -> str:
    pilots = plural(effect.pilots, "cantine du pilote comparée", "cantines du pilote comparées")
    return f"{pilots} à {plural(effect.others, 'autre cantine', 'autres cantines')} en tout."


def pairs_table(study: Study, measure: str) -> pd.DataFrame:
    """Return one row per pilot school for the CSV file: its comparison canteens and why, or why there are none."""
    schools = _with_pairs(study, measure)
    table = {
        "École": schools["school"].map(school_name),
        "En test depuis": schools["start"],
        f"Écart ({AMOUNT_UNITS[measure]})": schools["change"],
        "Pourquoi ces cantines": [_why(row) for row in schools.to_dict("records")],
        "Comparée à": schools["others"].map(_names),
        "Jours avant": schools["days_before"].astype("Int64"),
        "Jours après": schools["days_after"].astype("Int64"),
    }
    if measure != WASTE and WASTE in study.effects:
        weighed = _with_pairs(study, WASTE)
        table["Écart (g)"] = weighed["change"]
        table["Comparée à (gaspillage)"] = weighed["others"].map(_names)
    return pd.DataFrame(table)


def _with_pairs(study: Study, measure: str) -> pd.DataFrame:
    return study.sites.merge(study.effects[measure].pairs.drop(columns="kind"), on="canteen", how="left")


def _names(others: object) -> str:
    return ", ".join(map(str, others)) if isinstance(others, list) and others else MISSING


def _why(row: dict[Any, Any]) -> str:
    if is_missing(row["start"]):
        return "pas encore en test"
    if not isinstance(row["others"], list):
        return "aucun jour connu" if isinstance(row["canteen"], str) else "cantine inconnue"
    if is_missing(row["change"]):
        return "moins de 10 jours comparables, avant ou après"
    count, same, kind = len(row["others"]), row["same_kind"], KINDS.get(row["kind"], "inconnu").lower()
    kinds = f"{number(count)} de type {kind}" if same == count else f"{number(same)} sur {number(count)} de type {kind}"
    return f"{kinds}, au plus près de {number(row['meals'])}{SPACE}repas par jour"


def method() -> None:
    """Answer: how is it calculated?"""
    with blocks.question("Comment est-ce calculé\u00a0?"):
        blocks.sentences(say.METHOD)


def summary(study: Study) -> None:
    """Show the sentences on the effect on another page, with a link to this one."""
    caption = "Depuis le début du test de chaque école, quelle que soit la période choisie plus haut."
    with blocks.question("Le pilote fonctionne-t-il\u00a0?", caption):
        if not study.effects:
            blocks.empty_state(f"{say.NOT_YET}{SPACE}: pas assez d’écoles en test et de jours connus.")
        else:
            sentences = [say.sentence(study, measure) for measure in ORDER if measure in study.effects]
            blocks.sentences(sentences)
        blocks.link("pages/mission/effet.py", "Voir l’effet du pilote")
