"""What enrolment tells of the meals to come: without it a school that doubles runs short for weeks every September."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from data.calendar.school import service_days
from data.deposit.apply import apply
from data.queries.forecasts.totals import other_canteens
from data.store import Store
from models.inputs.enrolment import path
from models.inputs.job import extract
from models.inputs.panel import REASONS, build, reasons
from models.inputs.series import MEALS, prepare
from models.meals import run as meals_run
from models.meals.backtest import no_forecasts
from models.meals.forecast import Outlook, outlook
from models.meals.quantity import widened
from tests.models.synthetic import LAST, TODAY, city_history, deposit, meals, school_days

PAST, COMING = school_days("2022-09-01", "2024-07-05"), school_days("2024-09-09", "2024-09-27")
NURSERIES = {"Aulne": 90.0, "Bois": 80.0, "Clos": 60.0, "Dune": 120.0}
OTHERS = {"Étang": 160.0, "Foyer": 100.0, "Gué": 70.0}
LEVELS = NURSERIES | OTHERS
# Nine pupils in ten of a nursery school eat at noon, seven in ten of the others.
SHARE = dict.fromkeys(NURSERIES, 0.9) | dict.fromkeys(OTHERS, 0.7)


def _enrolled(years: tuple[int, ...] = (2022, 2023, 2024)) -> pd.DataFrame:
    """Return pupils: the same every year, but twice as many at Bois from 2024 on, when Neuf opens."""
    rows = [
        (name, year, LEVELS[name] / SHARE[name] * (2 if (name, year) == ("Bois", 2024) else 1), kind)
        for year in years
        for kind, names in (("M", NURSERIES), ("E", OTHERS))
        for name in names
    ]
    rows += [("Neuf", 2024, 150.0, "M")] * (2024 in years)
    return pd.DataFrame(rows, columns=["canteen", "year", "pupils", "kind"])


def _outlook(enrolled: pd.DataFrame | None) -> Outlook:
    return outlook(build(city_history(LEVELS, PAST), PAST, enrolled=enrolled), COMING, [])


@pytest.fixture(scope="module")
def told() -> Outlook:
    return _outlook(_enrolled())


@pytest.fixture(scope="module")
def untold() -> Outlook:
    return _outlook(None)


def test_a_canteen_whose_pupils_double_in_september_is_forecast_so_from_the_first_weeks(
    told: Outlook, untold: Outlook
) -> None:
    truth = 2 * LEVELS["Bois"]
    assert told.meals["Bois"].mean() == pytest.approx(truth, rel=0.1)
    assert untold.meals["Bois"].mean() < 0.6 * truth
    for name in LEVELS.keys() - {"Bois"}:
        assert told.meals[name].mean() == pytest.approx(LEVELS[name], rel=0.1), name


def test_a_new_canteen_starts_from_its_pupils_and_the_canteens_of_its_kind(told: Outlook, untold: Outlook) -> None:
    assert told.meals["Neuf"].mean() == pytest.approx(0.9 * 150, rel=0.1)
    assert list(told.unsure.index) == ["Neuf"]
    assert sum(terms["Neuf"] for terms in told.in_meals().values()).to_numpy() == pytest.approx(
        told.meals["Neuf"].to_numpy(), abs=0.5
    )
    assert "Neuf" not in untold.meals


def test_pupils_that_tell_of_no_change_change_no_forecast(untold: Outlook) -> None:
    once = _outlook(_enrolled((2022,)))
    pd.testing.assert_frame_equal(once.meals, untold.meals, check_exact=True)
    for name, table in untold.terms.items():
        pd.testing.assert_frame_equal(once.terms[name], table, check_exact=True)


def test_levels_move_with_pupils_only_between_two_years_that_are_known_and_likely() -> None:
    days = pd.DatetimeIndex([f"{year}-10-01" for year in range(2019, 2025)])
    pupils = pd.DataFrame(
        {
            "known": [100, 100, 200, 200],
            "with a hole": [100, np.nan, 200, 200],
            "mistyped": [100, 1000, 100, 100],
        },
        index=[2020, 2021, 2022, 2023],
    ).astype(float)
    names = pd.Index([*pupils, "unknown"])
    plain = path(pd.DataFrame(), 0.02, days, 2022, names)
    found = pd.DataFrame(path(pupils, 0.02, days, 2022, names) - plain, range(2019, 2025), names)
    assert found["known"].diff().tolist()[2:] == pytest.approx([-0.02, np.log(2) - 0.02, -0.02, 0.0])
    assert found["with a hole"].diff().tolist()[2:] == pytest.approx([0.0, 0.0, -0.02, 0.0])
    assert found["mistyped"].diff().tolist()[2:] == pytest.approx([0.0, 0.0, -0.02, 0.0])
    assert (found["unknown"] == 0).all()
    assert (found.loc[2022] == 0).all()


def test_the_first_days_of_a_canteen_that_doubled_are_no_typing_errors() -> None:
    days = school_days("2024-01-08", "2024-09-17")
    history = city_history(LEVELS, days)
    doubled = (history["canteen"] == "Bois") & (history["date"] >= "2024-09-01")
    history.loc[doubled, "served"] *= 2.2
    for enrolled, wrong in ((None, True), (_enrolled(), False)):
        why = reasons(build(history, days, enrolled=enrolled)).loc["2024-09":, "Bois"]
        assert (why == REASONS.index("typing_error")).any() == wrong


def test_the_interval_of_a_canteen_without_a_past_holds_the_doubt_on_its_level() -> None:
    values = {"forecast": 100.0, "lower": 90.0, "upper": 110.0, "recommended": 108.0}
    tables = {name: pd.DataFrame({"Bois": [value], "Neuf": [value]}) for name, value in values.items()}
    found = widened(tables, pd.Series({"Neuf": 0.2}))
    half = np.hypot(10, 100 * 1.2816 * 0.2)
    # What is prepared is whole, and grows less than the interval.
    expected = [100.0, 100 - half, 100 + half, round(100 + 8 * half / 10)]
    assert [found[name]["Neuf"].iloc[0] for name in values] == pytest.approx(expected, rel=1e-4)
    assert [found[name]["Bois"].iloc[0] for name in values] == list(values.values())


def test_what_is_prepared_is_widened_as_much_as_the_quantities_of_every_other_risk() -> None:
    """The latter start from the widened interval (`other_risks`): more prudent must never be fewer meals."""
    named = {"forecast": 120.0, "lower": 108.0, "upper": 132.0, "recommended": 126.0}
    tables = {name: pd.DataFrame({"Neuf": [meals]}) for name, meals in named.items()}
    found = {name: float(table["Neuf"].iloc[0]) for name, table in widened(tables, pd.Series({"Neuf": 0.2})).items()}
    factor = (found["upper"] - 120) / 12
    assert found["recommended"] == round(120 + 6 * factor)


def test_a_refresh_forecasts_a_new_canteen_and_not_a_closed_one(store: Store) -> None:
    days = service_days(store, date(2024, 1, 8), LAST)
    names = ["Bois", "Chêne", "Dune", "Étang"]
    rows = [meals(name, days, 60.0 + 10 * place, place) for place, name in enumerate(names)]
    deposit(store, pd.concat([*rows, meals("Clos", days[:40], 50)]), {name: name for name in [*names, "Clos"]})
    canteens = {name: 100 + 10 * place for place, name in enumerate(names)} | {"Clos": 60, "Neuf": 200}
    schools = "".join(f"École {name};{name};E\n" for name in [*canteens, "Demi"]) + "École bis;Demi;E\n"
    apply(store, "ecoles.csv", f"ecole;cantine_nom;cantine_type\n{schools}".encode(), "test")
    told = "".join(f"École {name};2024-2025;{pupils}\n" for name, pupils in (canteens | {"Demi": 80}).items())
    apply(store, "effectifs.csv", f"ecole;annee_scolaire;effectif\n{told}".encode(), "test")
    job = extract(store, TODAY)
    assert job is not None
    one = meals_run.plan(job)
    prepared = prepare(job, one.panel)
    assert prepared.canteens == {"forecast": 5, "closed": 1, "too_short": 0}  # one school of Demi has no pupils told
    series = [found for found in prepared.series if found.measure == MEALS]
    ahead = outlook(one.panel, one.future.days, job.strikes)
    past = no_forecasts(one.panel)
    parts = [
        meals_run.coming_quantities(one, past, job.strikes, job.plans, ahead, part) for part in one.coming().values()
    ]
    coming = meals_run.Meals(past, {}, parts).tables()
    fits = {fit.series.canteen: fit for fit in meals_run.fits(series, [], coming, ahead)}
    assert {name: fit.method for name, fit in fits.items() if fit.method != meals_run.METHOD} == {
        "Neuf": meals_run.FROM_PUPILS
    }
    new, old = fits["Neuf"].future, fits["Bois"].future
    assert new["point"].mean() == pytest.approx(200 * 0.65, rel=0.1)
    assert ((new["upper"] - new["lower"]) / new["point"]).mean() > 1.5 * (
        (old["upper"] - old["lower"]) / old["point"]
    ).mean()
    assert set(meals_run.term_rows(series, ahead, coming["forecast"])["canteen"]) == {*names, "Neuf"}


def test_the_page_can_say_which_canteens_are_forecast_from_their_pupils(store: Store) -> None:
    for specification in ("{}", '{"from_pupils": ["Neuf"]}'):
        with store.write("test", "forecast", {}) as cursor:
            cursor.execute(
                "INSERT INTO forecast_runs (started_at, finished_at, data_version, specification)"
                " VALUES (now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', 1, $specification)",
                {"specification": specification},
            )
            cursor.execute("""
                INSERT INTO forecasts (run_id, canteen, date, target, point, lower, upper)
                SELECT max(run_id), 'Neuf', DATE '2024-09-09', 'meals_served', 100, 90, 110 FROM forecast_runs
            """)
    apply(store, "cantines.csv", b"cantine_nom;cantine_type;secteur\nNeuf;M;Nord\n", "test")
    assert [other_canteens(store, run)["basis"].tolist() for run in (1, 2)] == [[], ["pupils"]]
