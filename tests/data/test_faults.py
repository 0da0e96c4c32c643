"""Whatever is wrong with the store, every command says so in French, and does nothing by halves."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.__main__ import main as data_command
from data.backup.copy import back_up
from data.store import Store, StoreDamaged, StoreFault, StoreTooRecent
from models.__main__ import main as models_command
from tests.conftest import PROJECT
from tests.data.broken_stores import DAMAGED, JOURNALS, REFUSED, left_open, move_copy, no_room, small_disk, wal
from ui import session

LOG = "site_nom;site_type;date;prevision;reel\n" + "".join(f"S{n};M;01/09/2016;10;9\n" for n in range(50))
DAYS = ["--from", "2017-01-09", "--to", "2017-01-13"]
CAMPAIGN = ["export", "ma-cantine", "--cantine", "A", "--from", "01/09/2016", "--to", "30/09/2016"]


@pytest.fixture(scope="module")
def left(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return left_open(blank, tmp_path_factory.mktemp("left"))


@pytest.fixture(scope="module")
def closed(left: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = move_copy(left, tmp_path_factory.mktemp("closed") / "closed.duckdb")
    Store(path).close()
    return path


def _commands(folder: Path) -> list[tuple[str, list[str]]]:
    log = folder / "journal.csv"
    log.write_text(LOG, encoding="utf-8")
    out = str(folder / "out")
    data = [
        ["import", str(log), "--json"],
        ["deposits"],
        ["undo", "1"],
        ["redo", "1"],
        ["export", "all", "--to", out],
        CAMPAIGN,
        ["demo"],
        ["demo", "--if-new"],
        ["empty"],
        ["backup", str(folder / "backup.duckdb")],
        ["user", "b@ville.fr", "mission"],
    ]
    models = [["refresh", "--json"], ["backtest", *DAYS, "--out", str(folder / "judged.csv")]]
    return [("data", arguments) for arguments in data] + [("models", arguments) for arguments in models]


def _files(folder: Path) -> dict[str, bytes | None]:
    """Return what is in a folder; a store's own folder, which may be made, is not looked into."""
    return {
        str(path): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
        if ".work" not in str(path) and path.name != "journal.csv"
    }


def _refused_everywhere(
    path: Path, folder: Path, words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTIGASPI_DB", str(path))
    commands = _commands(folder)
    before = _files(path.parent) | _files(folder)
    for module, arguments in commands:
        code = (data_command if module == "data" else models_command)(arguments)
        output = capsys.readouterr()
        assert (code, output.out) == (1, ""), arguments
        assert words in output.err
        _is_french(output.err)
    assert words in (session.cannot_open() or "")
    assert _files(path.parent) | _files(folder) == before


def _is_french(text: str) -> None:
    assert len(text.strip().splitlines()) == 1, text
    for english in ("Traceback", "Error", "error", "No space", "denied", "Could not", "not permitted", "'", " : "):
        assert english not in text


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_store_is_refused_in_french_by_every_command_and_left_as_it_is(
    closed: Path,
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "base").mkdir()
    path = move_copy(closed, tmp_path / "base" / "base.duckdb")
    DAMAGED[name](path)
    (tmp_path / "given").mkdir()
    _refused_everywhere(path, tmp_path / "given", str(path), capsys, monkeypatch)
    with pytest.raises(StoreTooRecent if name == "newer schema" else StoreDamaged):
        Store(path)


@pytest.mark.parametrize("name", JOURNALS)
def test_a_journal_that_cannot_be_read_is_told_with_what_to_do_and_going_on_tells_what_is_lost(
    left: Path,
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "base").mkdir()
    path = move_copy(left, tmp_path / "base" / "base.duckdb")
    JOURNALS[name](path)
    (tmp_path / "given").mkdir()
    _refused_everywhere(path, tmp_path / "given", f"{path}.wal", capsys, monkeypatch)
    wal(path).rename(tmp_path / "moved.wal")  # what the sentence asks for
    store = Store(path)
    lost = store.warning or ""
    store.close()
    spoilt = name.startswith("journal spoilt")
    assert ("3 actions confirmées" in lost) == spoilt
    assert ("Déposez à nouveau «\u00a0journal0.csv\u00a0», " in lost) == spoilt


@pytest.mark.parametrize("name", REFUSED)
def test_a_store_the_machine_refuses_is_told_in_french_by_every_command(
    closed: Path,
    tmp_path: Path,
    name: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "given").mkdir()
    good = move_copy(closed, tmp_path / "base" / "base.duckdb")
    make, words = REFUSED[name]
    with make(good) as path:
        _refused_everywhere(path, tmp_path / "given", words, capsys, monkeypatch)
        shutil.copy(closed, tmp_path / "given" / "other.duckdb")
        assert data_command(["restore", str(tmp_path / "given" / "other.duckdb")]) == 1
        output = capsys.readouterr().err
        assert words in output
        _is_french(output)
    store = Store(good)
    assert store.version() == 3
    store.close()


def test_another_account_without_rights_is_told_in_french(closed: Path, tmp_path: Path) -> None:
    if os.getuid():
        pytest.skip("only root can become another account")
    path = move_copy(closed, tmp_path / "base.duckdb")
    script = f"import os, sys; sys.path.insert(0, {str(PROJECT)!r}); from data.cli import main; "
    script += "os.setuid(65534); sys.exit(main(['deposits']))"
    environment = os.environ | {"ANTIGASPI_DB": str(path)}
    for mode in (0o755, 0o700):
        tmp_path.chmod(mode)
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=False
        )
        assert (done.returncode, done.stdout) == (1, "")
        assert "lecture seule" in done.stderr
        _is_french(done.stderr)
    tmp_path.chmod(0o755)


