"""What restoring a backup would lose: the file is checked first, and its audit trail compared with the present one."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

from data.backup.restore import refusal, refuse_paths
from data.connection import LOCKED_DOWN
from data.faults import StoreFault, as_store_fault
from data.migrate import refuse_later
from data.store import Store
from data.store_file import check

TRAIL = "SELECT audit_id, done_at, actor, action FROM audit_log"
# They change no data.
WITHOUT_LOSS = ("backup", "trail", "sign_in", "sign_out", "refused", "export", "download")


def lost_lines(store: Store, backup: Path) -> pd.DataFrame:
    """Return the lines of the audit trail that the backup does not have, the newest first.

    Raises a StoreFault when it cannot be restored: truncated, damaged, of another application or a later version.
    """
    refuse_paths(backup, store.path)
    saved = set(_trail_of(backup).itertuples(index=False, name=None))
    present = store.read(f"{TRAIL} ORDER BY audit_id DESC")
    lost = [row not in saved and row[-1] not in WITHOUT_LOSS for row in present.itertuples(index=False, name=None)]
    return present[lost].reset_index(drop=True)


def _trail_of(backup: Path) -> pd.DataFrame:
    try:
        with (
            as_store_fault(backup, system=True),
            duckdb.connect(str(backup), read_only=True, config=LOCKED_DOWN) as connection,
        ):
            check(connection, backup)
            refuse_later(connection, backup)
            return connection.execute(TRAIL).df()
    except StoreFault as error:
        raise refusal(error, backup, backup) from error
