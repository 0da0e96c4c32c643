"""Tables of the page Qualité des prévisions: accuracy metrics, worst days, forecast archive; with French titles."""

from __future__ import annotations

from functools import partial

import pandas as pd

from ui.kit.formats import SPACE, weekday
from ui.kit.tables import Wide
from ui.quality import sentences as say

FACTS = "Ce qu’on en sait"
METRICS = {
    "canteen_days": "Journées",
    "plan_wape_pct": "Écart, prévu (%)",
    "forecast_wape_pct": "Écart, prévision (%)",
    "plan_bias_pct": "Tendance, prévu (%)",
    "forecast_bias_pct": "Tendance, prévision (%)",
    "covered_pct": "Fourchette tenue (%)",
    "plan_surplus_pct": "En trop, prévu (%)",
    "recommended_surplus_pct": "En trop, conseillée (%)",
    "recommended_with_plan_surplus_pct": "En trop, avec le prévu (%)",
    "plan_shortage_pct": "Manquants, prévu (%)",
    "recommended_shortage_pct": "Manquants, conseillée (%)",
    "recommended_with_plan_shortage_pct": "Manquants, avec le prévu (%)",
    "plan_short_pct": "J. de manque, prévu (%)",
    "recommended_short_pct": "J. de manque, conseillée (%)",
    "recommended_with_plan_short_pct": "J. de manque, avec le prévu (%)",
}
METHODS = {
    "method": "Méthode",
    "wape_pct": "Écart (%)",
    "city_wape_pct": "Écart ville (%)",
    "bias_pct": "Tendance (%)",
    "surplus_pct": "En trop (%)",
    "shortage_pct": "Manquants (%)",
    "short_pct": "Jours de manque (%)",
}
# The metrics of each part of a table: all of them together are wider than the page.
METRICS_OF_PART = {
    "Écart": ("plan_wape_pct", "forecast_wape_pct", "covered_pct"),
    "Tendance": ("canteen_days", "plan_bias_pct", "forecast_bias_pct"),
    "En trop": ("plan_surplus_pct", "recommended_surplus_pct", "recommended_with_plan_surplus_pct"),
    "Manquants": ("plan_shortage_pct", "recommended_shortage_pct", "recommended_with_plan_shortage_pct"),
    "J. de manque": ("plan_short_pct", "recommended_short_pct", "recommended_with_plan_short_pct"),
}
DAYS = {
    "date": "Date",
    "place": "Cantine",
    "gap": "Écart (repas)",
    "gap_pct": "Écart (%)",
    "known": FACTS,
    "weekday": "Jour",
    "canteens": "Cantines",
    "meals_served": "Repas servis",
    "forecast": "Prévision (repas)",
    "meals_planned": "Prévu (repas)",
}
SHORT_TITLES = {"meals_served": "Servis", "forecast": "Prévision", "meals_planned": "Prévu"}
ARCHIVED = {
    "forecast": "prévision (repas)",
    "lower": "borne basse (repas)",
    "upper": "borne haute (repas)",
    "recommended_with_plan": "conseillée (repas)",
    "known_until": "repas connus jusqu’au",
    "finished_at": "calculée le",
}


def methods(rows: pd.DataFrame) -> Wide:
    """Return the metrics of each method: first the errors, then surplus and shortage."""
    whole = rows.assign(method=rows["method"].map(say.NAMES))[list(METHODS)].rename(columns=METHODS)
    gaps, quantities = whole.columns[1:4], whole.columns[4:]
    return Wide(whole, (whole.drop(columns=quantities), whole.drop(columns=gaps)))


def months(rows: pd.DataFrame) -> Wide:
    """Return the metrics of each month, in parts of a few columns."""
    labelled = rows.assign(month=rows["month"].dt.strftime("%Y-%m"))
    whole = metrics(labelled, {"month": "Mois", "meals_served": "Repas servis"})
    first, *others = parts_of(whole, ["Mois"]).values()
    first.insert(1, "Repas servis", whole["Repas servis"])
    return Wide(whole, (first, *others))


def parts_of(whole: pd.DataFrame, keys: list[str]) -> dict[str, pd.DataFrame]:
    """Return one table for each part, by its name: the key columns, then the metrics of the part."""
    parts = {}
    for name, columns in METRICS_OF_PART.items():
        titles = [METRICS[column] for column in columns]
        shorter = {title: title.removesuffix(" (%)") for title in titles}
        parts[name] = whole[[*keys, *titles]].rename(columns=shorter)
    return parts