# ---------------------------------------------------------------- a disk without room
@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk") as folder:
        yield folder


def test_a_full_disk_is_told_by_every_command_that_writes_and_loses_nothing(
    closed: Path, disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = move_copy(closed, disk / "base.duckdb")
    monkeypatch.setenv("ANTIGASPI_DB", str(path))
    backup = Path(shutil.copy(closed, tmp_path / "backup.duckdb"))
    log = tmp_path / "journal.csv"
    log.write_text(LOG, encoding="utf-8")
    assert data_command(["import", str(log)]) == 0
    capsys.readouterr()
    full = [
        ["import", str(log.rename(tmp_path / "again.csv"))],
        ["undo", "1"],
        ["user", "b@ville.fr", "mission"],
        ["backup", str(disk / "copy.duckdb")],
        ["export", "log", "--to", str(disk)],
        ["restore", str(backup)],
    ]
    (tmp_path / "again.csv").write_text(LOG.replace("10;9", "12;11"), encoding="utf-8")
    with no_room(disk):
        for arguments in full:
            assert data_command(arguments) == 1, arguments
            output = capsys.readouterr()
            assert "est plein" in output.err, output
            _is_french(output.err)
            assert output.out == ""
    assert {file.name for file in disk.iterdir()} <= {"base.duckdb", "base.duckdb.wal", "base.work"}
    store = Store(path)
    assert (store.version(), store.warning) == (4, None)
    store.close()
    assert [data_command(arguments) for arguments in full] == [0] * len(full)


def test_a_new_store_on_a_full_disk_leaves_nothing_in_the_way(disk: Path) -> None:
    with no_room(disk), pytest.raises(StoreFault, match="est plein"):
        Store(disk / "new.duckdb")
    Store(disk / "new.duckdb").close()


def _write(store: Store, number: int) -> None:
    with store.write("agent", "essai", {"number": number}) as cursor:
        cursor.execute(
            "INSERT INTO deposit_files VALUES ($number, $content)", {"number": number, "content": os.urandom(10**6)}
        )


def _checkpoint(store: Store) -> None:
    """Make a checkpoint; when the disk is full it fails, and the connection with it."""
    with store.scratch() as cursor:
        cursor.execute("CHECKPOINT")


def _numbers(store: Store) -> list[int]:
    return store.read("SELECT deposit_id AS n FROM deposit_files ORDER BY n")["n"].tolist()


def test_a_store_serves_again_once_there_is_room_without_a_restart(closed: Path, disk: Path, tmp_path: Path) -> None:
    store = Store(move_copy(closed, disk / "base.duckdb"))
    _write(store, 1)
    with no_room(disk, left=500_000):
        with pytest.raises(StoreFault, match="est plein"):
            _write(store, 2)
        with pytest.raises(StoreFault, match="est plein"):
            _checkpoint(store)
        assert _numbers(store) == [1]
        with pytest.raises(StoreFault, match="est plein"):
            back_up(store, disk / "copy.duckdb")
        back_up(store, tmp_path / "elsewhere.duckdb")  # what is on a full disk can be saved on another one
        with store.scratch() as cursor:
            assert cursor.execute("SELECT count(*) FROM users").fetchall() == [(3,)]
    assert not list(disk.glob("copy*"))
    _write(store, 3)
    back_up(store, tmp_path / "copy.duckdb")
    assert _numbers(store) == [1, 3]
    assert store.version() == 5
    store.close()


def test_a_question_under_way_when_the_disk_fills_blocks_nobody_and_the_next_one_is_answered(
    closed: Path, disk: Path
) -> None:
    store = Store(move_copy(closed, disk / "base.duckdb"))
    _write(store, 1)
    with store.scratch() as cursor:
        cursor.execute("CREATE TEMP TABLE kept AS SELECT 1")
        with no_room(disk, left=500_000), pytest.raises(StoreFault, match="est plein"):
            _checkpoint(store)
        with pytest.raises(StoreFault, match="est plein"):
            _numbers(store)
    assert _numbers(store) == [1]
    store.close()


def test_a_write_whose_checkpoint_has_no_room_is_confirmed_and_kept(closed: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=30) as disk:
        store = Store(move_copy(closed, disk / "base.duckdb"))
        with no_room(disk, left=20_000_000):
            for number in range(17):  # the last one fills the journal up to what DuckDB puts into the file
                _write(store, number)
            assert store.version() == 3 + 17
            assert _numbers(store) == list(range(17))
        _write(store, 17)
        assert (_numbers(store), store.version()) == (list(range(18)), 3 + 18)
        store.close()


# ---------------------------------------------------------------- writes lost without a word
SILENT = {"no header": (0, b"x"), "another beginning": (5, b"\xff\xff"), "zeros": (0, bytes(3000))}


@pytest.mark.parametrize("name", SILENT)
def test_writes_that_a_damaged_journal_lost_are_named_once_and_the_journal_is_kept(
    left: Path, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = move_copy(left, tmp_path / "base.duckdb")
    place, spoilt = SILENT[name]
    content = bytearray(wal(path).read_bytes())
    content[place : place + len(spoilt)] = spoilt
    wal(path).write_bytes(content)
    store = Store(path)
    assert store.version() == 0
    assert "3 actions confirmées" in (store.warning or "")
    assert caplog.messages == [store.warning]
    with store.write("agent", "essai", {}):
        pass
    store.close()
    assert [file.read_bytes() for file in tmp_path.glob("base.duckdb.wal.*")] == [bytes(content)]
    again = Store(path)
    assert (again.version(), again.warning) == (1, None)
    again.close()


def test_the_part_of_a_cut_journal_that_is_lost_is_told(left: Path, tmp_path: Path) -> None:
    path = move_copy(left, tmp_path / "base.duckdb")
    os.truncate(wal(path), wal(path).stat().st_size - 1)
    store = Store(path)
    assert store.version() == 2
    assert "une action confirmée" in (store.warning or "")
    assert "«\u00a0journal2.csv\u00a0»" in (store.warning or "")
    store.close()


def test_a_killed_application_and_a_backup_put_back_by_hand_give_no_alarm(left: Path, tmp_path: Path) -> None:
    path = move_copy(left, tmp_path / "base.duckdb")
    store = Store(path)
    assert (store.version(), store.warning) == (3, None)
    back_up(store, tmp_path / "backup.duckdb")
    for number in range(2):
        _write(store, number)
    shutil.copytree(store.work_folder, tmp_path / "kept")  # closing forgets nothing that a kill would have left
    store.close()
    wal(path).unlink(missing_ok=True)
    shutil.copy(tmp_path / "backup.duckdb", path)
    shutil.rmtree(path.with_suffix(".work"))
    (tmp_path / "kept").rename(path.with_suffix(".work"))
    restored = Store(path)
    assert (restored.version(), restored.warning) == (3, None)
    restored.close()


# ---------------------------------------------------------------- the lock
def test_a_backup_leaves_the_store_closed_to_other_programs(closed: Path, tmp_path: Path) -> None:
    store = Store(move_copy(closed, tmp_path / "base.duckdb"))
    back_up(store, tmp_path / "backup.duckdb")
    script = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    taken = subprocess.run([sys.executable, "-S", "-c", script, str(store.path)], capture_output=True, check=False)
    assert taken.returncode == 1
    store.close()


@pytest.mark.parametrize("beside", ["", ".wal"])
def test_a_backup_never_goes_over_a_file_nor_beside_a_journal(closed: Path, tmp_path: Path, beside: str) -> None:
    store = Store(move_copy(closed, tmp_path / "base.duckdb"))
    taken = tmp_path / f"backup.duckdb{beside}"
    taken.write_bytes(b"precious")
    with pytest.raises(StoreFault, match="existe déjà"):
        back_up(store, tmp_path / "backup.duckdb")
    assert taken.read_bytes() == b"precious"
    store.close()
