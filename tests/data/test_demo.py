"""The demonstration must look like the city it stands for, come fast, and leave without a trace."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from data.demo import DemoOnly, is_demo, is_empty, load_demo, start_empty
from data.deposit.apply import apply
from data.store import Store

TODAY = date(2026, 5, 20)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(tmp_path_factory.mktemp("demo") / "demo.duckdb")
    load_demo(opened, TODAY)
    yield opened
    opened.close()


def one(store: Store, sql: str) -> float:
    return float(store.read(sql).iloc[0, 0])


def between(low: float, high: float) -> object:
    return pytest.approx((low + high) / 2, abs=(high - low) / 2)


PAIRS = "SELECT * FROM located_services WHERE meals_planned IS NOT NULL AND meals_served > 0"
WEIGHED = "SELECT * FROM located_services WHERE preparation_kg + unserved_kg + leftovers_kg IS NOT NULL"
KILOS = "sum(preparation_kg + unserved_kg + leftovers_kg)"


@pytest.mark.parametrize(
    ("question", "low", "high"),
    [
        ("SELECT count(*) FROM canteens", 87, 87),
        ("SELECT count(*) FROM schools", 115, 115),
        ("SELECT count(DISTINCT district) FROM canteens", 4, 5),
        ("SELECT count(*) FROM service_points", 100, 105),
        ("SELECT count(*) FROM service_points WHERE canteen IS NULL", 2, 2),
        ("SELECT count(DISTINCT school_year) FROM enrolments", 3, 3),
        ("SELECT sum(meals_served) / count(DISTINCT date) FROM services", 14_500, 16_000),
        (f"SELECT 100 * sum(greatest(meals_planned - meals_served, 0)) / sum(meals_served) FROM ({PAIRS})", 6.5, 7.8),
        (f"SELECT 100 * sum(greatest(meals_served - meals_planned, 0)) / sum(meals_served) FROM ({PAIRS})", 0.8, 1.4),
        (f"SELECT 100 * avg((meals_served > meals_planned)::INT) FROM ({PAIRS})", 15, 21),
        (f"SELECT 1000 * {KILOS} / sum(meals_served) FROM ({WEIGHED})", 100, 130),
        (f"SELECT 100 * sum(leftovers_kg) / {KILOS} FROM ({WEIGHED})", 57, 65),
        (f"SELECT 100 * sum(unserved_kg) / {KILOS} FROM ({WEIGHED})", 30, 37),
        (f"SELECT count(DISTINCT canteen) FROM ({WEIGHED})", 20, 20),
        ("SELECT count(*) FROM pilot_sites", 12, 12),
        ("SELECT count(*) FROM pilot_stages", 84, 84),
        ("SELECT count(*) FROM pilot_stages WHERE stage = 'installation' AND actual_end IS NOT NULL", 7, 7),
        ("SELECT count(*) FROM pilot_sites WHERE connection = 'bloquée'", 1, 1),
        ("SELECT count(DISTINCT weather) FROM pilot_sites", 4, 4),
        (
            "SELECT sum(identities_created) FROM equipment_counts GROUP BY month ORDER BY month DESC LIMIT 1",
            115,
            145,
        ),
        ("SELECT count(*) FROM equipment_counts WHERE identities_created IS NULL", 1, 20),
        ("SELECT count(*) FROM menus GROUP BY date ORDER BY count(*) LIMIT 1", 3, 5),
        ("SELECT count(*) FROM services WHERE meals_planned IS NULL OR meals_served IS NULL", 300, 1500),
        ("SELECT count(*) FROM services WHERE meals_served > 2 * meals_planned", 5, 60),
        ("SELECT count(*) FROM services WHERE isodow(date) IN (3, 6, 7)", 0, 0),
    ],
)
def test_the_demonstration_has_the_published_magnitudes(demo: Store, question: str, low: float, high: float) -> None:
    assert one(demo, question) == between(low, high)


def test_the_history_covers_three_school_years_up_to_yesterday(demo: Store) -> None:
    bounds = demo.read("SELECT min(date) AS first, max(date) AS last FROM services").iloc[0]
    assert (bounds["first"].date(), bounds["last"].date()) == (date(2023, 9, 4), date(2026, 5, 19))


def test_the_surplus_of_test_schools_drops_by_a_third_once_in_the_pilot(demo: Store) -> None:
    """Beside the other canteens on the same days, so that the season plays no part."""
    question = f"""
        WITH pilots AS (
            SELECT sites.canteen, stages.actual_start AS started_on
            FROM pilot_sites AS sites JOIN pilot_stages AS stages USING (school)
            WHERE stages.stage = 'préparation'
        ), others AS (
            SELECT date, sum(greatest(meals_planned - meals_served, 0)) / sum(meals_served) AS usual
            FROM ({PAIRS}) ANTI JOIN pilots USING (canteen) GROUP BY date
        ), beside AS (
            SELECT
                date >= started_on AS started,
                sum(greatest(meals_planned - meals_served, 0)) / sum(usual * meals_served) AS ratio
            FROM ({PAIRS}) JOIN pilots USING (canteen) JOIN others USING (date)
            WHERE meals_served BETWEEN 0.3 * meals_planned AND 2 * meals_planned
            GROUP BY started
        )
        SELECT 1 - any_value(ratio) FILTER (started) / any_value(ratio) FILTER (NOT started) FROM beside
    """
    assert one(demo, question) == between(0.22, 0.42)


def test_strikes_empty_the_canteens_and_dishes_weigh_on_leftovers(demo: Store) -> None:
    strikes = """
        SELECT avg(meals) FROM (SELECT date, sum(meals_served) AS meals FROM services GROUP BY date)
        WHERE date IN (SELECT starts_on FROM events WHERE kind = 'strike')
    """
    dishes = f"""
        WITH dishes AS (
            SELECT dish, sum(leftovers_kg) / sum(meals_served) AS share FROM ({WEIGHED}) JOIN menus USING (date)
            WHERE course = 'garniture' GROUP BY dish
        ) SELECT max(share) / min(share) FROM dishes
    """
    assert one(demo, strikes) < 9_000
    assert one(demo, dishes) > 1.3


def test_the_same_day_gives_the_same_demonstration(demo: Store, store: Store) -> None:
    load_demo(store, TODAY)
    for table in ("services", "menus", "events", "equipment_counts", "pilot_stages"):
        question = f"SELECT count(*) + bit_xor(hash(t::VARCHAR)) % 1000000 FROM {table} AS t"
        assert one(store, question) == one(demo, question)


@pytest.mark.parametrize("today", [date(2026, 8, 15), date(2026, 9, 2), date(2027, 1, 4), date(2028, 2, 29)])
def test_the_demonstration_can_be_loaded_on_any_day_of_the_year(store: Store, today: date) -> None:
    # The time of the processor: the clock would also count what else the machine does.
    started = time.process_time()
    load_demo(store, today)
    assert time.process_time() - started < 5
    assert one(store, "SELECT count(DISTINCT date) FROM services") > 250


# What a refresh stores of a run, told in the fewest rows: its computation has its own tests.
COMPUTED = """
INSERT INTO forecast_runs (started_at, finished_at, data_version, specification) VALUES (now(), now(), 1, '{}');
INSERT INTO forecasts (run_id, date, target, point, lower, upper) VALUES (1, '2026-05-21', 'meals_served', 1, 1, 1);
INSERT INTO forecast_terms VALUES (1, 'A', '2026-05-21', 1, 1, 1, 1, 1, 1);
INSERT INTO backtests VALUES (1, 'A', '2026-05-01', 1, 1, 1, 1, 1, 1, 1, '2026-04-01', NULL);
INSERT INTO waste_backtests VALUES (1, 'A', '2026-05-01', 'waste_kg', 1, 1, 1, 1);
"""


TOLD = """
INSERT INTO production_rows VALUES (1, 2, 'A', '2026-05-21', 1, 1, 1, NULL);
INSERT INTO production_prints (date, meals, actor) VALUES ('2026-05-21', '{}', 'k');
INSERT INTO surplus_use_rows VALUES (1, 2, 'A', '2026-05-21', 'don', 1, 1, 'R', NULL);
INSERT INTO sheets (sheet_key, canteen, date, marks, stored, actor) VALUES ('k', 'A', '2026-05-21', '{}', '[]', 'a');
INSERT INTO announcements (deposit_id, canteen, too_late) VALUES (1, 'A', FALSE);
INSERT INTO announcement_acts (announcement_id, act, done_by) VALUES (1, 'seen', 'k');
INSERT INTO reports (filters, made_by) VALUES ('2025-2026', 'm');
INSERT INTO report_files VALUES (1, 'pdf', 'x');
INSERT INTO kitchen_notes (text, starts_on, ends_on, written_by) VALUES ('t', '2026-05-21', '2026-05-21', 'k');
"""


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table but the audit trail and the state of the store."""
    with store.scratch() as cursor:
        tables = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE NOT temporary").fetchall()
        return {
            table: cursor.execute(f"FROM {table} ORDER BY ALL").fetchall()
            for (table,) in tables
            if table not in ("audit_log", "store_state", "schema_migrations")
        }


