"""The tables of the page Production, with the titles that the kitchen reads."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from data.production.prints import Print
from ui.kit import announced
from ui.kit.formats import MISSING, is_missing, number

NURSERY, ELEMENTARY, MEALS, CONTAINERS = "Maternelle", "Élémentaire", "Repas", "Bacs"
ANNOUNCED, CHANGED = "Annonce", "Changé"


def of_canteens(rows: pd.DataFrame, printed: Print | None, announcements: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per canteen, what it announced, and what changed since the sheet was printed, when one was."""
    table = pd.DataFrame(
        {
            "Cantine": rows["place"],
            "Secteur": rows["district"].fillna(MISSING),
            MEALS: rows["meals"],
            NURSERY: rows["nursery"],
            ELEMENTARY: rows["elementary"],
            CONTAINERS: rows["containers"],
        }
    )
    if rows["decided"].notna().any():
        table["Conseillés"] = rows["advised"].where(rows["decided"].notna()).astype("Int64")
    if announcements:
        table[ANNOUNCED] = [announcements.get(canteen, "") for canteen in rows["canteen"]]
    if printed is not None:
        table[CHANGED] = [change(printed.meals.get(row["canteen"]), row["meals"]) for row in rows.to_dict("records")]
    return table


def change(before: int | None, meals: int) -> str:
    """Say what changed since a sheet was printed: “● 180 → 135”; nothing where nothing did."""
    if before == meals:
        return ""
    return f"● {MISSING if before is None else number(before)} → {number(meals)}"


def of_dishes(rows: pd.DataFrame, dishes: Sequence[str]) -> pd.DataFrame:
    """Return one row per dish: the portions of these canteens, and their containers."""
    sums = rows[["nursery", "elementary", "meals", "containers"]].sum()
    return pd.DataFrame(
        {
            "Plat": list(dishes) or ["Repas (menu non déposé)"],
            NURSERY: sums["nursery"],
            ELEMENTARY: sums["elementary"],
            "Portions": sums["meals"],
            CONTAINERS: sums["containers"],
        }
    )


def said_of_day(threads: pd.DataFrame, day: date) -> dict[str, str]:
    """Return what each canteen (its key) announced about a day and did not withdraw: “sortie, −45 repas”."""
    said: dict[str, str] = {}
    for row in threads[threads["active"] & (threads["date"].dt.date == day)].to_dict("records"):
        words = announced.change(row["event"], row["meals"])
        said[row["canteen"]] = f"{said[row['canteen']]}\u00a0; {words}" if row["canteen"] in said else words
    return said


def of_file(rows: pd.DataFrame, dishes: Sequence[str], announcements: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Return the sheets of the workbook of a day: the dishes, the canteens, each dish of each canteen."""
    canteens = of_canteens(rows, None, announcements).assign(**{"Repas attendus": rows["expected"].round().astype(int)})
    return {"Plats": of_dishes(rows, dishes), "Cantines": canteens, "Plats par cantine": of_slips(rows, dishes)}


def of_slips(rows: pd.DataFrame, dishes: Sequence[str]) -> pd.DataFrame:
    """Return one row per canteen × dish."""
    each = [of_dishes(rows.iloc[[place]], dishes).assign(Cantine=row) for place, row in enumerate(rows["place"])]
    whole = pd.concat(each, ignore_index=True) if each else of_dishes(rows, dishes).assign(Cantine="").head(0)
    return whole[["Cantine", *(name for name in whole.columns if name != "Cantine")]]


def of_weeks(weeks: pd.DataFrame) -> pd.DataFrame:
    """Return what was advised, decided, produced, served and returned, one row per week."""
    titles = {
        "week": "Semaine du", "days": "Jours", "canteen_days": "Livraisons", "advised": "Conseillés",
        "decided": "Décidés", "produced": "Produits", "served": "Servis", "returned": "Retours",
        "gap": "Produits − servis",
    }  # fmt: skip
    return weeks[list(titles)].rename(columns=titles)


def typed_changes(before: pd.DataFrame, after: pd.DataFrame, names: Iterable[str]) -> list[tuple[str, dict[str, int]]]:
    """Return, by canteen (the index), the figures that were typed and differ; an emptied cell changes nothing."""
    chosen = list(names)
    rows = zip(before.index, before[chosen].to_dict("records"), after[chosen].to_dict("records"), strict=True)
    each = [(str(canteen), _typed(old, new)) for canteen, old, new in rows]
    return [(canteen, typed) for canteen, typed in each if typed]


def _typed(old: Mapping[Hashable, Any], new: Mapping[Hashable, Any]) -> dict[str, int]:
    known = {name: int(value) for name, value in new.items() if not is_missing(value)}
    return {str(name): value for name, value in known.items() if is_missing(old[name]) or old[name] != value}
