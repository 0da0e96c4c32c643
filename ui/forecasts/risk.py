"""Stock-out risk (newsvendor): the choice of a risk, and the cost of each choice in meals and in euros."""

from __future__ import annotations

import os

import pandas as pd
import streamlit as st

from data.queries.forecasts.other_risks import Risk, prices, risks
from data.queries.forecasts.runs import ForecastRun
from data.settings import SETTINGS, values
from data.typography import french
from ui.forecasts import reserve
from ui.kit import blocks, tables
from ui.kit.formats import SPACE, as_text, day, is_missing, number, plural, quantity
from ui.session import ask

MANAGERS, TODAY = "comme aujourd’hui", "aujourd’hui"
COST_SETTING = "ANTIGASPI_MEAL_COST_EUROS"
MEAL_COST = SETTINGS["meal_cost_eur"]
USUAL_COST, HIGHEST_COST = MEAL_COST.default, MEAL_COST.most
COST_HELP = "Ce que vaut un repas préparé pour personne. Par défaut les denrées seules, en chiffre rond et sans source."
HELP = (
    "Plus le risque est faible, plus la quantité conseillée est grande. «\u00a0Comme aujourd’hui\u00a0»\u00a0: le "
    "risque "
    "des gestionnaires."
)
# The titles are short so that the whole table fits on a tablet.
MEANING = (
    "Jours de manque\u00a0: jours où il a manqué un repas ou plus, sur 100\u00a0; nets\u00a0: plus de 5\u00a0% des "
    "repas, et au moins deux. En trop et manquants\u00a0: repas pour 100 "
    "servis, puis par semaine de service."
)
COLUMNS = {
    "risk": "Risque",
    "short_pct": "Jours de manque",
    "far_short_pct": "Nets",
    "surplus_pct": "En trop (%)",
    "shortage_pct": "Manquants (%)",
    "surplus_per_week": "En trop/sem.",
    "euros_per_week": "Euros/sem.",
}


def choice(run: ForecastRun) -> Risk | None:
    """Show the choice of a risk and return it; None is the risk that the managers take today."""
    risks_by_name = {name_of(risk.one_in): risk for risk in ask(risks, run.run_id)}
    if not risks_by_name:
        return None
    options = [MANAGERS, *risks_by_name]
    return risks_by_name.get(st.selectbox("Risque de manquer", options, key="risque", bind="query-params", help=HELP))


def name_of(one_in: float | None) -> str:
    """Name a risk: “1 jour sur 10”; “aujourd’hui” when it is missing."""
    return TODAY if one_in is None or is_missing(one_in) else f"1 jour sur {one_in:.0f}"


def advice(risk: Risk) -> str:
    """Say what the advised quantity means at a chosen risk."""
    return (
        f"La quantité conseillée vise à manquer {name_of(risk.one_in)}. Les jours où le prévu de la cantine "
        "est connu, elle bouge d’autant de repas. Les désaccords restent comptés avec le risque d’aujourd’hui."
    )


def cost_of_setting(text: str | None) -> float:
    """Return the cost of a meal, in euros, from the text of the setting; the usual cost when it is not valid."""
    try:
        cost = float((text or "").replace(",", "."))
    except ValueError:
        return USUAL_COST
    # “nan” is read as a float, and every comparison with it is false.
    return cost if 0 <= cost < HIGHEST_COST else USUAL_COST


def price_of_choices(run: ForecastRun, place: str, canteen: str | None, risk: Risk | None) -> None:
    """Show what each risk would have cost this place on the days of the backtest."""
    choices = ask(prices, run.run_id, canteen)
    if choices.empty:
        return
    with st.expander("Ce que coûte chaque choix", icon=":material/balance:"):
        usual_cost, cost_help = _usual_cost()
        cost = st.number_input(
            "Coût d’un repas en trop (euros, hypothèse à régler)",
            0.0,
            HIGHEST_COST,
            usual_cost,
            step=0.1,
            help=cost_help,
            key="cout_repas",
        )
        blocks.takeaway(price_sentence(choices, risk.one_in if risk else None, cost))
        tables.table(price_table(choices, cost), "risques", digits=1)
        blocks.note(MEANING)
        blocks.note(_origin(choices, place))
        if canteen is None:
            reserve.block(run)


def _usual_cost() -> tuple[float, str]:
    """Return the cost of a meal of the page Réglages, else of the environment, and where it comes from."""
    saved = ask(values)[MEAL_COST.key]
    if saved.is_default:
        return cost_of_setting(os.environ.get(COST_SETTING)), COST_HELP
    return saved.value, as_text(french(f"Ce que vaut un repas préparé pour personne. Source : {saved.source}"))


def _origin(choices: pd.DataFrame, place: str) -> str:
    row = choices.iloc[0]
    days = plural(row["canteen_days"], "journée de cantine", "journées de cantine")
    return (
        f"{place}{SPACE}: {days} du {day(row['first'])} au {day(row['last'])}, prévues trois semaines à l’avance, sans "
        "le prévu, saisies douteuses comprises. Chaque cantine garde sa marge. Les euros "
        "supposent que chaque repas en trop coûte autant et qu’un repas manquant ne coûte rien."
    )


def price_table(choices: pd.DataFrame, cost: float) -> pd.DataFrame:
    """Return the cost of each risk, with French titles."""
    rows = choices.assign(
        risk=choices["one_in"].map(name_of, na_action=None),
        euros_per_week=(choices["surplus_per_week"] * cost).round().astype(int),
        surplus_per_week=choices["surplus_per_week"].round().astype(int),
    )
    return rows.reindex(columns=list(COLUMNS)).rename(columns=COLUMNS)


def price_sentence(choices: pd.DataFrame, one_in: int | None, cost: float) -> str:
    """Say what the chosen risk changes compared with today's; without a choice, what the next lower risk would."""
    today = choices.index[choices["one_in"].isna()][0]
    neighbour = today - 1 if today > 0 else today + 1
    alternative = neighbour if one_in is None else choices.index[choices["one_in"] == one_in][0]
    before, after = choices.loc[today], choices.loc[alternative]
    more_surplus, more_shortage = (
        round(after[name] - before[name]) for name in ("surplus_per_week", "shortage_per_week")
    )
    meals, euros = plural(abs(more_surplus), "repas", "repas"), quantity(round(abs(more_surplus) * cost), "€")
    surplus_words = f"{'ajouterait' if more_surplus >= 0 else 'éviterait'} {meals} en trop"
    shortage_words = plural(abs(more_shortage), "repas manquant", "repas manquants")
    return (
        f"Passer du risque d’aujourd’hui ({number(before['short_pct'])} jours de manque sur 100) "
        f"à {name_of(after['one_in'])} {surplus_words} par semaine (environ {euros}), mais "
        f"{'ajouterait' if more_shortage > 0 else 'éviterait'} {shortage_words}."
    )
