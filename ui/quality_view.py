"""The blocks of the page Qualité des prévisions: past forecasts against what was served, and against the plan."""

from __future__ import annotations

import pandas as pd

from data.queries import ForecastRun, quality
from data.queries.quality import Judged
from ui import blocks, charts, charts_forecast, tables
from ui import quality_sentences as say
from ui.blocks import Figure
from ui.formats import SPACE, count_of, long_day, moment, number, percent, signed, weekday
from ui.quality_sentences import Row
from ui.session import ask

PREVISIONS = "pages/cuisine/previsions.py"
TOP, WORST = 10, 25
MEASURES = (
    "En % des repas servis. Écart\u00a0: par cantine et par jour, ou du total de la ville par jour (Écart ville). "
    "Biais\u00a0: en trop (+) ou en moins (−), tout compensé. En manque\u00a0: en % des journées de cantine, celles où "
    "il aurait fallu plus de repas."
)
METHODS = {
    "plan": "Prévu des gestionnaires",
    "forecast": "Prévision",
    "recommended": "Quantité conseillée",
    "recommended_with_plan": "Conseillée avec le prévu",
    "same_weekday": "Même jour précédent",
}
DAY_COLUMNS = {
    "date": "Date",
    "weekday": "Jour",
    "place": "Cantine",
    "canteens": "Cantines",
    "meals_served": "Repas servis",
    "meals_planned": "Prévu (repas)",
    "forecast": "Prévision (repas)",
    "gap": "Écart (repas)",
    "gap_pct": "Écart (%)",
}


def judged(run: ForecastRun | None) -> Judged | None:
    """Return what the last computation judged, or say what to do and return None."""
    if run is None:
        blocks.empty_state(
            "Aucune prévision n’est encore calculée\u00a0: leur qualité paraîtra ici après le premier calcul.",
            "Calculer les prévisions",
            PREVISIONS,
        )
        return None
    found = ask(quality.judged_days, run.run_id)
    if found is None:
        blocks.empty_state(
            "Le dernier calcul n’a pas pu juger de prévisions passées\u00a0: il faut au moins une année de repas "
            "prévus et servis. Si vous les avez déposés depuis, recalculez les prévisions.",
            "Aller aux prévisions",
            PREVISIONS,
        )
    return found


def headline(run: ForecastRun, extent: Judged) -> None:
    """Give the main figures, each with its numerator and denominator, and what they are over."""
    methods = say.rows_of(ask(quality.by_method, run.run_id))
    held = ask(quality.coverage, run.run_id).to_dict("records")[0]
    names = {"forecast": "Écart de la prévision", "plan": "Écart du prévu"}
    blocks.figures([*(_gap(name, methods[key]) for key, name in names.items()), *_shares(methods, held)], "qualite")
    blocks.note(say.extent(extent, methods["plan"]["meals_served"]))
    blocks.note(
        f"Calcul du {moment(run.finished_at)}. Chaque mois passé est prévu comme il l’aurait été alors, avec les seuls "
        "repas connus trois semaines avant son premier jour. Le prévu, lui, a pu être écrit bien plus tard."
    )


def _gap(name: str, row: Row) -> Figure:
    return Figure(
        name,
        percent(row["wape_pct"]),
        f"{number(row['gap_meals'])} repas d’écart pour {number(row['meals_served'])} servis",
        "Somme des écarts par cantine et par jour, en trop ou en moins, ÷ repas servis (WAPE).",
    )


def _shares(methods: dict[str, Row], held: Row) -> list[Figure]:
    short = methods["recommended"]
    return [
        Figure(
            "Journées en manque, quantité conseillée",
            percent(short["short_pct"]),
            count_of(short["short_days"], short["canteen_days"], *say.CANTEEN_DAY),
            f"Prévu des gestionnaires{SPACE}: {percent(methods['plan']['short_pct'])}.",
        ),
        Figure(
            "Intervalle tenu",
            percent(held["covered_pct"]),
            count_of(held["covered"], held["canteen_days"], *say.CANTEEN_DAY),
            f"Promis{SPACE}: 80{SPACE}%.",
        ),
    ]


def comparison(run: ForecastRun) -> None:
    """Answer: are forecasts better than the managers' plan?"""
    caption = "Sur les journées de cantine où le prévu et la prévision existent."
    with blocks.question("Les prévisions font-elles mieux que le prévu des gestionnaires\u00a0?", caption):
        found = ask(quality.by_method, run.run_id)
        by_name = say.rows_of(found)
        blocks.takeaway(say.methods(by_name))
        names = ("recommended", "recommended_with_plan")
        blocks.sentences(say.quantity(by_name, name, METHODS[name]) for name in names)
        tables.table(methods_table(found), "qualite_methodes", height="content")
        blocks.note(MEASURES)
        blocks.note(say.naive(by_name))


