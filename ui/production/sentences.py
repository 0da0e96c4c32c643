"""Sentences of the page Production."""

from __future__ import annotations

import pandas as pd

from data.production.prints import Print
from ui.kit.formats import SPACE, long_day, moment, number, plural


def day_total(rows: pd.DataFrame) -> str:
    """Say how many meals are to be prepared, for how many canteens, and how many of them are in shared reserves."""
    canteens, held = rows[~rows["reserve"]], int(rows.loc[rows["reserve"], "meals"].sum())
    total = f"{meals(rows)} à préparer pour {plural(int((canteens['meals'] > 0).sum()), 'cantine')}"
    return f"{total}, dont {number(held)} en réserve" if held else total


def reserves(rows: pd.DataFrame) -> str | None:
    """Say what each shared reserve holds; None where none is adopted."""
    held = rows[rows["reserve"]]
    if held.empty:
        return None
    each = [f"{_short(row['place'])} {number(row['meals'])}" for row in held.to_dict("records")]
    return (
        f"En réserve{SPACE}: {', '.join(each)}. Les cantines qui la partagent reçoivent moins\u00a0; "
        "elle complète celles qui manquent."
    )


def _short(place: str) -> str:
    return place.removeprefix("Réserve").removeprefix(",").strip()


def meals(rows: pd.DataFrame) -> str:
    """Write the meals of some canteens."""
    return plural(int(rows["meals"].sum()), "repas", "repas")


def margin(rows: pd.DataFrame) -> str:
    """Say how many meals more than expected, and the room left in the containers."""
    expected = round(rows["expected"].sum())
    extra = int(rows["meals"].sum()) - expected
    more = f"{number(abs(extra))} de {'plus' if extra >= 0 else 'moins'} que les {number(expected)} attendus"
    spare = plural(int(rows["spare"].sum()), "portion", "portions")
    return (
        f"Marge{SPACE}: {more}. Les bacs, arrondis cantine par cantine, ont encore la place de {spare} d’élémentaire."
    )


def rule(weight: float, size: float) -> str:
    """Say how portions become containers."""
    share = number(weight, 2).rstrip("0").rstrip(",")
    return (
        f"Une portion de maternelle compte pour {share} portion d’élémentaire\u00a0; "
        f"un bac contient {number(size)} portions d’élémentaire (réglages de la mission numérique)."
    )


def printed(last: Print | None, rows: pd.DataFrame) -> str:
    """Say when the sheet was printed, and how many canteens changed since."""
    if last is None:
        return "Cette fiche n’a pas encore été imprimée."
    changed = sum(last.meals.get(row["canteen"]) != row["meals"] for row in rows.to_dict("records"))
    start = f"Fiche imprimée le {moment(last.printed_at)}"
    if not changed:
        return f"{start}{SPACE}: rien n’a changé depuis."
    return f"{start}{SPACE}: {plural(changed, 'cantine a changé', 'cantines ont changé')} depuis (marquées ●)."


def weeks(table: pd.DataFrame) -> str:
    """Sum up the last week: meals produced and not served."""
    last = table.iloc[0]
    gap = int(last["gap"])
    share = 100 * abs(gap) / last["served"]
    produced = plural(int(last["produced"]), "repas produit", "repas produits")
    return (
        f"Semaine du {long_day(last['week'])}{SPACE}: {produced}, "
        f"{plural(int(last['served']), 'servi')}, soit {number(abs(gap))} de {'trop' if gap >= 0 else 'moins'} "
        f"({number(share, 1)}{SPACE}%)."
    )


def unattached(meals: float) -> str | None:
    """Say what the total of the week counts beyond the canteens; None where it is nothing."""
    if round(meals) <= 0:
        return None
    more = plural(round(meals), "repas attendu", "repas attendus")
    return f"Sans {more} de lieux que rien ne rattache encore à une cantine\u00a0: la semaine de la cuisine les compte."
