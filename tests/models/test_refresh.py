"""A refresh: all of it is stored, or nothing is, and the store says how it was made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data.backup.copy import back_up
from data.backup.restore import restore_open
from data.calendar.school import service_days
from data.cli.terminal import terminal
from data.demo import is_demo, start_empty
from data.queries.forecasts import runs
from data.store import Store
from models import refresh as models_refresh
from models.failures import HistoryEmpty, RefreshFailed
from models.inputs.job import extract
from models.refresh import refresh
from tests.conftest import COUNT_AGAIN
from tests.models.synthetic import LAST, MAPPED, TODAY, build_city, deposit, meals

PROJECT = Path(__file__).resolve().parents[2]


def _of(forecasts: pd.DataFrame, target: str, canteen: str | None) -> pd.DataFrame:
    rows = forecasts[forecasts["target"] == target]
    return rows[rows["canteen"].isna() if canteen is None else rows["canteen"] == canteen].set_index("date")


# ---------------------------------------------------------------- what is stored
def test_every_open_canteen_is_forecast_and_the_closed_one_is_not(forecasts: pd.DataFrame) -> None:
    meals = forecasts[forecasts["target"] == "meals_served"]
    assert set(meals["canteen"].dropna()) == {"Chêne", "Bois", "Dune", "Étang"}
    assert set(forecasts.loc[forecasts["target"] == "waste_g_per_meal", "canteen"].dropna()) == {"Bois", "Étang"}


def test_each_day_is_there_once_and_is_a_service_day(city: Store, forecasts: pd.DataFrame) -> None:
    assert not forecasts.duplicated(["canteen", "date", "target"]).any()
    days = sorted({day.date() for day in forecasts["date"]})
    assert days == service_days(city, days[0], days[-1])
    assert days[0] == date(2024, 11, 18)
    assert date(2024, 12, 5) not in days  # the whole city is closed
    assert sum(day > TODAY for day in days) == 30


def test_a_canteen_is_not_forecast_on_the_days_of_its_own_closure(forecasts: pd.DataFrame) -> None:
    bois = {day.date() for day in _of(forecasts, "meals_served", "Bois").index}
    assert bois.isdisjoint({date(2024, 11, 28), date(2024, 11, 29), date(2024, 12, 2), date(2024, 12, 3)})
    assert date(2024, 12, 6) in bois


def test_intervals_are_in_order_and_never_negative(forecasts: pd.DataFrame) -> None:
    assert forecasts[["point", "lower", "upper"]].notna().all(axis=None)
    assert (forecasts["lower"] >= 0).all()
    assert (forecasts["lower"] <= forecasts["point"]).all()
    assert (forecasts["point"] <= forecasts["upper"]).all()


def test_a_quantity_to_prepare_is_stored_for_the_meals_of_every_canteen(forecasts: pd.DataFrame) -> None:
    canteens = forecasts[(forecasts["target"] == "meals_served") & forecasts["canteen"].notna()]
    assert (canteens["recommended"] > 0).all()
    assert canteens["recommended_with_plan"].isna().all()  # no plan is known for the days to come


def test_the_terms_of_every_canteen_and_day_add_up_to_its_forecast(city: Store, forecasts: pd.DataFrame) -> None:
    told = city.read("SELECT * FROM forecast_terms").set_index(["canteen", "date"])
    canteens = forecasts[(forecasts["target"] == "meals_served") & forecasts["canteen"].notna()]
    points = canteens.set_index(["canteen", "date"])["point"]
    gaps = told.drop(columns="run_id").sum(axis=1).reindex(points.index) - points
    assert gaps.abs().max() < 0.5


def test_the_judged_past_is_stored_for_named_canteens_only(city: Store) -> None:
    past = city.read("SELECT * FROM backtests")
    assert set(past["canteen"]) == {"Chêne", "Bois", "Étang", "Dune"}
    assert past[["forecast", "lower", "upper", "recommended", "recommended_with_plan"]].notna().all(axis=None)
    assert (past["forecast"] / past["meals_served"]).median() == pytest.approx(1, abs=0.03)


def test_the_judged_weighings_are_stored_in_grams_and_kilograms(city: Store) -> None:
    past = city.read("SELECT * FROM waste_backtests")
    assert set(past["target"]) == {"waste_g_per_meal", "waste_kg"}
    assert set(past["canteen"]) == {"Bois", "Étang"}
    assert (past["lower"].le(past["forecast"]) & past["forecast"].le(past["upper"])).all()
    kilos = city.read("SELECT canteen, date, sum(wasted_kg)::DOUBLE AS kg FROM located_services GROUP BY ALL")
    weighed = past[past["target"] == "waste_kg"].merge(kilos, on=["canteen", "date"])
    assert len(weighed) == (past["target"] == "waste_kg").sum()
    assert weighed["actual"].tolist() == pytest.approx(weighed["kg"].tolist())


def test_levels_are_those_of_the_canteens(forecasts: pd.DataFrame) -> None:
    for canteen, level in {"Chêne": 156, "Bois": 78, "Dune": 39, "Étang": 117}.items():
        assert _of(forecasts, "meals_served", canteen)["point"].mean() == pytest.approx(level, rel=0.05)
    assert _of(forecasts, "waste_g_per_meal", "Bois")["point"].mean() == pytest.approx(90, abs=1)
    assert _of(forecasts, "waste_g_per_meal", "Étang")["point"].mean() == pytest.approx(130, abs=1)


def test_the_city_is_the_sum_of_its_canteens_and_of_the_labels_a_rattacher(forecasts: pd.DataFrame) -> None:
    for target, unattached in (("meals_served", 29), ("surplus_meals", 2.5)):
        city = _of(forecasts, target, None)["point"]
        named = forecasts[(forecasts["target"] == target) & forecasts["canteen"].notna()]
        rest = city - named.groupby("date")["point"].sum()
        assert rest.mean() == pytest.approx(unattached, rel=0.25)
        assert rest.min() > 0


def test_the_waste_of_the_city_is_weighted_by_meals(forecasts: pd.DataFrame) -> None:
    city = _of(forecasts, "waste_g_per_meal", None)["point"]
    for day, found in city.items():
        grams = meals = 0.0
        for canteen in ("Bois", "Étang"):
            waste, served = (_of(forecasts, target, canteen) for target in ("waste_g_per_meal", "meals_served"))
            if day in waste.index:
                grams += waste.loc[day, "point"] * served.loc[day, "point"]
                meals += served.loc[day, "point"]
        assert found == pytest.approx(grams / meals)


def test_the_run_tells_its_date_its_version_and_its_specification(city: Store) -> None:
    run = city.read("SELECT * FROM forecast_runs").iloc[0]
    assert run["last_service_on"].date() == LAST
    assert run["started_at"] < run["finished_at"]
    assert run["data_version"] == city.version() - 1
    told = json.loads(run["specification"])
    assert told["canteens"] == {"forecast": 4, "closed": 1, "too_short": 0}
    assert told["series_by_method"]["meals_served"] == {"prophet_pooled": 4}
    assert told["series_by_method"]["surplus_meals"] == {"prophet": 3, "weekday_median": 1}
    assert told["interval"] == 0.8
    assert told["unattached_points_in_city_total"] is True
    assert told["set_aside_canteen_days"]["typing_error"] == 0
    assert told["versions"]["prophet"]
    assert told["seconds"] > 0


def test_the_same_history_gives_the_same_figures_whatever_was_computed_the_day_before(
    city: Store, forecasts: pd.DataFrame, store: Store
) -> None:
    store_days = city.read("SELECT kind, starts_on, ends_on, canteen, label FROM event_rows")
    build_city(store)
    with store.write("test", "events", {}) as cursor:
        cursor.register("copied", store_days)
        columns = "deposit_id, line, kind, starts_on, ends_on, canteen, label"
        cursor.execute(f"INSERT INTO event_rows ({columns}) SELECT currval('deposit_seq'), 1, * FROM copied")
        cursor.execute("CREATE TABLE last_day AS SELECT * FROM log_rows WHERE date = $last", {"last": LAST})
        cursor.execute("DELETE FROM log_rows WHERE date = $last", {"last": LAST})
        cursor.execute(COUNT_AGAIN)
    refresh(store, "test", today=TODAY)
    with store.write("test", "last day", {}) as cursor:
        cursor.execute("INSERT INTO log_rows FROM last_day")
        cursor.execute(COUNT_AGAIN)
    refresh(store, "test", today=TODAY)
    newest = "SELECT * FROM forecasts WHERE run_id = (SELECT max(run_id) FROM forecast_runs)"
    again = store.read(f"{newest} ORDER BY target, canteen, date").assign(run_id=forecasts["run_id"])
    pd.testing.assert_frame_equal(again, forecasts, check_exact=True)


def test_history_adds_up_to_the_meals_of_the_city(city: Store) -> None:
    job = extract(city, TODAY)
    assert job is not None
    assert job.history["served"].sum() == city.read("SELECT sum(meals_served) AS s FROM services")["s"].iloc[0]


def test_a_run_is_not_outdated_as_soon_as_it_is_made_but_once_its_days_are_spent(city: Store) -> None:
    assert not runs.forecasts_outdated(city, TODAY)
    assert not runs.forecasts_outdated(city, TODAY + timedelta(days=1))
    assert runs.forecasts_outdated(city, TODAY + timedelta(days=3))
    assert not runs.forecasts_outdated(city, LAST + timedelta(days=180))  # old data: nothing newer to forecast


# ---------------------------------------------------------------- what can go wrong
def test_an_empty_store_says_what_to_do(store: Store) -> None:
    with pytest.raises(HistoryEmpty, match="déposez"):
        refresh(store, "test")
    assert store.version() == 0


def test_a_computation_that_fails_stores_nothing_and_keeps_its_log(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(_broken_prophet(database.parent)))
    store = Store(database)
    before = store.version()
    with pytest.raises(RefreshFailed, match=r"refresh\.log"):
        refresh(store, "test")
    assert store.version() == before
    assert store.read("SELECT count(*) AS n FROM forecast_runs")["n"].iloc[0] == 0
    assert "prophet is broken" in (store.work_folder / "refresh.log").read_text(encoding="utf-8")
    assert not list(store.work_folder.glob("refresh-*"))
    store.close()


def _broken_prophet(folder: Path) -> Path:
    (folder / "broken").mkdir()
    (folder / "broken" / "prophet.py").write_text("raise RuntimeError('prophet is broken')", encoding="utf-8")
    return folder / "broken"


def test_a_page_that_stops_listening_ends_the_computation(database: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    store = Store(database)
    with pytest.raises(KeyboardInterrupt):
        refresh(store, "test", stop)
    assert store.read("SELECT count(*) AS n FROM forecasts")["n"].iloc[0] == 0
    assert not list(store.work_folder.glob("refresh-*"))
    store.close()


def test_a_demonstration_erased_during_the_computation_leaves_no_forecast_of_its_city(database: Path) -> None:
    def erase(_done: int, _total: int) -> None:
        if is_demo(store):
            start_empty(store, "mission")

    store = Store(database)
    with store.write("test", "demo_load", {}) as cursor:
        cursor.execute("UPDATE store_state SET demo = true")
    with pytest.raises(RefreshFailed, match="démonstration a été effacée"):
        refresh(store, "test", erase)
    assert store.read("SELECT count(*) AS n FROM forecast_runs")["n"].iloc[0] == 0
    assert not list(store.work_folder.glob("refresh-*"))
    store.close()


def test_a_restore_during_the_computation_leaves_no_forecast_of_the_former_data(database: Path, tmp_path: Path) -> None:
    store = Store(database)
    back_up(store, tmp_path / "backup.duckdb")

    def put_back(_done: int, _total: int) -> None:
        restore_open(tmp_path / "backup.duckdb", store, "mission", store.state())

    with pytest.raises(RefreshFailed, match="sauvegarde a été restaurée"):
        refresh(store, "test", put_back)
    assert store.read("SELECT count(*) AS n FROM forecast_runs")["n"].iloc[0] == 0
    assert not list(store.work_folder.glob("refresh-*"))
    store.close()


def test_only_one_computation_at_a_time(store: Store) -> None:
    with models_refresh._one_at_a_time, pytest.raises(RefreshFailed, match="déjà en cours"):
        refresh(store, "test")


def test_the_process_of_the_pages_never_loads_prophet() -> None:
    code = "import sys, models.refresh; sys.exit('prophet' in sys.modules or 'streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=False).returncode == 0


# ---------------------------------------------------------------- the command line
def _run(database: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "models", "refresh", *arguments],
        cwd=PROJECT,
        env=os.environ | {"ANTIGASPI_DB": str(database)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_stores_a_run_and_sums_it_up(database: Path) -> None:
    told = _run(database, "--json")
    assert told.returncode == 0, told.stderr
    summary = json.loads(told.stdout)
    assert (summary["run_id"], summary["canteens"], summary["days"]) == (1, 3, 30)
    assert summary["rows"] == (3 + 1) * 2 * 30
    assert summary["last_service_on"] == LAST.isoformat()
    assert "séries calculées" in told.stderr


def test_a_city_of_three_days_is_forecast_at_their_median(tmp_path: Path) -> None:
    store = Store(tmp_path / "three.duckdb")
    deposit(store, meals("Bois", service_days(store, LAST - timedelta(days=4), LAST)[-3:], 80), MAPPED)
    median = store.read("SELECT median(meals_served) AS meals FROM services")["meals"].item()
    store.close()
    answer = _run(tmp_path / "three.duckdb")
    assert (answer.returncode, answer.stderr.count("Traceback")) == (0, 0)
    assert "1 cantine, 30 jours de service" in answer.stdout
    store = Store(tmp_path / "three.duckdb")
    assert set(store.read("SELECT point FROM forecasts")["point"]) == {median}
    store.close()


def test_a_computer_without_a_name_for_the_user_gives_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> str:
        raise OSError("No username set in the environment")

    monkeypatch.setattr("getpass.getuser", unknown)
    assert terminal().actor() == f"{os.getuid()} (ligne de commande)"


def test_the_command_explains_in_french_what_it_cannot_do(database: Path, tmp_path: Path) -> None:
    empty = _run(tmp_path / "empty.duckdb")
    assert (empty.returncode, empty.stdout) == (1, "")
    assert "Aucun repas servi" in empty.stderr
    holder = Store(database)
    busy = _run(database)
    holder.close()
    assert busy.returncode == 1
    assert "déjà ouverte" in busy.stderr
    assert "Traceback" not in busy.stderr + empty.stderr
