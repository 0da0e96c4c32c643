"""The stored forecasts: when they are too old, and what may stand beside them without being mistaken for a drop."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pandas as pd
import pytest

from data.calendar.school import next_service_days, service_days
from data.deposit.apply import apply
from data.deposit.undo import redo, undo
from data.kinds import kinds
from data.queries.forecasts import runs
from data.queries.forecasts.days import canteen_forecasts_of_day, daily_forecast, forecast_terms, recent_actuals
from data.store import Store

TODAY = date(2024, 11, 20)
LAST = date(2024, 11, 19)
AHEAD = date(2024, 11, 21)  # a Thursday
SITES = {"Chêne 1": "Chêne", "Chêne 2": "Chêne", "Bois": "Bois", "Foyer": None}
HEADER = "site_nom;site_type;date;prevision;reel"


def log(store: Store, *lines: str) -> None:
    apply(store, "j.csv", "\n".join([HEADER, *lines]).encode(), "test")


def run(
    store: Store, canteens: tuple[str, ...] = ("Chêne", "Bois"), last_asked: date | None = None, *, unattached: bool
) -> int:
    """Store a computation that has seen everything and forecasts 100 meals a canteen on one day."""
    days = {"last": str(last_asked or next_service_days(store, TODAY, 30)[-1])}
    detail = {"last": LAST, "version": store.version()}
    specification = json.dumps({"days": days, "unattached_points_in_city_total": unattached})
    with store.write("test", "forecast", {}) as cursor:
        row = cursor.execute(
            "INSERT INTO forecast_runs (started_at, finished_at, data_version, last_service_on, specification)"
            " SELECT now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', $version, $last, $specification"
            " RETURNING run_id",
            detail | {"specification": specification},
        ).fetchone()
        run_id = int(row[0]) if row else 0
        for canteen in (*canteens, None):
            cursor.execute(
                "INSERT INTO forecasts (run_id, canteen, date, target, point, lower, upper, recommended)"
                " VALUES ($run, $canteen, $day, 'meals_served', 100, 90, 110, CASE WHEN $canteen <> '' THEN 107 END)",
                {"run": run_id, "canteen": canteen, "day": AHEAD},
            )
    return run_id


@pytest.fixture
def city(store: Store) -> Store:
    """Return a store with two canteens, one of two points, and a point without canteen, served for ten weeks."""
    mapping = [f"{site};M;{canteen};M" for site, canteen in SITES.items() if canteen]
    header = "site_nom;site_type;cantine_nom;cantine_type"
    apply(store, "m.csv", "\n".join([header, *mapping]).encode(), "test")
    days = service_days(store, date(2024, 9, 2), LAST)
    log(store, *(f"{site};M;{day:%d/%m/%Y};55;50" for site in SITES for day in days))
    return store


# ---------------------------------------------------------------- outdated or not
OTHER_FILES = {
    "canteens": "cantine_nom;cantine_type;secteur\nBois;M;Nord\n",
}


@pytest.mark.parametrize("kind", OTHER_FILES)
def test_a_file_the_models_do_not_read_leaves_the_forecasts_as_they_are(city: Store, kind: str) -> None:
    run(city, unattached=True)
    report = apply(city, "f.csv", OTHER_FILES[kind].encode(), "test")
    assert (report.kind, report.accepted) == (kind, 1)
    assert kind not in runs.FORECAST_KINDS
    assert not runs.forecasts_outdated(city, TODAY)


def test_the_kinds_the_models_read_exist() -> None:
    assert set(runs.FORECAST_KINDS) <= set(kinds())


def test_forecasts_are_outdated_by_a_log_its_undo_and_its_redo(city: Store) -> None:
    run(city, unattached=True)
    assert not runs.forecasts_outdated(city, TODAY)
    log(city, "Bois;M;19/11/2024;55;51")
    for again in (lambda: None, lambda: undo(city, 3, "test"), lambda: redo(city, 3, "test")):
        again()
        assert runs.forecasts_outdated(city, TODAY)
        assert runs.latest_run(city).outdated  # type: ignore[union-attr]
        run(city, unattached=True)
        assert not runs.forecasts_outdated(city, TODAY)


def test_forecasts_are_outdated_by_the_pupils_of_a_school_year(city: Store) -> None:
    run(city, unattached=True)
    apply(city, "f.csv", "ecole;annee_scolaire;effectif\nÉcole A;2024-2025;120\n".encode(), "test")
    assert runs.forecasts_outdated(city, TODAY)


def test_the_undo_of_a_file_of_canteens_does_not_make_forecasts_outdated(city: Store) -> None:
    run(city, unattached=True)
    apply(city, "f.csv", OTHER_FILES["canteens"].encode(), "test")
    undo(city, 3, "test")
    assert not runs.forecasts_outdated(city, TODAY)


def test_a_computation_begun_before_a_deposit_was_committed_has_not_seen_it(city: Store) -> None:
    seen = city.version()
    log(city, "Bois;M;19/11/2024;55;51")
    with city.write("test", "forecast", {}) as cursor:  # begun after the deposit’s own time, on the data of before
        cursor.execute(
            "INSERT INTO forecast_runs (started_at, finished_at, data_version, last_service_on, specification)"
            " SELECT now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', $seen, $last, '{}'",
            {"seen": seen, "last": LAST},
        )
    assert runs.forecasts_outdated(city, TODAY)


def test_the_version_of_a_write_is_the_rank_of_its_audit_line(city: Store) -> None:
    with pytest.raises(RuntimeError), city.write("test", "failed", {}):
        raise RuntimeError  # a number of the sequence may be lost, never a rank
    run(city, unattached=True)
    undo(city, 2, "test")
    assert city.read("SELECT count(*) AS n FROM audit_log")["n"].iloc[0] == city.version()


def test_forecasts_that_end_too_soon_are_outdated_while_the_data_is_recent(city: Store) -> None:
    thirty = next_service_days(city, TODAY, 30)
    made_today = run(city, unattached=True)
    assert not runs.ends_too_soon(city, made_today, TODAY)
    short = run(city, last_asked=thirty[-3], unattached=True)
    assert runs.ends_too_soon(city, short, TODAY)
    assert runs.forecasts_outdated(city, TODAY)
    assert not runs.latest_run(city).outdated  # type: ignore[union-attr]
    assert not runs.ends_too_soon(city, short, LAST + timedelta(days=180))


def test_a_run_of_the_demonstration_is_forgotten_with_it(city: Store) -> None:
    run(city, unattached=True)
    seen = city.version()
    assert runs.latest_run(city) is not None
    with city.write("test", "demo_remove", {}):
        pass
    assert runs.latest_run(city) is None
    with city.write("test", "forecast", {}) as cursor:  # under way at the time
        cursor.execute(
            "INSERT INTO forecast_runs (started_at, finished_at, data_version, last_service_on, specification)"
            " SELECT now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC', $seen, NULL, '{}'",
            {"seen": seen},
        )
    assert runs.latest_run(city) is None
    run(city, unattached=True)
    assert runs.latest_run(city) is not None


# ---------------------------------------------------------------- the plan beside the forecast
def of_city(store: Store, run_id: int) -> pd.Series:
    (row,) = [row for _, row in daily_forecast(store, run_id, None).iterrows()]
    return row


def test_the_plan_of_the_city_needs_the_plan_of_every_canteen_it_forecasts(city: Store) -> None:
    run_id = run(city, unattached=True)
    told = []
    for site in SITES:
        log(city, f"{site};M;{AHEAD:%d/%m/%Y};55;")
        row = of_city(city, run_id)
        told.append((row["planned_canteens"], row["canteens"], None if pd.isna(row["meals_planned"]) else 1))
    assert told == [(0, 2, None), (1, 2, None), (2, 2, None), (2, 2, 1)]
    assert of_city(city, run_id)["meals_planned"] == 4 * 55


def test_a_canteen_that_is_not_forecast_is_not_in_the_plan_either(city: Store) -> None:
    run_id = run(city, canteens=("Bois",), unattached=False)
    log(city, *(f"{site};M;{AHEAD:%d/%m/%Y};55;" for site in SITES))
    assert of_city(city, run_id)["meals_planned"] == 55


def test_the_plan_of_a_canteen_needs_all_its_points(city: Store) -> None:
    run_id = run(city, unattached=True)
    for site, planned in (("Chêne 1", None), ("Chêne 2", 110)):
        log(city, f"{site};M;{AHEAD:%d/%m/%Y};55;")
        daily = daily_forecast(city, run_id, "Chêne")["meals_planned"].iloc[0]
        of_day = canteen_forecasts_of_day(city, run_id, AHEAD).set_index("place")["meals_planned"]
        for found in (daily, of_day["Chêne"]):
            assert pd.isna(found) if planned is None else found == planned
        assert pd.isna(of_day["Bois"])


# ---------------------------------------------------------------- the last meals served
def test_a_day_told_by_few_points_is_not_shown_as_a_drop(city: Store) -> None:
    complete = recent_actuals(city, None, date(2024, 12, 31))
    assert complete["meals_served"].tolist() == [200] * 30
    assert complete["meals_planned"].tolist() == [220] * 30
    log(city, "Bois;M;21/11/2024;55;50", "Chêne 1;M;22/11/2024;55;50", "Bois;M;24/11/2024;55;50")
    log(city, *(f"{site};M;25/11/2024;;50" for site in SITES))
    after = recent_actuals(city, None, date(2024, 12, 31))
    assert after["date"].tolist()[-2:] == [pd.Timestamp(LAST), pd.Timestamp(2024, 11, 25)]
    assert pd.isna(after["meals_planned"].iloc[-1])


def test_a_day_of_a_canteen_is_shown_when_all_its_points_are_told(city: Store) -> None:
    log(city, "Chêne 1;M;21/11/2024;55;50", "Chêne 1;M;22/11/2024;55;50", "Chêne 2;M;22/11/2024;55;50")
    shown = recent_actuals(city, "Chêne", date(2024, 12, 31))
    assert shown["date"].tolist()[-2:] == [pd.Timestamp(LAST), pd.Timestamp(2024, 11, 22)]
    assert shown["meals_served"].tolist() == [100] * 30


# ---------------------------------------------------------------- how many meals to prepare, and why
def advise(store: Store, run_id: int, canteen: str, quantity: float) -> None:
    """Store what the computation recommends for a canteen whose plan it knew."""
    with store.write("test", "forecast", {}) as cursor:
        cursor.execute(
            "UPDATE forecasts SET recommended_with_plan = $quantity WHERE run_id = $run AND canteen = $canteen",
            {"run": run_id, "canteen": canteen, "quantity": quantity},
        )


def test_the_quantity_of_the_city_is_the_sum_of_its_canteens(city: Store) -> None:
    run_id = run(city, unattached=True)
    assert of_city(city, run_id)[["recommended", "advised"]].tolist() == [214, 214]
    advise(city, run_id, "Bois", 90)
    assert of_city(city, run_id)[["recommended", "advised"]].tolist() == [214, 197]
    own = daily_forecast(city, run_id, "Bois").iloc[0]
    assert own[["recommended", "advised"]].tolist() == [107, 90]
    of_day = canteen_forecasts_of_day(city, run_id, AHEAD).set_index("place")
    assert of_day["advised"].to_dict() == {"Bois": 90, "Chêne": 107}


def test_a_canteen_without_quantity_leaves_the_city_without_one(city: Store) -> None:
    run_id = run(city, unattached=True)
    with city.write("test", "forecast", {}) as cursor:
        cursor.execute("UPDATE forecasts SET recommended = NULL WHERE canteen = 'Bois'")
    assert of_city(city, run_id)[["recommended", "advised"]].isna().all()


def test_canteens_are_listed_as_a_reader_looks_for_them_accents_capitals_and_ligatures_aside(city: Store) -> None:
    names = ["Zola", "Élan", "Eau", "étang", "École", "Œuvre", "Oasis", "Orme", "Æschne", "Alma"]
    run_id = run(city, tuple(names), unattached=False)
    found = canteen_forecasts_of_day(city, run_id, AHEAD)["place"]
    assert found.tolist() == ["Æschne", "Alma", "Eau", "École", "Élan", "étang", "Oasis", "Œuvre", "Orme", "Zola"]


def test_the_terms_of_the_city_are_the_sum_of_those_of_its_canteens(city: Store) -> None:
    run_id = run(city, unattached=True)
    assert forecast_terms(city, run_id, None, AHEAD) is None
    with city.write("test", "forecast", {}) as cursor:
        for canteen in ("Bois", "Chêne"):
            cursor.execute(
                "INSERT INTO forecast_terms VALUES ($run, $canteen, $day, 95, 2, 1.5, 1, 0.5, 0.25)",
                {"run": run_id, "canteen": canteen, "day": AHEAD},
            )
    of_bois = forecast_terms(city, run_id, "Bois", AHEAD)
    assert of_bois is not None
    assert of_bois.tolist() == [95, 2, 1.5, 1, 0.25, 0.5, 1]
    of_all = forecast_terms(city, run_id, None, AHEAD)
    assert of_all is not None
    assert of_all.tolist() == [190, 4, 3, 2, 0.5, 1, 2]
    assert forecast_terms(city, run_id, "Foyer", AHEAD) is None
    assert forecast_terms(city, run_id, "Bois", LAST) is None