def metrics(rows: pd.DataFrame, first: dict[str, str]) -> pd.DataFrame:
    """Return the metrics of groups of canteen-days, after the columns of `first`, which name the groups."""
    names = first | METRICS
    return rows[list(names)].rename(columns=names)


def transposed(rows: pd.DataFrame, titles: list[str], extra_metrics: dict[str, str] | None = None) -> pd.DataFrame:
    """Return the metrics of a few groups side by side: one row per metric, one column per group."""
    names = {name: words for name, words in ((extra_metrics or {}) | METRICS).items() if name != "canteen_days"}
    table = rows[list(names)].astype(float).set_axis(titles).rename(columns=names).T
    return table.rename_axis("Mesure").reset_index()


LEADS = {
    "wape_pct": "Écart de la prévision",
    "covered_pct": "Fourchette tenue",
    "advised_surplus_pct": "En trop",
    "advised_shortage_pct": "Manquants",
    "advised_far_short_pct": "Manques nets",
}
MANAGERS = "Prévu des gestionnaires"


def leads(rows: pd.DataFrame) -> pd.DataFrame:
    """Return one row per lead, the furthest first, then the managers' plan of the same days."""
    table = rows[list(LEADS)].rename(columns=LEADS).assign(Avance=rows["lead_days"].map(say.lead))
    plan = {LEADS[name]: rows.iloc[0][name.replace("advised", "plan")] for name in LEADS if "advised" in name}
    return pd.concat([table, pd.DataFrame([plan | {"Avance": MANAGERS}])], ignore_index=True)[
        ["Avance", *LEADS.values()]
    ]


def canteens(rows: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return the metrics of each canteen as a whole table, and its parts by name, with shorter titles."""
    first = {"place": "Cantine", "meals_per_day": "Repas par jour"}
    whole = metrics(rows, first)
    parts = parts_of(whole, list(first.values()))
    return whole, {name: part.rename(columns=partial(_within, name)) for name, part in parts.items()}


def _within(name: str, title: str) -> str:
    """Return the title of a column without the name of its part, which the tab already shows."""
    short = title.removeprefix(f"{name}, ")
    return short[:1].upper() + short[1:]


def days(rows: pd.DataFrame) -> Wide:
    """Return days in three parts: forecast error, facts known about the day, meals."""
    whole = _named(rows, DAYS)
    keys = [name for name in ("Date", "Cantine") if name in whole]
    meals = {DAYS[name]: words for name, words in SHORT_TITLES.items()}
    gaps = whole.drop(columns=[FACTS, *meals])
    return Wide(whole, (gaps, whole[[*keys, FACTS]], whole[[*keys, *meals]].rename(columns=meals)))


def archived_days(rows: pd.DataFrame, horizons: dict[int, str]) -> Wide:
    """Return the days of a place in three parts: meals, forecast of each horizon, error of each horizon."""
    forecasts = {f"forecast_{days}": f"Annoncé, {name.lower()}" for days, name in horizons.items()}
    errors = {f"gap_{days}": f"Écart, {name.lower()}" for days, name in horizons.items()}
    whole = _named(rows, DAYS | forecasts | errors)
    shorter = {
        f"{kind}, {name.lower()}": f"{kind}, {days}{SPACE}j"
        for kind in ("Annoncé", "Écart")
        for days, name in horizons.items()
    }
    parts = (
        whole.drop(columns=list(shorter)),
        *(whole[["Date", *columns.values()]].rename(columns=shorter) for columns in (forecasts, errors)),
    )
    return Wide(whole, parts)


def archived_canteen_days(rows: pd.DataFrame, horizons: dict[int, str]) -> pd.DataFrame:
    """Return the whole forecast archive, one row per canteen × day."""
    forecasts = {
        f"{column}_{days}": f"{name}{SPACE}: {words}"
        for days, name in horizons.items()
        for column, words in ARCHIVED.items()
    }
    return _named(rows, DAYS | forecasts)


def _named(rows: pd.DataFrame, names: dict[str, str]) -> pd.DataFrame:
    labelled = rows.assign(weekday=rows["date"].map(weekday))
    return labelled[[name for name in names if name in labelled]].rename(columns=names)
