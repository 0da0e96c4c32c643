"""The blocks of the page Généralisation: what is supposed, when every school would be done, at which pace."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data.calendar.names import MONTHS
from data.queries import rollout as programme
from data.queries.scale_up import (
    CITY_SCHOOLS,
    CITY_SCHOOLS_SOURCE,
    HORIZON_YEARS,
    Assumptions,
    Range,
    RolloutForecast,
    stage_names,
    under_way,
    usual_stages,
)
from ui.kit import blocks, tables
from ui.kit.blocks import Figure
from ui.kit.formats import SPACE, enumeration, number, plural, school_name
from ui.kit.tables import Wide
from ui.scale_up import charts
from ui.session import ask

HOLIDAYS = {"ne changent rien": 1.0, "ralentissent de moitié": 0.5, "arrêtent tout": 0.0}
NEVER = f"pas avant {HORIZON_YEARS}{SPACE}ans"
MOST_SCHOOLS, MOST_NEW, MOST_STARTS, MOST_SEED = 500, 50, 50, 9999
FEW = 5
OPENED_SINCE = "Ajoutez vous-même celles ouvertes depuis\u00a0: passé le 1er septembre, elles ne sont plus à venir."
RARE = (
    "Un blocage rare et long, que les écoles test n’ont guère montré, fait finir plus tard que l’éventail plus souvent "
    "que prévu\u00a0: sur des programmes simulés avec de tels blocages, il n’a tenu que deux fois sur trois, au lieu "
    "de huit sur dix."
)


def assumptions(stages: pd.DataFrame, today: date) -> Assumptions:
    """Let the reader change what is supposed, and return it."""
    with blocks.question(
        "Que suppose-t-on\u00a0?", "Chaque hypothèse se change ici\u00a0; tout est simulé à nouveau aussitôt."
    ):
        counted = _stages_to_pass(stages)
        first, second, third = st.columns(3)
        here = under_way(stages, counted, today)
        at_once = first.number_input(
            _label("Écoles de front", 1, MOST_SCHOOLS), 1, MOST_SCHOOLS, min(max(here, 1), MOST_SCHOOLS),
            key=f"de_front_{here}",
            help=f"Aujourd’hui\u00a0: {plural(here, 'école')} en cours dans ces étapes.",
        )  # fmt: skip
        starts = second.number_input(
            _label("Débuts par mois", 0, MOST_STARTS),
            0,
            MOST_STARTS,
            0,
            help="Au plus\u00a0; 0\u00a0: sans limite.",
        )
        holidays = third.selectbox("Les vacances scolaires…", list(HOLIDAYS))
        target = first.number_input(
            _label("Écoles à faire", 1, MOST_SCHOOLS), 1, MOST_SCHOOLS, CITY_SCHOOLS,
            help=f"En tout, celles déjà faites comprises. {CITY_SCHOOLS_SOURCE}. {OPENED_SINCE}",
        )  # fmt: skip
        new = second.number_input(
            _label("Nouvelles par an", 0, MOST_NEW), 0, MOST_NEW, 1, help="Ouvertes au 1er septembre, à faire aussi."
        )
        seed = third.number_input(
            _label("Tirage", 1, MOST_SEED), 1, MOST_SEED, 1,
            help="Un autre numéro refait les simulations avec un autre hasard.",
        )  # fmt: skip
        _tell_moved(max(here, 1), max(under_way(stages, usual_stages(stages), today), 1))
    return Assumptions(
        int(target), int(at_once), float(starts), HOLIDAYS[str(holidays)], tuple(counted), int(new), int(seed)
    )


def _tell_moved(at_once: int, usual: int) -> None:
    """Say that the stages chosen change how many schools are led at once, where they do."""
    if at_once != usual:
        blocks.note(
            f"Avec ces étapes, «\u00a0Écoles de front\u00a0» part de {number(at_once)} au lieu de {number(usual)}, "
            "d’après les écoles en cours."
        )


def _stages_to_pass(stages: pd.DataFrame) -> list[str]:
    """Let the reader choose the stages of a school; without a choice, all of them, and it is said."""
    known = stage_names(stages)
    chosen = st.multiselect(
        "Étapes à passer (une école est faite à la fin de la dernière)",
        known,
        usual_stages(stages),
        key="etapes_comptees",
        placeholder="Toutes les étapes",
        select_all=False,  # it would be offered in English
    )
    if not chosen:
        blocks.note(f"Aucune étape choisie{SPACE}: la simulation les compte toutes ({number(len(known))}).")
    return chosen or known


def _label(name: str, least: int, most: int) -> str:
    """Name a field with its limits: outside them, the browser only turns it red."""
    return f"{name} ({number(least)} à {number(most)})"


def headline(told: RolloutForecast, supposed: Assumptions) -> None:
    """Show where the schools stand, when they would all be done, and how fast."""
    blocks.figures(figures(told, supposed), "generalisation")


def figures(told: RolloutForecast, supposed: Assumptions) -> list[Figure]:
    """Return the schools done, the day all are, and the pace until then."""
    here, last = f"{plural(told.under_way, 'école')} en cours", month_of(told.completed.median)
    if _reached(told, supposed):
        here = f"pour {number(supposed.goal)} à faire{SPACE}; {here}"
        return [Figure("Écoles faites", number(told.done), here), Figure("Toutes faites", last, "c’est déjà fait")]
    row = [
        Figure("Écoles faites", f"{number(told.done)} sur {number(supposed.goal)}", here),
        Figure("Toutes faites", last, between(told.completed)),
        Figure("Écoles par an", *_pace(told)),
    ]
    if supposed.new_per_year:
        row.append(Figure("Sans école nouvelle", month_of(told.without_new.median), between(told.without_new)))
    return row


def _reached(told: RolloutForecast, supposed: Assumptions) -> bool:
    return told.done >= supposed.goal


def _pace(told: RolloutForecast) -> tuple[str, str]:
    """Say how many schools end in a whole year to come."""
    whole = told.years.iloc[1:-1] if len(told.years) > 2 else told.years
    low, median, high = (number(round(whole[name].mean())) for name in ("low", "median", "high"))
    return median, f"entre {low} et {high} selon les simulations"


def month_of(day: date | None) -> str:
    """Write the month of a day: “mars 2032”."""
    return f"{MONTHS[day.month - 1]} {day.year}" if day else NEVER


def between(span: Range) -> str:
    """Say the range of 8 chances in 10."""
    if span.low is None:
        return "plus de neuf fois sur dix"
    low, high = month_of(span.low), month_of(span.high)
    if span.high is None:
        return f"pas avant {low}, 9 fois sur 10"
    return f"en {low}, 8 fois sur 10" if low == high else f"entre {low} et {high}, 8 fois sur 10"


def fan(told: RolloutForecast, supposed: Assumptions, today: date) -> None:
    """Answer: when will every school be done?"""
    with blocks.question("Quand toutes les écoles seront-elles faites\u00a0?", _supposed(supposed)):
        fig = charts.fan(told.fan, today)
        blocks.figure(fig, fan_sentence(told, supposed), fan_table(told.fan, today), "generalisation", digits=0)
        if names := blocked(ask(programme.progress, today), told, supposed):
            blocks.note(blocked_sentence(names))


def fan_table(months: pd.DataFrame, today: date) -> Wide:
    """Return the schools done at the beginning of each month, seen or simulated."""
    kind = (months["month"] <= pd.Timestamp(today)).map({True: "constaté", False: "simulé"})
    titles = {"low": "Faites (8 fois sur 10), de", "median": "médiane", "high": "à", "goal": "À faire"}
    whole = months[["month", *titles]].rename(columns={"month": "Mois"} | titles)
    whole.insert(1, "Constaté ou simulé", kind)
    return Wide(whole, (whole.rename(columns={titles["low"]: "Faites, de"}),))


def fan_sentence(told: RolloutForecast, supposed: Assumptions) -> str:
    """Say when every school would be done, and what the schools opened meanwhile cost."""
    if _reached(told, supposed):
        done = plural(told.done, "école faite", "écoles faites")
        since = month_of(told.completed.median)
        return f"C’est fait depuis {since}{SPACE}: {done} pour {number(supposed.goal)} à faire."
    if told.completed.median is None:
        reason = " avec les écoles qui ouvrent" if told.without_new.median else ""
        return f"À ce rythme, les écoles ne seraient pas toutes faites avant {HORIZON_YEARS}{SPACE}ans{reason}."
    schools = plural(supposed.goal, "école")
    start = f"Les {schools} seraient toutes faites vers {month_of(told.completed.median)} ({between(told.completed)})"
    if not supposed.new_per_year or told.without_new.median is None:
        return f"{start}."
    last, without = told.completed.median, told.without_new.median
    # Between the months that are shown: a reader counts them too.
    months = 12 * (last.year - without.year) + last.month - without.month
    more = f"{SPACE}; les écoles ouvertes d’ici là y ajoutent {number(months)}{SPACE}mois" if months else ""
    return f"{start}, écoles nouvelles comprises{more}."


def _supposed(supposed: Assumptions) -> str:
    holidays = next(words for words, speed in HOLIDAYS.items() if speed == supposed.holiday_speed)
    limit = f", {plural(supposed.starts_per_month, 'démarrage')} par mois au plus" if supposed.starts_per_month else ""
    return (
        f"{plural(supposed.at_once, 'école menée de front', 'écoles menées de front')}{limit}\u00a0; "
        f"les vacances {holidays}\u00a0; {plural(supposed.new_per_year, 'école nouvelle', 'écoles nouvelles')} par an."
    )


def blocked(schools: pd.DataFrame, told: RolloutForecast, supposed: Assumptions) -> list[str]:
    """Name the schools that cannot finish their installation as things are, where the simulation supposes they can."""
    if _reached(told, supposed) or programme.INSTALLATION not in set(told.stages["stage"]):
        return []
    stuck = schools[(schools["connection"] == "bloquée") & schools["equipped_on"].isna()]
    return [school_name(name) for name in stuck["school"]]


def blocked_sentence(names: list[str]) -> str:
    """Say that the schools whose connection is blocked are simulated as if it no longer were."""
    count = plural(len(names), "école test a son raccordement bloqué", "écoles test ont leur raccordement bloqué")
    return (
        f"Limite{SPACE}: {count} ({enumeration(names)}) et ne peu{'t' if len(names) == 1 else 'vent'} pas finir "
        f"l’installation avant qu’il soit débloqué. La simulation suppose qu’il l’est dès aujourd’hui."
    )


def pace(told: RolloutForecast) -> None:
    """Answer: how many schools each year?"""
    with blocks.question("Combien d’écoles chaque année\u00a0?", "Écoles finies, de… à…, 8 fois sur 10."):
        table = told.years[["year", "low", "median", "high"]].astype("Int64")
        table["year"] = [_year(year, done) for year, done in zip(told.years["year"], told.years["done"], strict=True)]
        blocks.takeaway(pace_sentence(told))
        tables.table(
            table.set_axis(["Année", "Écoles, de", "médiane", "à"], axis="columns"), "rythme_generalisation", digits=0
        )


def pace_sentence(told: RolloutForecast) -> str:
    """Say the pace of the next whole year, of this one when it is the last."""
    row = told.years.iloc[min(1, len(told.years) - 1)]
    if row["done"] and row["high"] == row["done"]:
        return f"En {int(row['year'])}, {plural(int(row['done']), 'école a été finie', 'écoles ont été finies')}."
    seen = f", dont {number(row['done'])} déjà finie{'s' if row['done'] > 1 else ''}" if row["done"] else ""
    span = "" if row["low"] == row["high"] else f" (entre {number(row['low'])} et {number(row['high'])})"
    ended = plural(int(row["median"]), "école serait finie", "écoles seraient finies")
    return f"En {int(row['year'])}, {ended}{seen}{span}."


def _year(year: int, done: int) -> str:
    """Name a year, and say how many of its schools are no simulation."""
    return f"{year} (dont {plural(done, 'déjà finie', 'déjà finies')})" if done else str(year)


def durations(told: RolloutForecast) -> None:
    """Answer: what are these dates based on?"""
    with blocks.question(
        "Sur quoi reposent ces dates\u00a0?",
        "Durées en jours, attente avant l’étape comprise, attendues de… à…, 8 fois sur 10.",
    ):
        shown = {
            "stage": "Étape",
            "seen": "Finie (écoles)",
            "under_way": "En cours (écoles)",
            "planned": "Prévue",
            "low": "Attendue, de",
            "median": "médiane",
            "high": "à",
        }
        blocks.takeaway(durations_sentence(told))
        tables.table(told.stages[list(shown)].rename(columns=shown), "durees_des_etapes", digits=0)
        blocks.note(
            "Une étape en cours compte pour «\u00a0au moins si longtemps\u00a0». Moins il y a d’étapes finies, plus la "
            "fourchette est large. 1\u00a0000 simulations\u00a0; le calcul suppose que les écoles à venir ressemblent "
            "aux écoles test. Vacances inconnues au-delà du calendrier officiel\u00a0: comme la dernière année publiée."
        )
        blocks.note(RARE)


def durations_sentence(told: RolloutForecast) -> str:
    """Say on how many finished stages the dates rest, and which stages are hardly known."""
    seen = told.stages.set_index("stage")["seen"]
    few = [f"«{SPACE}{name}{SPACE}» ({number(count)})" for name, count in seen.items() if count < FEW]
    start = f"{plural(int(seen.sum()), 'étape finie', 'étapes finies')} dans les écoles test."
    return f"{start} Encore peu connues, moins de {FEW} écoles{SPACE}: {enumeration(few)}." if few else start
