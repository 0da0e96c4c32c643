"""The migrations: numbered SQL files, each applied with its record in one transaction."""

from __future__ import annotations

from pathlib import Path

import duckdb

from data import faults

FOLDER = Path(__file__).parent / "migrations"


def migrate(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Apply the missing migrations to the store at `path`; raises StoreTooRecent when it has later ones."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMP DEFAULT (now() AT TIME ZONE 'UTC'))"
    )
    files = _files()
    applied = refuse_later(connection, path)
    for number in sorted(files.keys() - applied):
        connection.begin()
        try:
            connection.execute(files[number].read_text(encoding="utf-8"))
            connection.execute(
                "INSERT INTO schema_migrations (number, name) VALUES (?, ?)", [number, files[number].name]
            )
            connection.commit()
        except BaseException:
            connection.rollback()
            raise


def refuse_later(connection: duckdb.DuckDBPyConnection, path: Path) -> set[int]:
    """Return the numbers of the migrations that a store has; raises StoreTooRecent when we do not know one of them."""
    applied = {int(row[0]) for row in connection.execute("SELECT number FROM schema_migrations").fetchall()}
    if applied - _files().keys():
        raise faults.too_recent(path)
    return applied


def _files() -> dict[int, Path]:
    return {int(file.name[:4]): file for file in FOLDER.glob("[0-9]*.sql")}