def methods_table(found: pd.DataFrame) -> pd.DataFrame:
    """Return the measures of each method under the names people read."""
    columns = {
        "method": "Méthode",
        "wape_pct": "Écart (%)",
        "city_wape_pct": "Écart ville (%)",
        "bias_pct": "Biais (%)",
        "surplus_pct": "Surplus (%)",
        "shortage_pct": "Manque (%)",
        "short_pct": "En manque (%)",
    }
    return found.assign(method=found["method"].map(METHODS))[list(columns)].rename(columns=columns)


def by_month(run: ForecastRun) -> None:
    """Answer: does it hold month after month?"""
    caption = "Somme des écarts par cantine et par jour, en % des repas servis du mois."
    with blocks.question("Est-ce vrai tous les mois\u00a0?", caption):
        found = ask(quality.quality_by_month, run.run_id)
        blocks.figure(charts_forecast.gaps_by_month(found), say.months(found), _months_table(found), "qualite_mois")


def _months_table(found: pd.DataFrame) -> pd.DataFrame:
    columns = [
        "Mois", "Journées de cantine", "Repas servis", "Écart du prévu (%)", "Écart de la prévision (%)",
        "Biais de la prévision (%)", "Intervalle tenu (%)",
    ]  # fmt: skip
    return found.assign(month=found["month"].dt.strftime("%Y-%m")).set_axis(columns, axis="columns")


def by_canteen(run: ForecastRun) -> None:
    """Answer: does it hold for every canteen?"""
    caption = "Un clic sur un titre de colonne trie le tableau. Écarts, surplus et biais en % des repas servis."
    with blocks.question("Est-ce vrai dans toutes les cantines\u00a0?", caption):
        found = ask(quality.quality_by_canteen, run.run_id)
        blocks.takeaway(say.canteens(found))
        columns = [
            "Cantine", "Journées", "Repas par jour", "Écart du prévu (%)", "Écart de la prévision (%)",
            "Biais de la prévision (%)", "Surplus du prévu (%)", "Surplus, quantité conseillée (%)",
            "Manque\u00a0: jours du prévu (%)", "Manque\u00a0: jours, quantité conseillée (%)", "Intervalle tenu (%)",
        ]  # fmt: skip
        tables.table(found.set_axis(columns, axis="columns"), "qualite_cantines", height=420)


def interval(run: ForecastRun) -> None:
    """Answer: does the 80 % interval keep its promise?"""
    with blocks.question(
        f"L’intervalle à 80{SPACE}% tient-il sa promesse\u00a0?", "Part des journées de cantine, mois par mois."
    ):
        found, months = ask(quality.coverage, run.run_id), ask(quality.quality_by_month, run.run_id)
        fig = charts_forecast.coverage_by_month(months)
        blocks.figure(fig, say.coverage(found), _months_table(months), "qualite_intervalle")
        by_size = say.sizes(found)
        if by_size:
            blocks.note(by_size)


def worst_days(run: ForecastRun, extent: Judged) -> None:
    """Answer: on which days were forecasts most wrong, for the city and for a canteen?"""
    caption = (
        "Prévision moins repas servis. Grèves, sorties et erreurs de saisie comprises\u00a0: aucun jour n’est écarté."
    )
    with blocks.question("Quels jours se sont le moins bien passés\u00a0?", caption):
        city = ask(quality.worst_city_days, run.run_id)
        top = city.head(TOP)
        texts = [signed(gap, 0) for gap in top["gap"]]
        fig = charts.ranking(
            top["date"].map(long_day), top["gap"].abs(), texts, "repas annoncés en trop (+) ou en moins (−)"
        )
        blocks.figure(fig, say.city_days(city), _days_table(city), "qualite_jours", digits=0)
        canteens = ask(quality.worst_canteen_days, run.run_id, WORST)
        blocks.takeaway(say.canteen_days(canteens))
        tables.table(_days_table(canteens), "qualite_journees", digits=0, height=420)
        shown = count_of(len(canteens), extent.judged, *say.CANTEEN_DAY)
        blocks.note(f"Les plus grands écarts, {shown}\u00a0; les autres comptent dans tous les chiffres de la page.")


def _days_table(found: pd.DataFrame) -> pd.DataFrame:
    told = found.assign(weekday=found["date"].map(weekday))
    kept = [name for name in DAY_COLUMNS if name in told]
    return told[kept].rename(columns=DAY_COLUMNS)
