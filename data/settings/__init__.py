"""The settings in force, their history, and how one is changed or taken back: each change is a row, none is altered."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from data.faults import as_store_fault
from data.settings import logo
from data.settings.known import (
    ALL,
    LONGEST_FOLDER,
    SETTINGS,
    Setting,
    SettingRefused,
    accepted,
    accepted_source,
    written,
)
from data.store import Store

__all__ = ["ALL", "SETTINGS", "Setting", "SettingRefused", "Value", "history", "save", "take_back", "value", "values"]

CHANGED_MEANWHILE = "Ce réglage vient d’être changé par quelqu’un d’autre\u00a0: relisez-le, puis recommencez."
NOT_THE_LAST = "Seul le dernier changement d’un réglage s’annule. Relisez l’historique, puis recommencez."
LAST = """
SELECT setting_id, key, value::VARCHAR AS value, set_at, set_by FROM settings
QUALIFY row_number() OVER (PARTITION BY key ORDER BY setting_id DESC) = 1
"""
HISTORY = """
SELECT
    setting_id, key, set_at, set_by, value::VARCHAR AS after,
    lag(value::VARCHAR) OVER of_key AS before,
    lead(setting_id) OVER of_key IS NULL AS last
FROM settings
WINDOW of_key AS (PARTITION BY key ORDER BY setting_id)
ORDER BY setting_id DESC
"""


@dataclass(frozen=True)
class Value:
    """The value in force of a setting; `setting_id` is that of the change that made it, 0 for the default."""

    value: Any
    source: str = ""
    setting_id: int = 0
    set_at: datetime | None = None
    set_by: str | None = None
    is_default: bool = True


def values(store: Store) -> dict[str, Value]:
    """Return the value in force of every setting."""
    changes = {row["key"]: row for row in store.read(LAST).to_dict("records")}
    return {key: _value(setting, changes.get(key)) for key, setting in SETTINGS.items()}


def value(store: Store, key: str) -> Any:  # noqa: ANN401
    """Return the value in force of one setting."""
    return values(store)[key].value


def _value(setting: Setting, row: Mapping[Any, Any] | None) -> Value:
    if row is None:
        return Value(setting.default, setting.source)
    kept, source = _unpacked(setting, row["value"])
    set_at, by_default = row["set_at"].to_pydatetime(), not isinstance(row["value"], str)
    return Value(kept, source, int(row["setting_id"]), set_at, str(row["set_by"]), by_default)


def _unpacked(setting: Setting, text: object) -> tuple[Any, str]:
    """Return the value and the source in the text of a row; the default where it has none, or one we do not accept."""
    default = setting.default, setting.source
    if not isinstance(text, str):
        return default
    with suppress(ValueError, TypeError, KeyError, SettingRefused):
        kept = json.loads(text)
        if setting.kind == "image":
            return kept, ""
        if setting.sourced:
            return accepted(setting, kept["value"]), str(kept["source"])
        return accepted(setting, kept), ""
    return default


def save(store: Store, actor: str, key: str, new: object, source: str = "", *, since: int | None = None) -> bool:
    """Change a setting; return False when it has this value already.

    An image is given as its file. `since` is the change that the person has read: another one since refuses this one.
    Raises SettingRefused.
    """
    setting = SETTINGS[key]
    if setting.kind == "image":
        kept: Any = logo.as_text(new) if isinstance(new, bytes) else None
    else:
        kept = accepted(setting, new)
    if setting.kind == "folder" and kept:
        _prepare(setting, Path(kept))
    if setting.sourced and kept is not None:
        kept = {"value": kept, "source": accepted_source(setting, source)}
    text = None if kept is None else json.dumps(kept, ensure_ascii=False)
    return _append(store, actor, setting, text, since)


def _prepare(setting: Setting, folder: Path) -> None:
    """Refuse a folder that cannot be written to; it is created when it does not exist."""
    if not folder.is_absolute() or len(str(folder)) > LONGEST_FOLDER:
        raise SettingRefused(
            f"{setting.title}\u00a0: écrivez le chemin complet, par exemple /var/sauvegardes/antigaspi."
        )
    with as_store_fault(folder, system=True):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass


def take_back(store: Store, actor: str, setting_id: int) -> bool:
    """Take back the last change of a setting: the value before it is in force again, by a change of its own."""
    rows = history(store)
    rows = rows[(rows["setting_id"] == setting_id) & rows["last"] & rows["key"].isin(SETTINGS)]
    if rows.empty:
        raise SettingRefused(NOT_THE_LAST)
    row = rows.iloc[0]
    before = row["before"] if isinstance(row["before"], str) else None
    return _append(store, actor, SETTINGS[row["key"]], before, setting_id)


class _Unchanged(Exception):
    """The setting has this value already."""


def _append(store: Store, actor: str, setting: Setting, text: str | None, since: int | None) -> bool:
    detail: dict[str, Any] = {"setting": setting.key}
    try:
        with store.write(actor, "setting", detail) as cursor:
            last_id, last = _last(cursor, setting.key)
            if since is not None and since != last_id:
                raise SettingRefused(CHANGED_MEANWHILE)
            if _unpacked(setting, text) == _unpacked(setting, last):
                raise _Unchanged
            cursor.execute(
                "INSERT INTO settings (key, value, set_by) VALUES ($key, $value, $actor)",
                {"key": setting.key, "value": text, "actor": actor},
            )
            detail |= {"before": in_words(setting, last), "after": in_words(setting, text)}
    except _Unchanged:
        return False
    return True


def _last(cursor: duckdb.DuckDBPyConnection, key: str) -> tuple[int, str | None]:
    last = cursor.execute(
        "SELECT setting_id, value::VARCHAR FROM settings WHERE key = $key ORDER BY setting_id DESC LIMIT 1",
        {"key": key},
    ).fetchone()
    return (int(last[0]), last[1]) if last else (0, None)


def history(store: Store) -> pd.DataFrame:
    """Return one row per change, the newest first: key, before and after as kept, whether it is the last of its key."""
    return store.read(HISTORY)


def in_words(setting: Setting, text: object) -> str:
    """Write a kept value: “6 €/kg (ADEME 2016…)”."""
    kept, source = _unpacked(setting, text)
    if setting.kind == "image":
        return f"image de {len(str(kept)) * 3 // 4_000 + 1} ko" if kept else "aucun"
    if kept is None:
        return "à côté de la base"
    if setting.zero and not kept:
        return setting.zero
    if setting.kind == "choice":
        return setting.choices[kept]
    number = written(kept) if setting.kind in ("number", "integer") else str(kept)
    return f"{number}{f' {setting.unit}' if setting.unit else ''}{f' ({source})' if source else ''}"
