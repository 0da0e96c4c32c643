"""A backup made while people work is a state that existed, and one put back while they work loses nothing unsaid.

2 kills and 3 backups here; ANTIGASPI_KILLS=30 and ANTIGASPI_BACKUPS=50 for a long search.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from data import migrate
from data.backup import daily, folder
from data.backup.copy import back_up
from data.backup.restore import restore_open
from data.demo import load_demo, start_empty
from data.deposit.apply import apply
from data.faults import StoreBusy, StoreFault, StoreTooRecent
from data.queries.forecasts.runs import latest_run
from data.settings import save
from data.store import Store
from tests.data.broken_stores import DAMAGED, FEW, no_room, small_disk

KILLS = int(os.environ.get("ANTIGASPI_KILLS", "2"))
BACKUPS = int(os.environ.get("ANTIGASPI_BACKUPS", "3"))
NOON = datetime(2026, 6, 5, 10, 0, tzinfo=UTC)  # 12:00 in Paris


RUN = """
INSERT INTO forecast_runs (started_at, finished_at, data_version, specification) VALUES (now(), now(), 3, '{}')
"""
FILES = """
SELECT sha256, content FROM deposits JOIN deposit_files USING (deposit_id) JOIN log_rows USING (deposit_id)
"""


def deposit(store: Store, name: str, day: int = 1) -> None:
    apply(store, f"{name}.csv", f"site_nom;site_type;date;reel\n{name};M;{day:02d}/09/2016;9\n".encode(), name)


def sites(store: Store) -> list[str]:
    return store.read("SELECT DISTINCT site FROM services ORDER BY site")["site"].tolist()


def trail(store: Store) -> list[tuple[object, ...]]:
    with store.scratch() as cursor:
        return cursor.execute("SELECT audit_id, done_at, actor, action FROM audit_log ORDER BY audit_id").fetchall()


def _copied(source: Path, target: Path) -> Path:
    return Path(shutil.copy(source, target))


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    store = Store(path)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def at_once(work: Callable[[int], None], threads: int = 8) -> Iterator[None]:
    """Let threads work during the block, without an error."""
    stop = threading.Event()
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            while not stop.is_set():
                work(number)
        except BaseException as error:
            errors.append(error)

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in running:
            thread.join()
    assert not errors


# ---------------------------------------------------------------- while people work
def test_a_backup_made_during_deposits_is_a_state_that_existed_with_the_original_files(
    store: Store, tmp_path: Path
) -> None:
    counts = [0] * 8

    def work(number: int) -> None:
        counts[number] += 1
        deposit(store, f"S{number}-{counts[number]}")

    with at_once(work):
        made = [daily.back_up(store, "essai") for _ in range(BACKUPS)]
    assert sum(counts) > BACKUPS
    whole = trail(store)
    for path in made:
        with opened(_copied(path, tmp_path / "copy.duckdb")) as copy:
            lines = trail(copy)
            # Each deposit is one line of the trail: a state that existed is a beginning of it, with its deposits.
            assert lines == whole[: len(lines)]
            assert copy.version() == sum(action == "deposit" for *_, action in lines)
            rows = copy.read(FILES)
            assert len(rows) == sum(action == "deposit" for *_, action in lines)
            assert [hashlib.sha256(content).hexdigest() for content in rows["content"]] == rows["sha256"].tolist()


def test_pages_that_read_during_a_restore_get_the_old_figures_or_the_new_ones_and_no_error(
    store: Store, tmp_path: Path
) -> None:
    deposit(store, "A")
    back_up(store, tmp_path / "backup.duckdb")
    deposit(store, "B")
    seen: list[tuple[str, ...]] = []
    before, version = store.state(), store.version()
    with at_once(lambda _: seen.append(tuple(sites(store))), threads=4):
        kept = restore_open(tmp_path / "backup.duckdb", store, "mission", store.state())
    assert set(seen) <= {("A",), ("A", "B")}
    assert sites(store) == ["A"]
    # The former store had this version too, with other figures: its cached answers are not taken for the new ones.
    assert store.version() == version
    assert store.state() != before
    assert kept and "-avant-restauration-" in kept.name
    with opened(kept) as former:
        assert sites(former) == ["A", "B"]
    deposit(store, "C")
    store.close()
    with opened(store.path) as again:
        assert (sites(again), again.warning) == (["A", "C"], None)


def test_a_question_without_end_refuses_the_restore_and_nothing_changes(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deposit(store, "A")
    back_up(store, tmp_path / "backup.duckdb")
    deposit(store, "B")
    monkeypatch.setattr("data.connection.SECONDS_FOR_QUESTIONS", 0.2)
    asked, answered = threading.Event(), threading.Event()

    def ask() -> None:
        with store.scratch():
            asked.set()
            answered.wait(10)

    thread = threading.Thread(target=ask)
    thread.start()
    asked.wait(10)
    with pytest.raises(StoreBusy, match="répond encore à d’autres personnes"):
        restore_open(tmp_path / "backup.duckdb", store, "mission", store.state())
    answered.set()
    thread.join()
    assert sites(store) == ["A", "B"]
    deposit(store, "C")


def test_what_somebody_wrote_since_the_question_was_read_is_not_lost(store: Store, tmp_path: Path) -> None:
    deposit(store, "A")
    back_up(store, tmp_path / "backup.duckdb")
    read_at = store.state()
    deposit(store, "B")
    with pytest.raises(StoreFault, match="Quelqu’un a enregistré pendant la vérification"):
        restore_open(tmp_path / "backup.duckdb", store, "mission", read_at)
    assert sites(store) == ["A", "B"]


@pytest.mark.parametrize("name", FEW)
def test_what_is_no_backup_is_refused_while_people_work_and_the_store_goes_on(
    store: Store, tmp_path: Path, name: str
) -> None:
    deposit(store, "A")
    backup = tmp_path / "backup.duckdb"
    back_up(store, backup)
    DAMAGED[name](backup)
    before = store.state()
    with pytest.raises(
        StoreTooRecent if name == "newer schema" else StoreFault, match="La base actuelle n’a pas changé"
    ):
        restore_open(backup, store, "mission", store.state())
    assert store.state() == before
    deposit(store, "B")
    assert sites(store) == ["A", "B"]


def an_older_store(path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a store as an earlier version left it, with one account."""
    earlier = path.with_name("migrations")
    earlier.mkdir()
    for file in migrate.FOLDER.glob("00*.sql"):
        if file.name < "0012":
            shutil.copy(file, earlier)
    with monkeypatch.context() as patched:
        patched.setattr(migrate, "FOLDER", earlier)
        Store(path).close()
    with duckdb.connect(str(path)) as connection:
        connection.execute("INSERT INTO users VALUES ('old@ville.fr', 'mission', TRUE)")
        connection.execute("INSERT INTO audit_log (actor, action, detail) VALUES ('m', 'user', '{}')")
        connection.execute("UPDATE store_state SET version = 1")
    return path


