"""A canteen that the model cannot forecast yet still counts in the city's total, or is named beside it."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from data.calendar.school import service_days
from data.queries.forecasts.totals import other_canteens
from data.store import Store
from models.inputs.job import UNATTACHED, extract
from models.inputs.series import MEALS, Fit, panel_of, prepare
from models.meals import few_days
from models.run import city_total
from tests.models.synthetic import FIRST, LAST, MAPPED, TODAY, deposit, meals
from ui.forecasts import totals


def fits_of(store: Store) -> dict[str, Fit]:
    job = extract(store, TODAY)
    assert job
    prepared = prepare(job, panel_of(job))
    forecast = {one.canteen for one in prepared.series if one.measure == MEALS}
    found = few_days.fits(job, prepared.few_days, few_days.left_out(job, forecast, prepared.still_open))
    return {fit.series.canteen: fit for fit in found}


@pytest.fixture
def days(store: Store) -> list[date]:
    return service_days(store, FIRST, LAST)


def planned(site: str, day: date, count: int) -> pd.DataFrame:
    return pd.DataFrame({"site": [site], "date": [day], "meals_planned": [count]})


@pytest.mark.parametrize("known", [1, 3, 4])
def test_a_canteen_of_50_meals_with_a_few_days_counts_50(store: Store, days: list[date], known: int) -> None:
    new = pd.DataFrame({"site": "Dune", "date": days[-known:], "meals_served": 50})
    deposit(store, pd.concat([meals("Bois", days, 80), new]), MAPPED)
    (fit,) = fits_of(store).values()
    assert (fit.series.canteen, fit.method) == ("Dune", few_days.FEW_DAYS)
    assert len(fit.future) >= 30
    assert set(fit.future["point"]) == {50.0}
    assert ((fit.future["lower"] < 50) & (fit.future["recommended"] > 50) & (fit.future["upper"] > 50)).all()
    assert set(city_total.table([fit]).loc[lambda rows: rows["canteen"].isna(), "point"]) == {50.0}


def test_a_canteen_with_a_plan_alone_counts_its_plan_that_day(store: Store, days: list[date]) -> None:
    job_days = service_days(store, TODAY, date(2024, 12, 20))
    parts = [meals("Bois", days, 80), planned("Étang", job_days[3], 61), planned("Inconnu", job_days[4], 12)]
    deposit(store, pd.concat(parts), MAPPED)
    fits = fits_of(store)
    assert {name: fit.method for name, fit in fits.items()} == dict.fromkeys(["Étang", UNATTACHED], few_days.FROM_PLAN)
    rows = fits["Étang"].future
    assert rows[["date", "point", "recommended", "recommended_with_plan"]].to_numpy().tolist() == [
        [pd.Timestamp(job_days[3]), 61.0, 61.0, 61.0]
    ]


def test_what_the_total_counts_or_leaves_out_is_named(store: Store) -> None:
    parts = [meals("Clos", [date(2023, 9, 4)], 50), meals("Dune", [date(2024, 11, 14)], 40), meals("Bois", [LAST], 80)]
    deposit(store, pd.concat(parts), MAPPED)
    specification = '{"from_few_days": ["Dune"], "from_plan": ["Étang"]}'
    with store.write("test", "forecast", {}) as cursor:
        cursor.execute(
            "INSERT INTO forecast_runs (started_at, finished_at, data_version, specification, last_service_on)"
            " VALUES (now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 1, $specification, $last)",
            {"specification": specification, "last": LAST},
        )
        cursor.execute("""
            INSERT INTO forecasts (run_id, canteen, date, target, point, lower, upper)
            SELECT max(run_id), unnest(['Bois', 'Dune', 'Étang']), DATE '2024-11-21', 'meals_served', 80, 70, 90
            FROM forecast_runs
        """)
    named = [one.replace("\u00a0", " ") for one in totals.sentences(other_canteens(store, 1))]
    assert named == [
        "Dans le total, d’après quelques premiers jours seulement : Dune (1 jour).",
        "Dans le total, d’après le seul prévu : Étang.",
        "Hors du total, sans jour servi, prévu ni effectif connus : Chêne.",
        "Hors du total, faute de service récent : Clos (dernier service le 04/09/2023).",
    ]
    assert set(other_canteens(store, 1, date(2024, 11, 22))["basis"]) == {"closed", "closed_that_day", "unknown"}
