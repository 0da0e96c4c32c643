"""The store: locked down, one writer, all or nothing, and a sentence for the second process."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from data.backup.copy import back_up
from data.clock import PARIS, today_in_paris
from data.queries.overview import references
from data.store import Store, StoreTooRecent


def test_a_write_is_applied_with_its_audit_line_and_raises_the_version(store: Store) -> None:
    before = store.version()
    with store.write("agent", "essai", {"valeur": 1}) as cursor:
        cursor.execute("INSERT INTO users VALUES ('a@ville.fr', 'mission', TRUE)")
    assert store.version() == before + 1
    assert store.read("SELECT actor, action FROM audit_log").values.tolist() == [["agent", "essai"]]


def test_a_failed_write_leaves_no_row_no_audit_line_and_the_same_version(store: Store) -> None:
    before = store.version()
    with pytest.raises(RuntimeError), store.write("agent", "essai", {}) as cursor:
        cursor.execute("INSERT INTO users VALUES ('a@ville.fr', 'mission', TRUE)")
        raise RuntimeError
    assert store.version() == before
    assert store.read("SELECT count(*) AS n FROM users")["n"][0] == 0
    assert store.read("SELECT count(*) AS n FROM audit_log")["n"][0] == 0


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/antigaspi_leak.csv'",
        "ATTACH '/tmp/antigaspi_other.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
    ],
)
def test_sql_cannot_leave_the_store(store: Store, statement: str) -> None:
    with pytest.raises(duckdb.Error):
        store.read(statement)


def test_a_second_process_is_told_in_french_that_the_store_is_open(store: Store) -> None:
    command = [sys.executable, "-m", "data", "import", "x.csv"]
    env = {"ANTIGASPI_DB": str(store.path), "PATH": "/usr/bin:/bin"}
    result = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert result.returncode == 1
    assert "déjà ouverte par un autre programme" in result.stderr
    assert "Traceback" not in result.stderr


def test_threads_read_and_write_at_once_without_losing_a_write(store: Store) -> None:
    errors: list[BaseException] = []

    def work(name: int) -> None:
        try:
            for turn in range(10):
                with store.write("fil", "compte", {}) as cursor:
                    cursor.execute("INSERT INTO users VALUES ($email, 'comite', TRUE)", {"email": f"{name}-{turn}"})
                store.read("SELECT count(*) FROM users")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert store.version() == 80
    assert store.read("SELECT count(*) AS n FROM users")["n"][0] == 80


def test_a_backup_opens_as_a_complete_store(store: Store, tmp_path: Path) -> None:
    with store.write("agent", "essai", {}) as cursor:
        cursor.execute("INSERT INTO users VALUES ('a@ville.fr', 'mission', TRUE)")
    back_up(store, tmp_path / "copie.duckdb")
    copy = Store(tmp_path / "copie.duckdb")
    assert copy.read("SELECT email FROM users")["email"].tolist() == ["a@ville.fr"]
    assert copy.version() == store.version()
    assert copy.read("FROM selected_services(DATE '2020-01-01', DATE '2020-01-31', NULL, NULL)").empty
    copy.close()


def test_a_store_written_by_a_later_version_is_refused_in_french(tmp_path: Path) -> None:
    opened = Store(tmp_path / "x.duckdb")
    with opened.write("agent", "essai", {}) as cursor:
        cursor.execute("INSERT INTO schema_migrations (number, name) VALUES (9999, '9999_futur.sql')")
    opened.close()
    with pytest.raises(StoreTooRecent, match="plus récente"):
        Store(tmp_path / "x.duckdb")


def test_opening_again_applies_no_migration_twice(tmp_path: Path) -> None:
    first = Store(tmp_path / "x.duckdb")
    count = first.read("SELECT count(*) AS n FROM schema_migrations")["n"][0]
    first.close()
    second = Store(tmp_path / "x.duckdb")
    assert second.read("SELECT count(*) AS n FROM schema_migrations")["n"][0] == count
    second.close()


def test_the_sources_of_the_references_are_spelt_as_the_pages_are(store: Store) -> None:
    told = " ".join(f"{reference.unit} {reference.source}" for reference in references(store).values())
    assert "452 g CO₂e" in told
    assert "CO2e" not in told


# At any hour, one of the two has another day than Paris.
@pytest.mark.parametrize("zone", ["Etc/GMT+12", "Pacific/Kiritimati"])
def test_today_is_the_day_in_paris_wherever_the_server_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        before = datetime.now(UTC)
        store = Store(tmp_path / "abroad.duckdb")
        with store.write("m", "user", {}):
            pass
        found = store.read("SELECT current_date AS today, max(done_at) AS written FROM audit_log")
        days = {found["today"].item().date(), today_in_paris()}
        store.close()
        after = datetime.now(UTC)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert days <= {moment.astimezone(PARIS).date() for moment in (before, after)}
    # What is written stays in UTC.
    assert before <= found["written"].item().replace(tzinfo=UTC) <= after