def test_an_older_backup_is_migrated(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    restore_open(an_older_store(tmp_path / "old.duckdb", monkeypatch), store, "mission", store.state())
    assert store.read("SELECT email FROM users")["email"].tolist() == ["old@ville.fr"]
    assert store.read("SELECT count(*) AS n FROM settings")["n"].item() == 0
    deposit(store, "A")


def test_a_restore_without_room_says_so_and_people_go_on(blank: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=30) as disk, opened(_copied(blank, disk / "base.duckdb")) as store:
        deposit(store, "A")
        back_up(store, tmp_path / "backup.duckdb")
        deposit(store, "B")
        with no_room(disk, left=100_000), pytest.raises(StoreFault, match="plein"):
            restore_open(tmp_path / "backup.duckdb", store, "mission", store.state())
        assert sites(store) == ["A", "B"]
        restore_open(tmp_path / "backup.duckdb", store, "mission", store.state())
        assert sites(store) == ["A"]


# ---------------------------------------------------------------- each day
# What time it is (UTC), when backups were made, and whether the one of the day is due.
DUE = [
    ("2026-06-05 01:30", [], True),  # 3:30 in Paris: never saved
    ("2026-06-05 01:30", ["2026-06-04 01:00"], True),  # 3:00 has passed
    ("2026-06-05 00:30", ["2026-06-04 01:00"], False),  # 2:30: not yet
    ("2026-06-05 00:30", ["2026-06-03 20:00"], True),  # the hour of yesterday was missed
    ("2026-06-05 10:00", ["2026-06-05 01:00"], False),
    ("2026-01-05 02:30", ["2026-01-05 01:30"], True),  # winter: 3:00 in Paris is 2:00 in UTC
    ("2026-03-29 01:30", ["2026-03-29 00:30"], True),  # the night that 2:00 becomes 3:00
    ("2026-10-25 01:30", ["2026-10-24 01:30"], False),  # 2:30, the second time
    ("2026-06-05 10:00", ["2031-01-01 00:00"], True),  # the clock was ahead
    ("2026-06-05 10:00", ["2031-01-01 00:00", "2026-06-05 02:00"], False),
]


def test_the_backup_of_the_day_is_due_once_even_when_its_hour_was_missed_or_the_clock_moved(store: Store) -> None:
    deposit(store, "A")
    backups = folder.beside(store.path)
    for now, made, is_due in DUE:
        shutil.rmtree(backups, ignore_errors=True)
        backups.mkdir()
        for moment in made:
            folder.free_path(backups, datetime.fromisoformat(moment).replace(tzinfo=UTC)).touch()
        assert daily.due(store, datetime.fromisoformat(now).replace(tzinfo=UTC)) == is_due, (now, made)


def test_a_store_in_which_nobody_has_written_is_not_saved(store: Store) -> None:
    assert daily.run_when_due(store, NOON) is None
    deposit(store, "A")
    first = daily.run_when_due(store, NOON)
    assert first and daily.run_when_due(store, NOON) is None
    assert daily.last_good(store.path) == (first, NOON)
    with opened(_copied(first, first.with_name("copy.duckdb"))) as copy:
        assert sites(copy) == ["A"]
    # Erasing a demonstration empties the work folder, and the last backup is still known.
    store.clear_work_folder()
    assert daily.last_good(store.path)
    first.unlink()
    assert daily.last_good(store.path) is None


def test_the_rotation_keeps_a_week_of_days_and_a_month_of_weeks_and_what_is_not_ours(tmp_path: Path) -> None:
    for days in range(60):
        for hours in (0, 5):
            folder.free_path(tmp_path, NOON - timedelta(days=days, hours=hours)).touch()
    others = {"antigaspi-2026-06-05.duckdb", "antigaspi.duckdb", "antigaspi-20310101-000000Z.duckdb"}
    for name in others:
        (tmp_path / name).touch()
    folder.rotate(tmp_path, 7, 4, NOON)
    kept = {path.name for path in tmp_path.iterdir()} - others
    assert others <= {path.name for path in tmp_path.iterdir()}
    # 7 days, the last one twice (less than 24 hours old), and the Sundays of the 3 weeks before this one and the last.
    assert sorted(kept) == sorted(
        [f"antigaspi-202606{day:02d}-100000Z.duckdb" for day in (5, 4, 3, 2, 1)]
        + ["antigaspi-20260605-050000Z.duckdb"]
        + [f"antigaspi-202605{day}-100000Z.duckdb" for day in (31, 30, 24, 17)]
    )
    # A clock that was years ahead for a moment takes no day nor week away, and one moved back keeps what it wrote.
    twice = tmp_path / "antigaspi-20260605-050000Z.duckdb"
    assert folder.superfluous([tmp_path / name for name in kept], 7, 4, NOON + timedelta(days=2000)) == [twice]
    assert not folder.superfluous([tmp_path / name for name in kept], 1, 0, NOON - timedelta(days=2000))


def test_backups_that_cannot_be_written_say_so_and_leave_those_there(store: Store, tmp_path: Path) -> None:
    deposit(store, "A")
    with small_disk(tmp_path / "disk") as disk:
        save(store, "mission", "backup_folder", str(disk / "sauvegardes"))
        first = daily.back_up(store, "mission")
        (first.parent / "antigaspi-20260101-000000Z.duckdb.part").write_bytes(b"killed")
        with no_room(disk, left=1_000_000), pytest.raises(StoreFault, match="plein"):
            daily.back_up(store, "mission")
        assert list(first.parent.iterdir()) == [first]
        assert daily.last_good(store.path)
        deposit(store, "B")


def test_what_can_be_restored_is_listed_and_never_the_store_itself(store: Store) -> None:
    deposit(store, "A")
    save(store, "mission", "backup_folder", str(store.path.parent))
    made = daily.back_up(store, "mission")
    shutil.copy(made, store.path.with_name("copie du 5 juin.duckdb"))
    kept = restore_open(made, store, "mission", store.state())
    listed = folder.backups(store.path.parent, store.path)
    assert {(backup.path, backup.kind) for backup in listed} == {
        (made, "ours"), (kept, "former"), (store.path.with_name("copie du 5 juin.duckdb"), "other")
    }  # fmt: skip
    with pytest.raises(StoreFault, match="est la base elle-même"):
        restore_open(store.path, store, "mission", store.state())


def test_the_old_lines_of_the_trail_go_after_the_time_of_the_setting_and_forecasts_keep_their_age(store: Store) -> None:
    for name in "ABC":
        store.note("agent", "refused", {})  # a line that changes no data, and counts for nothing here
        deposit(store, name)
    with store.write("test", "forecast", {}) as cursor:
        cursor.execute("UPDATE audit_log SET done_at = done_at - INTERVAL 14 MONTH WHERE audit_id <= 4")
        cursor.execute(RUN)
    now = datetime.now(UTC)
    assert daily.forget_old_lines(store, now) == 0  # kept without a limit, until somebody sets one
    save(store, "mission", "trail_months", 12)
    assert daily.forget_old_lines(store, now) == 4
    assert [action for *_, action in trail(store)] == ["refused", "deposit", "forecast", "setting", "trail"]
    assert sites(store) == ["A", "B", "C"]
    run = latest_run(store)
    assert run and not run.outdated
    deposit(store, "D")
    run = latest_run(store)
    assert run and run.outdated


# ---------------------------------------------------------------- killed
def _restore_while_open(path: Path, backup: Path) -> None:
    store = Store(path)
    restore_open(backup, store, "agent", store.state())
    os._exit(0)


def _migrate(path: Path, _: Path) -> None:
    Store(path)
    os._exit(0)


def _erase(path: Path, _: Path) -> None:
    start_empty(Store(path), "agent")
    os._exit(0)


def _save(path: Path, _: Path) -> None:
    daily.run_when_due(Store(path))
    os._exit(0)


def _killed(work: Callable[[Path, Path], None], source: Path, backup: Path, folder_: Path) -> Iterator[Path]:
    """Run some work on copies of a store, once to know how long it takes, and yield each copy after a kill."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["data.backup.daily", "data.backup.restore", "data.demo"])
    whole, chance = 0.0, random.Random(2026)
    for turn in range(-2, KILLS):  # the first one waits for the libraries, the second one is timed
        path = folder_ / f"turn{turn}" / "base.duckdb"
        path.parent.mkdir()
        shutil.copy(source, path)
        process = context.Process(target=work, args=(path, backup))
        started = time.monotonic()
        process.start()
        if turn < 0:
            process.join()
            assert process.exitcode == 0
            whole = time.monotonic() - started
        else:
            time.sleep(whole * chance.uniform(0.2, 1.1))
            process.kill()
            process.join()
        yield path


def test_a_restore_killed_while_the_store_is_open_leaves_the_old_one_or_the_new_one(
    blank: Path, tmp_path: Path
) -> None:
    with opened(_copied(blank, tmp_path / "base.duckdb")) as store:
        deposit(store, "A")
        back_up(store, tmp_path / "backup.duckdb")
        deposit(store, "B")
    for path in _killed(_restore_while_open, store.path, tmp_path / "backup.duckdb", tmp_path):
        with opened(path) as left:
            assert (sites(left), left.warning) in [(["A"], None), (["A", "B"], None)]
            deposit(left, "C")


def test_a_migration_killed_is_done_again_by_the_next_opening(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = an_older_store(tmp_path / "old.duckdb", monkeypatch)
    for path in _killed(_migrate, old, old, tmp_path):
        with opened(path) as left:
            assert left.read("SELECT email FROM users")["email"].tolist() == ["old@ville.fr"]
            assert left.warning is None
            deposit(left, "A")


def test_an_erase_of_the_demonstration_killed_leaves_all_of_it_or_nothing(blank: Path, tmp_path: Path) -> None:
    with opened(_copied(blank, tmp_path / "demo.duckdb")) as store:
        load_demo(store, NOON.date())
        services = store.read("SELECT count(*) AS n FROM log_rows")["n"].item()
    for path in _killed(_erase, store.path, store.path, tmp_path):
        with opened(path) as left:
            demo = bool(left.read("SELECT demo FROM store_state")["demo"].item())
            assert left.read("SELECT count(*) AS n FROM log_rows")["n"].item() == (services if demo else 0)
            assert bool(left.read("SELECT count(*) AS n FROM deposits")["n"].item()) == demo


def test_a_backup_killed_leaves_the_store_whole_and_no_half_file_among_the_backups(blank: Path, tmp_path: Path) -> None:
    with opened(_copied(blank, tmp_path / "base.duckdb")) as store:
        deposit(store, "A")
    for path in _killed(_save, store.path, store.path, tmp_path):
        with opened(path) as left:
            assert (sites(left), left.warning) == (["A"], None)
            for number, backup in enumerate(folder.backups(daily.folder_of(left), path)):
                with opened(_copied(backup.path, path.with_name(f"copy{number}.duckdb"))) as copy:
                    assert sites(copy) == ["A"]
            daily.run_when_due(left)
            assert not list(daily.folder_of(left).glob("*.part"))
