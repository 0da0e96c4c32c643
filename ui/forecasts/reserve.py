"""What a reserve shared by canteens would leave: one table, one sentence, and the conditions."""

from __future__ import annotations

from datetime import date

import pandas as pd

from data.production.reserve import ALONE, SECTORS, SETTING, reserves
from data.production.reserve import adopted as adopted_on
from data.queries.forecasts.runs import ForecastRun
from data.settings import SETTINGS, values
from ui.kit import blocks, tables
from ui.kit.formats import MISSING, SPACE, is_missing, number
from ui.session import ask

ADOPTED = "adoptée"
NAMES = {
    ALONE: "Aucune\u00a0: chaque cantine seule",
    "pairs": "Par école (maternelle et élémentaire)",
    SECTORS: "Par secteur",
    "city": "Une pour la Ville",
}
CONDITIONS = (
    "Une réserve suppose que chaque cantine compte ses convives le matin, puis que les repas qui lui manquent arrivent "
    "à temps et restent au froid. Le transport et la chaîne du froid sont la décision de la cuisine\u00a0: rien n’en "
    "est compté ici."
)
ORIGIN = (
    "Sur les derniers mois jugés, comme prévus la veille, avec le prévu de la cantine\u00a0; chaque ligne est réglée "
    "sur les jours d’avant. En trop\u00a0: repas restés dans les cantines et dans les réserves, pour 100 servis. En "
    "réserve, apportés\u00a0: repas par jour, dans les réserves, puis ceux qui en partent vers une cantine. "
    "Appels\u00a0: jours où une cantine y fait appel, sur 100. Combien\u00a0: réserves, pour combien de cantines."
)
NOT_YET = (
    "Une réserve partagée est adoptée, mais ce calcul des prévisions n’a pas de quoi la régler pour ce jour\u00a0: "
    "les quantités restent celles de chaque cantine seule."
)
DECISION = "Le comité peut en adopter une\u00a0: la mission numérique l’écrit dans Réglages, et la production suit."


def block(run: ForecastRun) -> None:
    """Show what each way to share a reserve gave, and which one the comité adopted."""
    rows = ask(reserves, run.run_id)
    if rows.empty:
        blocks.empty_state("Ce calcul des prévisions n’a pas assez de jours passés pour juger une réserve partagée.")
        return
    adopted = ask(values)[SETTING].value
    blocks.takeaway(sentence(rows, adopted))
    tables.table(table(rows, adopted), "reserves", digits=1)
    blocks.note(CONDITIONS)
    blocks.note(distances(rows))
    blocks.note(ORIGIN)
    blocks.note(DECISION)


def reminder(run: ForecastRun, day: date, *, of_kitchen: bool = True) -> None:
    """Say, where quantities are those without a reserve, what the production of that day does with the one adopted."""
    if ask(values)[SETTING].value == ALONE:
        return
    if ask(adopted_on, run.run_id, day) is None:
        blocks.note(NOT_YET)
    elif of_kitchen:
        blocks.note(
            "Une réserve partagée est adoptée\u00a0: ces quantités sont celles sans réserve, Production donne celles "
            "à préparer."
        )
    else:
        blocks.note(
            "Une réserve partagée est adoptée\u00a0: la cuisine peut livrer un peu moins, et apporter le jour même ce "
            "qui manquerait."
        )


def not_yet(run: ForecastRun, day: date) -> None:
    """Say that the reserve adopted has no quantity for this day, if so."""
    if ask(values)[SETTING].value != ALONE and ask(adopted_on, run.run_id, day) is None:
        blocks.note(NOT_YET)


def sentence(rows: pd.DataFrame, adopted: str) -> str:
    """Say what the reserve adopted leaves, or the one by sector, compared with none."""
    left = rows.set_index("grouping")["surplus_pct"]
    shown = next(name for name in (adopted, SECTORS, *left.index[::-1]) if name in left.index and name != ALONE)
    verb = "laisse" if shown == adopted else "laisserait"
    which = SETTINGS[SETTING].choices[shown].removeprefix("une ")
    return (
        f"Avec à peu près autant de repas manquants, une réserve {which} {verb} "
        f"{number(left[shown], 1)} repas en trop pour 100 servis, au lieu de {number(left[ALONE], 1)}."
    )


def table(rows: pd.DataFrame, adopted: str) -> pd.DataFrame:
    """Return one row per way to share, with French titles."""
    whole = {name: rows[name].round().astype(int) for name in ("reserve_meals", "moved_meals", "calls_pct")}
    counts = zip(rows["groups"], rows["canteens"], strict=True)
    return pd.DataFrame({
        "Réserve": [f"{NAMES[name]}{f' ({ADOPTED})' if name == adopted else ''}" for name in rows["grouping"]],
        "En trop (%)": rows["surplus_pct"],
        "Manquants (%)": rows["shortage_pct"],
        "En réserve": whole["reserve_meals"],
        "Apportés": whole["moved_meals"],
        "Appels (%)": whole["calls_pct"],
        "Combien": [f"{groups} pour {canteens}" if groups else MISSING for groups, canteens in counts],
    })  # fmt: skip


def distances(rows: pd.DataFrame) -> str:
    """Say how far apart are the canteens that share a reserve."""
    known = [
        f"{number(row['kilometres'], 1)}{SPACE}km ({SETTINGS[SETTING].choices[row['grouping']]})"
        for row in rows.to_dict("records")
        if not is_missing(row["kilometres"])
    ]
    if not known:
        return "Les distances ne sont pas connues\u00a0: les cantines n’ont pas de coordonnées."
    return f"Deux cantines d’une même réserve sont éloignées, à vol d’oiseau, d’au plus{SPACE}: {', '.join(known)}."