def test_erasing_the_demonstration_leaves_what_a_store_that_never_had_it_holds(
    store: Store, blank: Path, tmp_path: Path
) -> None:
    load_demo(store, TODAY)
    apply(store, "j.csv", b"site_nom;site_type;date;reel\nA;M;01/09/2016;9\n", "agent")
    with store.write("agent", "forecast", {}) as cursor:
        cursor.execute(COMPUTED)
        cursor.execute(TOLD)
    (store.work_folder / "refresh.log").write_text("Les Tilleuls")
    assert is_demo(store) and not is_empty(store)
    # A table that is added must get its rows here too.
    assert {table for table, rows in contents(store).items() if not rows} == {
        "users", "user_canteens", "tokens", "sign_in_generations", "settings",
    }  # fmt: skip
    start_empty(store, "mission")
    never = Store(Path(shutil.copy(blank, tmp_path / "never.duckdb")))
    assert contents(store) == contents(never)
    never.close()
    assert is_empty(store) and not is_demo(store)
    assert [file.name for file in store.work_folder.iterdir()] == ["last_writes.jsonl"]
    assert store.read("SELECT action FROM audit_log ORDER BY audit_id")["action"].tolist() == [
        "demo_load",
        "demo_meetings",
        "deposit",
        "forecast",
        "demo_remove",
    ]


def test_what_a_killed_computation_left_of_the_demonstration_goes_when_the_store_opens(
    blank: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(blank, tmp_path / "killed.duckdb"))
    leftover = path.with_suffix(".work") / "refresh-killed"
    leftover.mkdir(parents=True)
    (leftover / "job").write_bytes(b"Les Tilleuls")
    Store(path).close()
    assert not leftover.exists()


def test_real_data_is_neither_erased_nor_mixed_with_the_demonstration(store: Store) -> None:
    with pytest.raises(DemoOnly):
        start_empty(store, "mission")
    load_demo(store, TODAY)
    version = store.version()
    with pytest.raises(DemoOnly):
        load_demo(store, TODAY)
    assert store.version() == version


def test_no_name_comes_from_the_city_s_files(demo: Store, nantes: Path) -> None:
    lines = (nantes / "mapping_frequentation_cantines.csv").read_text(encoding="utf-8").splitlines()
    real = {cell.strip() for line in lines for cell in line.split(",")} - {"M", "E", "M/E"}
    assert not real & set(demo.read("SELECT site FROM service_points")["site"])
