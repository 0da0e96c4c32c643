"""The tables of the page Qualité des prévisions, under the names people read."""

from __future__ import annotations

import pandas as pd

from ui import quality_sentences as say
from ui.formats import SPACE, weekday
from ui.tables import Wide

MEASURES = {
    "canteen_days": "Journées",
    "plan_wape_pct": "Écart, prévu (%)",
    "forecast_wape_pct": "Écart, prévision (%)",
    "plan_bias_pct": "Biais, prévu (%)",
    "forecast_bias_pct": "Biais, prévision (%)",
    "covered_pct": "Intervalle tenu (%)",
    "plan_surplus_pct": "Surplus, prévu (%)",
    "recommended_surplus_pct": "Surplus, conseillée (%)",
    "recommended_with_plan_surplus_pct": "Surplus, avec le prévu (%)",
    "plan_shortage_pct": "Manque, prévu (%)",
    "recommended_shortage_pct": "Manque, conseillée (%)",
    "recommended_with_plan_shortage_pct": "Manque, avec le prévu (%)",
    "plan_short_pct": "En manque, prévu (%)",
    "recommended_short_pct": "En manque, conseillée (%)",
    "recommended_with_plan_short_pct": "En manque, avec le prévu (%)",
}
METHODS = {
    "method": "Méthode",
    "wape_pct": "Écart (%)",
    "city_wape_pct": "Écart ville (%)",
    "bias_pct": "Biais (%)",
    "surplus_pct": "Surplus (%)",
    "shortage_pct": "Manque (%)",
    "short_pct": "En manque (%)",
}
DAYS = {
    "date": "Date",
    "place": "Cantine",
    "gap": "Écart (repas)",
    "gap_pct": "Écart (%)",
    "known": "Ce qu’on en sait",
    "weekday": "Jour",
    "canteens": "Cantines",
    "meals_served": "Repas servis",
    "forecast": "Prévision (repas)",
    "meals_planned": "Prévu (repas)",
}
SAID = {
    "forecast": "prévision (repas)",
    "lower": "borne basse (repas)",
    "upper": "borne haute (repas)",
    "recommended_with_plan": "conseillée (repas)",
    "known_until": "repas connus jusqu’au",
    "finished_at": "calculée le",
}


def methods(found: pd.DataFrame) -> Wide:
    """Return the measures of each method: its gaps, then what it would have left over or lacked."""
    whole = found.assign(method=found["method"].map(say.NAMES))[list(METHODS)].rename(columns=METHODS)
    gaps, quantities = whole.columns[1:4], whole.columns[4:]
    return Wide(whole, (whole.drop(columns=quantities), whole.drop(columns=gaps)))


def months(found: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of each month."""
    told = found.assign(month=found["month"].dt.strftime("%Y-%m"))
    return measures(told, {"month": "Mois", "meals_served": "Repas servis"})


def measures(found: pd.DataFrame, first: dict[str, str]) -> pd.DataFrame:
    """Return the measures of groups of canteen-days, after the columns that say which they are."""
    names = first | MEASURES
    return found[list(names)].rename(columns=names)


def beside(found: pd.DataFrame, titles: list[str], more: dict[str, str] | None = None) -> pd.DataFrame:
    """Return the measures of a few groups side by side: one row per measure, one column per group."""
    names = {name: words for name, words in ((more or {}) | MEASURES).items() if name != "canteen_days"}
    turned = found[list(names)].astype(float).set_axis(titles).rename(columns=names).T
    return turned.rename_axis("Mesure").reset_index()


def days(found: pd.DataFrame) -> pd.DataFrame:
    """Return days with what is known of them."""
    return _named(found, DAYS)


def archived_days(found: pd.DataFrame, horizons: dict[int, str]) -> pd.DataFrame:
    """Return the days of a place: meals, what was announced at each horizon, and its gap."""
    said = {f"forecast_{days}": f"Annoncé, {name.lower()}" for days, name in horizons.items()}
    gaps = {f"gap_{days}": f"Écart, {name.lower()}" for days, name in horizons.items()}
    return _named(found, DAYS | said | gaps)


def archived_canteen_days(found: pd.DataFrame, horizons: dict[int, str]) -> pd.DataFrame:
    """Return the whole archive, one row per canteen × day."""
    said = {
        f"{column}_{days}": f"{name}{SPACE}: {words}"
        for days, name in horizons.items()
        for column, words in SAID.items()
    }
    return _named(found, DAYS | said)


def _named(found: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    told = found.assign(weekday=found["date"].map(weekday))
    return told[[name for name in names if name in told]].rename(columns=names)
