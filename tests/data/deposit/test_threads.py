"""Eight people depositing at once: the store is what one of them after the other would have made."""

from __future__ import annotations

import random
import shutil
import threading
from pathlib import Path

from data.deposit.apply import apply
from data.store import Store

HEADER = "site_nom;site_type;date;prevision;reel\n"
THREADS, FILES_EACH, SITES, DAYS = 8, 2, 6, 9


def _overlapping_file(chance: random.Random) -> bytes:
    keys = {(chance.randrange(SITES), chance.randint(1, DAYS)) for _ in range(30)}
    lines = (f"SITE {site};M;{day:02d}/09/2016;{chance.randint(0, 99)};{chance.randint(0, 99)}\n" for site, day in keys)
    return (HEADER + "".join(lines)).encode()


def test_eight_threads_depositing_overlapping_files_equal_a_serial_order(
    store: Store, blank: Path, tmp_path: Path
) -> None:
    errors: list[BaseException] = []

    def work(number: int) -> None:
        chance = random.Random(number)
        try:
            for turn in range(FILES_EACH):
                apply(store, f"{number}-{turn}.csv", _overlapping_file(chance), f"agent {number}")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors

    serial = Store(Path(shutil.copy(blank, tmp_path / "serial.duckdb")))
    with store.scratch() as cursor:
        order = cursor.execute(
            "SELECT file_name, content FROM deposits JOIN deposit_files USING (deposit_id) ORDER BY deposit_id"
        ).fetchall()
        found = cursor.execute("SELECT * FROM services ORDER BY ALL").fetchall()
    assert len(order) == THREADS * FILES_EACH
    for name, content in order:
        apply(serial, name, bytes(content), "agent")
    with serial.scratch() as cursor:
        assert cursor.execute("SELECT * FROM services ORDER BY ALL").fetchall() == found
    serial.close()
