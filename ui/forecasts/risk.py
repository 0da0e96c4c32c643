"""The choice of a risk of running short, and what each choice costs in meals and in euros."""

from __future__ import annotations

import os

import pandas as pd
import streamlit as st

from data.queries.forecasts.other_risks import Risk, prices, risks
from data.queries.forecasts.runs import ForecastRun
from ui.kit import blocks, tables
from ui.kit.formats import SPACE, day, is_missing, number, plural, quantity
from ui.session import ask

MANAGERS, TODAY = "celui que prennent les gestionnaires aujourd’hui", "aujourd’hui"
COST_SETTING = "ANTIGASPI_MEAL_COST_EUROS"
# Food alone, in round figures; no source: each city sets its own.
USUAL_COST, HIGHEST_COST = 2.0, 1000.0
COST_HELP = "Ce que vaut un repas préparé pour personne. Par défaut les denrées seules, en chiffre rond et sans source."
HELP = "Plus le risque est faible, plus la quantité conseillée est grande."
# Short names: the whole table fits a tablet.
MEANING = (
    "Jours de manque\u00a0: sur 100. En trop et manquants\u00a0: repas pour 100 servis, puis par semaine de service."
)
COLUMNS = {
    "risk": "Risque",
    "short_pct": "Jours de manque",
    "surplus_pct": "En trop (%)",
    "shortage_pct": "Manquants (%)",
    "surplus_per_week": "En trop/sem.",
    "euros_per_week": "Euros/sem.",
}


def choice(run: ForecastRun) -> Risk | None:
    """Show the choice of a risk; None is the managers', the only one when the computation knows no other."""
    known = {name_of(one.one_in): one for one in ask(risks, run.run_id)}
    if not known:
        return None
    options = [MANAGERS, *known]
    return known.get(st.selectbox("Risque de manquer", options, key="risque", bind="query-params", help=HELP))


def name_of(one_in: float | None) -> str:
    """Name a risk: “1 jour sur 10”; today's when it is missing."""
    return TODAY if one_in is None or is_missing(one_in) else f"1 jour sur {one_in:.0f}"


def advice(risk: Risk) -> str:
    """Say what the quantity shown is when another risk than the managers' is chosen."""
    return (
        f"La quantité conseillée est celle qui manquerait {name_of(risk.one_in)}. Les jours où le prévu de la cantine "
        "est connu, elle bouge d’autant de repas. Les désaccords restent comptés avec le risque d’aujourd’hui."
    )


def cost_of_setting(text: str | None) -> float:
    """Read the cost of a meal set for the application, in euros, or take the usual one."""
    try:
        cost = float((text or "").replace(",", "."))
    except ValueError:
        return USUAL_COST
    # What is no number compares false.
    return cost if 0 <= cost < HIGHEST_COST else USUAL_COST


def price_of_choices(run: ForecastRun, place: str, canteen: str | None, risk: Risk | None) -> None:
    """Offer what each choice would have cost this place on the past judged by the computation."""
    found = ask(prices, run.run_id, canteen)
    if found.empty:
        return
    with st.expander("Ce que coûte chaque choix", icon=":material/balance:"):
        usual = cost_of_setting(os.environ.get(COST_SETTING))
        cost = st.number_input(
            "Coût d’un repas en trop (euros, hypothèse à régler)",
            0.0,
            HIGHEST_COST,
            usual,
            step=0.1,
            help=COST_HELP,
            key="cout_repas",
        )
        blocks.takeaway(price_sentence(found, risk.one_in if risk else None, cost))
        tables.table(price_table(found, cost), "risques", digits=1)
        blocks.note(MEANING)
        blocks.note(_origin(found, place))


def _origin(found: pd.DataFrame, place: str) -> str:
    row = found.iloc[0]
    days = plural(row["canteen_days"], "journée de cantine", "journées de cantine")
    return (
        f"{place}{SPACE}: {days} du {day(row['first'])} au {day(row['last'])}, prévues trois semaines à l’avance, sans "
        "le prévu ni les journées mises à part (saisies douteuses). Chaque cantine garde sa marge. Les euros "
        "supposent que chaque repas en trop coûte autant et qu’un repas manquant ne coûte rien."
    )


def price_table(found: pd.DataFrame, cost: float) -> pd.DataFrame:
    """Return the prices under the names people read."""
    rows = found.assign(
        risk=found["one_in"].map(name_of, na_action=None),
        euros_per_week=(found["surplus_per_week"] * cost).round().astype(int),
        surplus_per_week=found["surplus_per_week"].round().astype(int),
    )
    return rows[list(COLUMNS)].rename(columns=COLUMNS)


def price_sentence(found: pd.DataFrame, one_in: int | None, cost: float) -> str:
    """Say what the choice changes beside today's risk, or what the next more prudent one would."""
    today = found.index[found["one_in"].isna()][0]
    next_one = today - 1 if today > 0 else today + 1
    other = next_one if one_in is None else found.index[found["one_in"] == one_in][0]
    before, after = found.loc[today], found.loc[other]
    more, missing = (round(after[name] - before[name]) for name in ("surplus_per_week", "shortage_per_week"))
    meals, euros = plural(abs(more), "repas", "repas"), quantity(round(abs(more) * cost), "€")
    wasted = f"coûterait {meals} en trop de plus" if more >= 0 else f"épargnerait {meals} en trop"
    missed = plural(abs(missing), "repas manquant", "repas manquants")
    return (
        f"Passer du risque d’aujourd’hui ({number(before['short_pct'])} jours de manque sur 100) "
        f"à {name_of(after['one_in'])} {wasted} par semaine, environ {euros}, "
        f"{'mais' if missing > 0 else 'pour'} {missed} de {'plus' if missing > 0 else 'moins'}."
    )
