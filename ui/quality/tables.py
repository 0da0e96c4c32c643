"""The tables of the page Qualité des prévisions, under the names people read."""

from __future__ import annotations

from functools import partial

import pandas as pd

from ui.kit.formats import SPACE, weekday
from ui.kit.tables import Wide
from ui.quality import sentences as say

KNOWN = "Ce qu’on en sait"
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
# What a page has room for at a time: the measures that are read together.
TOGETHER = {
    "Écart": ("plan_wape_pct", "forecast_wape_pct", "covered_pct"),
    "Biais": ("canteen_days", "plan_bias_pct", "forecast_bias_pct"),
    "Surplus": ("plan_surplus_pct", "recommended_surplus_pct", "recommended_with_plan_surplus_pct"),
    "Manque": ("plan_shortage_pct", "recommended_shortage_pct", "recommended_with_plan_shortage_pct"),
    "En manque": ("plan_short_pct", "recommended_short_pct", "recommended_with_plan_short_pct"),
}
DAYS = {
    "date": "Date",
    "place": "Cantine",
    "gap": "Écart (repas)",
    "gap_pct": "Écart (%)",
    "known": KNOWN,
    "weekday": "Jour",
    "canteens": "Cantines",
    "meals_served": "Repas servis",
    "forecast": "Prévision (repas)",
    "meals_planned": "Prévu (repas)",
}
SHORTER = {"meals_served": "Servis", "forecast": "Prévision", "meals_planned": "Prévu"}
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


def months(found: pd.DataFrame) -> Wide:
    """Return the measures of each month, those read together in one part."""
    told = found.assign(month=found["month"].dt.strftime("%Y-%m"))
    whole = measures(told, {"month": "Mois", "meals_served": "Repas servis"})
    first, *others = together(whole, ["Mois"]).values()
    first.insert(1, "Repas servis", whole["Repas servis"])
    return Wide(whole, (first, *others))


def together(whole: pd.DataFrame, keys: list[str]) -> dict[str, pd.DataFrame]:
    """Return tables of the measures read together, after the columns that say what they are about."""
    parts = {}
    for name, columns in TOGETHER.items():
        titles = [MEASURES[column] for column in columns]
        shorter = {title: title.removesuffix(" (%)") for title in titles}
        parts[name] = whole[[*keys, *titles]].rename(columns=shorter)
    return parts


def measures(found: pd.DataFrame, first: dict[str, str]) -> pd.DataFrame:
    """Return the measures of groups of canteen-days, after the columns that say which they are."""
    names = first | MEASURES
    return found[list(names)].rename(columns=names)


def beside(found: pd.DataFrame, titles: list[str], more: dict[str, str] | None = None) -> pd.DataFrame:
    """Return the measures of a few groups side by side: one row per measure, one column per group."""
    names = {name: words for name, words in ((more or {}) | MEASURES).items() if name != "canteen_days"}
    turned = found[list(names)].astype(float).set_axis(titles).rename(columns=names).T
    return turned.rename_axis("Mesure").reset_index()


def canteens(found: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the measures of each canteen, and by name those read together, their titles without that name."""
    first = {"place": "Cantine", "meals_per_day": "Repas par jour"}
    whole = measures(found, first)
    parts = together(whole, list(first.values()))
    return whole, {name: part.rename(columns=partial(_within, name)) for name, part in parts.items()}


def _within(name: str, title: str) -> str:
    """Name a column where the name of its measure stands above."""
    short = title.removeprefix(f"{name}, ")
    return short[:1].upper() + short[1:]


def days(found: pd.DataFrame) -> Wide:
    """Return days: how far they were missed, what is known of them, their meals."""
    whole = _named(found, DAYS)
    keys = [name for name in ("Date", "Cantine") if name in whole]
    meals = {DAYS[name]: words for name, words in SHORTER.items()}
    gaps = whole.drop(columns=[KNOWN, *meals])
    return Wide(whole, (gaps, whole[[*keys, KNOWN]], whole[[*keys, *meals]].rename(columns=meals)))


def archived_days(found: pd.DataFrame, horizons: dict[int, str]) -> Wide:
    """Return the days of a place: meals, what was announced at each horizon, and its gap."""
    said = {f"forecast_{days}": f"Annoncé, {name.lower()}" for days, name in horizons.items()}
    gaps = {f"gap_{days}": f"Écart, {name.lower()}" for days, name in horizons.items()}
    whole = _named(found, DAYS | said | gaps)
    shorter = {
        f"{what}, {name.lower()}": f"{what}, {days}{SPACE}j"
        for what in ("Annoncé", "Écart")
        for days, name in horizons.items()
    }
    parts = (
        whole.drop(columns=list(shorter)),
        *(whole[["Date", *columns.values()]].rename(columns=shorter) for columns in (said, gaps)),
    )
    return Wide(whole, parts)


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
