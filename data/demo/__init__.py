"""Synthetic data of the demonstration: a fictional city with the published magnitudes, from a fixed random seed."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd

from data.calendar.event_kinds import STRIKE
from data.calendar.school import next_service_days, school_year, school_year_bounds, service_days
from data.clock import today_in_paris
from data.demo.city import City, build_city
from data.demo.comite import record_comite
from data.demo.events import build_events
from data.demo.meals import build_meals, log_frame
from data.demo.menus import build_menus
from data.demo.portfolio import build_pilots
from data.demo.rollout import build_rollout
from data.demo.weighings import build_weighings
from data.store import Store

__all__ = ["DemoOnly", "is_demo", "is_empty", "load_demo", "start_empty"]

ACTOR = "démonstration"
NOT_EMPTY = "La base contient déjà des données : la démonstration ne se charge que dans une base vide."
NOT_DEMO = "Cette base n’est pas une démonstration : ses données ne peuvent pas être effacées ainsi."
ERASED = "La démonstration est déjà effacée : la base est vide, vous pouvez y déposer vos fichiers."
SEED = 44_000
YEARS = 3
MENUS_AHEAD = 20

# Kind of deposit → (record table, file name in the history of deposits).
DEPOSITS = {
    "canteens": ("canteen_rows", "demonstration_cantines.csv"),
    "schools": ("school_rows", "demonstration_ecoles.csv"),
    "enrolment": ("enrolment_rows", "demonstration_effectifs.csv"),
    "mapping": ("mapping_rows", "demonstration_rattachements.csv"),
    "menus": ("menu_rows", "demonstration_menus.csv"),
    "strikes": ("event_rows", "demonstration_greves.csv"),
    "events": ("event_rows", "demonstration_evenements.csv"),
    "log": ("log_rows", "demonstration_frequentation.csv"),
    "sites": ("site_rows", "demonstration_ecoles_test.csv"),
    "stages": ("stage_rows", "demonstration_etapes.csv"),
    "milestones": ("milestone_rows", "demonstration_jalons.csv"),
    "risks": ("risk_rows", "demonstration_risques.csv"),
    "decisions": ("decision_rows", "demonstration_decisions.csv"),
    "devices": ("device_rows", "demonstration_materiels.csv"),
    "equipment": ("equipment_rows", "demonstration_equipement.csv"),
    "workshops": ("workshop_rows", "demonstration_ateliers.csv"),
    "tickets": ("ticket_rows", "demonstration_demandes.csv"),
    "pilots": ("pilot_rows", "demonstration_pilotes.csv"),
}

# The tables that are not emptied with the demonstration: accounts with their ended sessions, tokens, settings, audit
# trail, state of the store.
STAYS = (
    "users", "user_canteens", "sign_in_generations", "tokens", "settings", "audit_log", "schema_migrations",
    "store_state",
)  # fmt: skip


class DemoOnly(Exception):
    """The action does not fit the state of the store; the message is in French."""


def is_demo(store: Store) -> bool:
    """Tell whether the store holds demonstration data."""
    return bool(store.read("SELECT demo FROM store_state")["demo"].item())


def is_empty(store: Store) -> bool:
    """Tell whether the store has no deposit, of a file or of the demonstration."""
    return int(store.read("SELECT count(*) AS deposits FROM deposits")["deposits"].item()) == 0


def load_demo(store: Store, today: date | None = None) -> None:
    """Fill an empty store with three school years up to the day before `today`, in one transaction.

    The meetings of the comité, whose figures read these data, come in the next one. Raises DemoOnly when the store
    already holds something.
    """
    if not is_empty(store):
        raise DemoOnly(NOT_EMPTY)
    today = today or today_in_paris()
    deposits = _build(store, today)
    detail: dict[str, int] = {}
    with store.write(ACTOR, "demo_load", detail) as cursor:
        # Checked again inside the transaction: another user may have filled the store since the first check.
        if cursor.execute("FROM deposits LIMIT 1").fetchone():
            raise DemoOnly(NOT_EMPTY)
        for kind, frame in deposits.items():
            detail[kind] = _deposit(cursor, kind, frame)
        cursor.execute("UPDATE store_state SET demo = TRUE")
    record_comite(store, today, ACTOR, "demo_meetings")


def start_empty(store: Store, actor: str) -> None:
    """Remove the demonstration in one transaction; accounts, reference values and audit trail stay.

    Raises DemoOnly when the store is not a demonstration: real data cannot be removed this way.
    """
    with store.write(actor, "demo_remove", {}) as cursor:
        # Checked inside the transaction: real data may have been deposited since the user was asked to confirm.
        if cursor.execute("SELECT demo FROM store_state").fetchone() != (True,):
            empty = cursor.execute("FROM deposits LIMIT 1").fetchone() is None
            raise DemoOnly(ERASED if empty else NOT_DEMO)
        # The list comes from the database, so that a table added by a later migration is emptied too.
        tables = cursor.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
        ).fetchall()
        for (table,) in tables:
            if table not in STAYS:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608
        cursor.execute("UPDATE store_state SET demo = FALSE")
    store.clear_work_folder()


def _build(store: Store, today: date) -> dict[str, pd.DataFrame]:
    """Return the deposits by kind."""
    rng = np.random.default_rng(SEED)
    days, years = _period(store, today)
    city = build_city(rng, years, days[0], today)
    rollout = build_rollout(rng, city, today)
    events = build_events(rng, days, city.canteens["canteen"].tolist())
    menus, plate_weight = build_menus(rng, days + next_service_days(store, days[-1], MENUS_AHEAD))
    meals = build_meals(rng, city, days, events, rollout.pilot_starts)
    weighings = build_weighings(rng, city, meals, plate_weight, rollout.pilot_starts)
    log = log_frame(rng, meals, city.points, weighings)
    return _deposits(city, menus, events, log) | rollout.deposits | {"pilots": build_pilots(today)}


def _period(store: Store, today: date) -> tuple[list[date], list[str]]:
    """Return the service days of the last three school years that have begun, and the names of these years."""
    yesterday = today - timedelta(days=1)
    # In August the new school year has no service yet: the last year is the one of the last service day.
    last = service_days(store, yesterday - timedelta(days=90), yesterday)[-1]
    year = int(school_year(last)[:4])
    years = [f"{start}-{start + 1}" for start in range(year - YEARS + 1, year + 1)]
    return service_days(store, school_year_bounds(years[0])[0], last), years


def _deposits(city: City, menus: pd.DataFrame, events: pd.DataFrame, log: pd.DataFrame) -> dict[str, pd.DataFrame]:
    mapping = city.points[["site", "site_kind", "canteen"]].merge(
        city.canteens[["canteen", "canteen_kind"]], on="canteen"
    )
    return {
        "canteens": city.canteens,
        "schools": city.schools[["school", "canteen", "canteen_kind"]],
        "enrolment": city.enrolments,
        "mapping": mapping,
        "menus": menus,
        "strikes": events[events["kind"] == STRIKE],
        "events": events[events["kind"] != STRIKE],
        "log": log,
    }


def _deposit(cursor: duckdb.DuckDBPyConnection, kind: str, frame: pd.DataFrame) -> int:
    """Record a deposit of these rows, all accepted, and return their number."""
    table, file_name = DEPOSITS[kind]
    sha256 = hashlib.sha256(pd.util.hash_pandas_object(frame).to_numpy().tobytes()).hexdigest()
    row = cursor.execute(
        """
        INSERT INTO deposits
            (kind, file_name, sha256, actor, lines, accepted, without_measure, changed, unchanged, rejected, warnings)
        VALUES ($kind, $file_name, $sha256, $actor, $lines, $lines, 0, 0, 0, 0, 0)
        RETURNING deposit_id
        """,
        {"kind": kind, "file_name": file_name, "sha256": sha256, "actor": ACTOR, "lines": len(frame)},
    ).fetchone()
    deposit_id = row[0] if row else None
    _insert(cursor, table, frame.assign(deposit_id=deposit_id, line=np.arange(2, len(frame) + 2)))
    return len(frame)


def _insert(cursor: duckdb.DuckDBPyConnection, table: str, frame: pd.DataFrame) -> None:
    """Insert a DataFrame by column name; `table` is a constant of this module."""
    cursor.register("demo_frame", frame)
    cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM demo_frame")  # noqa: S608
    cursor.unregister("demo_frame")
