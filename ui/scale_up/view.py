"""The blocks of the page Généralisation: the assumptions, when every school would be done, at which pace."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data.calendar.names import MONTHS
from data.queries import rollout
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
    "Un blocage rare et long, que les écoles test n’ont guère montré, fait finir plus tard que la fourchette plus "
    "souvent "
    "que prévu\u00a0: sur des programmes simulés avec de tels blocages, elle n’a tenu que deux fois sur trois, au lieu "
    "de huit sur dix."
)


def choose_assumptions(stages: pd.DataFrame, today: date) -> Assumptions:
    """Let the reader change the assumptions, and return them."""
    with blocks.question(
        "Que suppose-t-on\u00a0?", "Chaque hypothèse se change ici\u00a0; tout est simulé à nouveau aussitôt."
    ):
        stages_to_pass = _stages_to_pass(stages)
        first, second, third = st.columns(3, vertical_alignment="bottom")
        in_progress = under_way(stages, stages_to_pass, today)
        at_once = first.number_input(
            _label("Écoles menées en même temps", 1, MOST_SCHOOLS), 1, MOST_SCHOOLS,
            min(max(in_progress, 1), MOST_SCHOOLS),
            key=f"de_front_{in_progress}",
            help=f"Aujourd’hui\u00a0: {plural(in_progress, 'école')} en cours dans ces étapes.",
        )  # fmt: skip
        starts = second.number_input(
            _label("Débuts par mois", 0, MOST_STARTS),
            0,
            MOST_STARTS,
            0,
            help="Au plus\u00a0; 0\u00a0: sans limite.",
        )
        holidays = third.selectbox("Les vacances scolaires…", list(HOLIDAYS))
        first, second, third = st.columns(3, vertical_alignment="bottom")
        target = first.number_input(
            _label("Écoles à équiper", 1, MOST_SCHOOLS), 1, MOST_SCHOOLS, CITY_SCHOOLS,
            help=f"En tout, celles déjà équipées comprises. {CITY_SCHOOLS_SOURCE}. {OPENED_SINCE}",
        )  # fmt: skip
        new = second.number_input(
            _label("Nouvelles par an", 0, MOST_NEW), 0, MOST_NEW, 1, help="Ouvertes au 1er septembre, à équiper aussi."
        )
        seed = third.number_input(
            _label("Numéro du tirage au sort", 1, MOST_SEED), 1, MOST_SEED, 1,
            help="Un autre numéro refait les simulations avec un autre hasard.",
        )  # fmt: skip
        _note_default(max(in_progress, 1), max(under_way(stages, usual_stages(stages), today), 1))
    return Assumptions(
        int(target), int(at_once), float(starts), HOLIDAYS[str(holidays)], tuple(stages_to_pass), int(new), int(seed)
    )


def _note_default(at_once: int, usual: int) -> None:
    """Say that the chosen stages change the default number of schools led at once, when they do."""
    if at_once != usual:
        blocks.note(
            f"Avec ces étapes, «\u00a0Écoles menées en même temps\u00a0» part de {number(at_once)} au lieu de "
            f"{number(usual)}, "
            "d’après les écoles en cours."
        )


def _stages_to_pass(stages: pd.DataFrame) -> list[str]:
    """Let the reader choose the stages of a school; without a choice, all are counted and a note says so."""
    names = stage_names(stages)
    chosen = st.multiselect(
        "Étapes à passer (une école est équipée à la fin de la dernière)",
        names,
        usual_stages(stages),
        key="etapes_comptees",
        placeholder="Toutes les étapes",
        select_all=False,  # its label would be in English
    )
    if not chosen:
        blocks.note(f"Aucune étape choisie{SPACE}: la simulation les compte toutes ({number(len(names))}).")
    return chosen or names


def _label(name: str, least: int, most: int) -> str:
    """Write the limits of a field in its label: outside them, the browser only turns the field red."""
    return f"{name} ({number(least)} à {number(most)})"


def headline(forecast: RolloutForecast, assumptions: Assumptions) -> None:
    """Show where the schools stand, when they would all be done, and how fast."""
    blocks.figures(figures(forecast, assumptions), "generalisation")


def figures(forecast: RolloutForecast, assumptions: Assumptions) -> list[Figure]:
    """Return the schools done, the day all are, and the pace until then."""
    note, last = f"{plural(forecast.under_way, 'école')} en cours", month_of(forecast.completed.median)
    if _reached(forecast, assumptions):
        note = f"pour {number(assumptions.goal)} à équiper{SPACE}; {note}"
        done = Figure("Écoles équipées", number(forecast.done), note)
        return [done, Figure("Toutes équipées", last, "c’est déjà fait")]
    row = [
        Figure("Écoles équipées", f"{number(forecast.done)} sur {number(assumptions.goal)}", note),
        Figure("Toutes équipées", last, between(forecast.completed)),
        Figure("Écoles par an", *_pace(forecast)),
    ]
    if assumptions.new_per_year:
        row.append(Figure("Sans école nouvelle", month_of(forecast.without_new.median), between(forecast.without_new)))
    return row


def _reached(forecast: RolloutForecast, assumptions: Assumptions) -> bool:
    return forecast.done >= assumptions.goal


def _pace(forecast: RolloutForecast) -> tuple[str, str]:
    """Say how many schools end in a whole year to come."""
    whole = forecast.years.iloc[1:-1] if len(forecast.years) > 2 else forecast.years
    low, median, high = (number(round(whole[name].mean())) for name in ("low", "median", "high"))
    return median, f"entre {low} et {high} selon les simulations"


def month_of(day: date | None) -> str:
    """Write the month of a day: “mars 2032”."""
    return f"{MONTHS[day.month - 1]} {day.year}" if day else NEVER


def between(span: Range) -> str:
    """Write the 80 % interval of a date."""
    if span.low is None:
        return "plus de neuf fois sur dix"
    low, high = month_of(span.low), month_of(span.high)
    if span.high is None:
        return f"pas avant {low}, 9 fois sur 10"
    return f"en {low}, 8 fois sur 10" if low == high else f"entre {low} et {high}, 8 fois sur 10"


def fan(forecast: RolloutForecast, assumptions: Assumptions, today: date) -> None:
    """Answer: when will every school be done?"""
    with blocks.question("Quand toutes les écoles seront-elles équipées\u00a0?", _assumptions_note(assumptions)):
        fig = charts.fan(forecast.fan, today, forecast.done)
        blocks.figure(
            fig, fan_sentence(forecast, assumptions), fan_table(forecast.fan, today), "generalisation", digits=0
        )
        if names := blocked(ask(rollout.progress, today), forecast, assumptions):
            blocks.note(blocked_sentence(names))


def fan_table(months: pd.DataFrame, today: date) -> Wide:
    """Return the schools done at the beginning of each month, seen or simulated."""
    kind = (months["month"] <= pd.Timestamp(today)).map({True: "constaté", False: "simulé"})
    titles = {"low": "Faites (8 fois sur 10), de", "median": "médiane", "high": "à", "goal": "À faire"}
    whole = months[["month", *titles]].rename(columns={"month": "Mois"} | titles)
    whole.insert(1, "Constaté ou simulé", kind)
    return Wide(whole, (whole.rename(columns={titles["low"]: "Faites, de"}),))


def fan_sentence(forecast: RolloutForecast, assumptions: Assumptions) -> str:
    """Say when every school would be done, and how many months the new schools add."""
    if _reached(forecast, assumptions):
        done = plural(forecast.done, "école équipée", "écoles équipées")
        since = month_of(forecast.completed.median)
        return f"C’est fait depuis {since}{SPACE}: {done} pour {number(assumptions.goal)} à équiper."
    if forecast.completed.median is None:
        reason = " avec les écoles qui ouvrent" if forecast.without_new.median else ""
        return f"À ce rythme, les écoles ne seraient pas toutes équipées avant {HORIZON_YEARS}{SPACE}ans{reason}."
    schools = plural(assumptions.goal, "école")
    when = f"{month_of(forecast.completed.median)} ({between(forecast.completed)})"
    new = _opened(forecast, assumptions)
    others = f" et {plural(new, 'nouvelle')} d’ici là" if new > 0 else ""
    start = f"Les {schools} d’aujourd’hui{others} seraient toutes équipées vers {when}"
    if not assumptions.new_per_year or forecast.without_new.median is None:
        return f"{start}."
    last, without = forecast.completed.median, forecast.without_new.median
    # The difference between the displayed months, which a reader can check.
    months = 12 * (last.year - without.year) + last.month - without.month
    more = f"{SPACE}; les nouvelles y ajoutent {number(months)}{SPACE}mois" if months and new > 0 else ""
    return f"{start}{more}."


def _opened(forecast: RolloutForecast, assumptions: Assumptions) -> int:
    """Count the schools that open before all are equipped."""
    goals = forecast.fan.loc[forecast.fan["month"] <= pd.Timestamp(str(forecast.completed.median)), "goal"]
    return int(goals.iloc[-1]) - assumptions.goal if len(goals) else 0


def _assumptions_note(assumptions: Assumptions) -> str:
    holidays = next(words for words, speed in HOLIDAYS.items() if speed == assumptions.holiday_speed)
    limit = (
        f", {plural(assumptions.starts_per_month, 'démarrage')} par mois au plus"
        if assumptions.starts_per_month
        else ""
    )
    new = plural(assumptions.new_per_year, "école nouvelle", "écoles nouvelles")
    return (
        f"{plural(assumptions.at_once, 'école à la fois', 'écoles menées en même temps')}{limit}\u00a0; "
        f"les vacances {holidays}\u00a0; {new} par an."
    )


def blocked(schools: pd.DataFrame, forecast: RolloutForecast, assumptions: Assumptions) -> list[str]:
    """Return the schools with a blocked connection, when the simulation assumes that they finish their installation."""
    if _reached(forecast, assumptions) or rollout.INSTALLATION not in set(forecast.stages["stage"]):
        return []
    stuck = schools[(schools["connection"] == "bloquée") & schools["equipped_on"].isna()]
    return [school_name(name) for name in stuck["school"]]


def blocked_sentence(names: list[str]) -> str:
    """Say that the simulation treats the blocked connections as if they were not blocked."""
    count = plural(len(names), "école test a son raccordement bloqué", "écoles test ont leur raccordement bloqué")
    return (
        f"Limite{SPACE}: {count} ({enumeration(names)}) et ne peu{'t' if len(names) == 1 else 'vent'} pas finir "
        f"l’installation avant qu’il soit débloqué. La simulation suppose qu’il l’est dès aujourd’hui."
    )


def pace(forecast: RolloutForecast) -> None:
    """Answer: how many schools each year?"""
    with blocks.question("Combien d’écoles chaque année\u00a0?", "Écoles finies, de… à…, 8 fois sur 10."):
        table = forecast.years[["year", "low", "median", "high"]].astype("Int64")
        table["year"] = [
            _year(year, done) for year, done in zip(forecast.years["year"], forecast.years["done"], strict=True)
        ]
        blocks.takeaway(pace_sentence(forecast))
        tables.table(
            table.set_axis(["Année", "Écoles, de", "médiane", "à"], axis="columns"), "rythme_generalisation", digits=0
        )


def pace_sentence(forecast: RolloutForecast) -> str:
    """Say the pace of the next whole year, or of this year when it is the last."""
    row = forecast.years.iloc[min(1, len(forecast.years) - 1)]
    if row["done"] and row["high"] == row["done"]:
        return f"En {int(row['year'])}, {plural(int(row['done']), 'école a été finie', 'écoles ont été finies')}."
    seen = f", dont {number(row['done'])} déjà finie{'s' if row['done'] > 1 else ''}" if row["done"] else ""
    span = "" if row["low"] == row["high"] else f" (entre {number(row['low'])} et {number(row['high'])})"
    ended = plural(int(row["median"]), "école serait finie", "écoles seraient finies")
    return f"En {int(row['year'])}, {ended}{seen}{span}."


def _year(year: int, done: int) -> str:
    """Write a year, with the number of its schools that are already done."""
    return f"{year} (dont {plural(done, 'déjà finie', 'déjà finies')})" if done else str(year)


def durations(forecast: RolloutForecast) -> None:
    """Answer: what are these dates based on?"""
    with blocks.question(
        "Sur quoi reposent ces dates\u00a0?",
        "Durées en jours, attente avant l’étape comprise, attendues de… à…, 8 fois sur 10.",
    ):
        titles = {
            "stage": "Étape",
            "seen": "Finie (écoles)",
            "under_way": "En cours (écoles)",
            "planned": "Prévue",
            "low": "Attendue, de",
            "median": "médiane",
            "high": "à",
        }
        blocks.takeaway(durations_sentence(forecast))
        tables.table(forecast.stages[list(titles)].rename(columns=titles), "durees_des_etapes", digits=0)
        blocks.note(
            "Une étape en cours compte pour «\u00a0au moins si longtemps\u00a0». Moins il y a d’étapes finies, plus la "
            "fourchette est large. 1\u00a0000 simulations\u00a0; le calcul suppose que les écoles à venir ressemblent "
            "aux écoles test. Vacances inconnues au-delà du calendrier officiel\u00a0: comme la dernière année publiée."
        )
        blocks.note(RARE)


def durations_sentence(forecast: RolloutForecast) -> str:
    """Say how many finished stages the dates are based on, and which stages have few."""
    seen = forecast.stages.set_index("stage")["seen"]
    few = [f"«{SPACE}{name}{SPACE}» ({number(count)})" for name, count in seen.items() if count < FEW]
    start = f"{plural(int(seen.sum()), 'étape finie', 'étapes finies')} dans les écoles test."
    return f"{start} Encore peu connues, moins de {FEW} écoles{SPACE}: {enumeration(few)}." if few else start
