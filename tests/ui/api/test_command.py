"""The command line answers the same whether the application runs or not."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import antigaspi
from data.cli import running
from data.store import Store
from data.store_file import DOOR, work_folder
from tests.browser.conftest import serve

LOG = b"site_nom;site_type;date;prevision;reel;restes_assiette_kg\nA;M;01/09/2016;10;9;1,5\nC;M;hier;1;1;\n"
MAPPING = b"site_nom;site_type;cantine_nom\nA;M;Cantine A\n"
DOUBT = b"site_nom;site_type;date;service;reel\nA;M;02/09/2016;1;60\nA;M;02/09/2016;2;60\n"
# Every command that needs the store, with what it answers when it goes well and when it does not.
COMMANDS = [
    "deposits",
    "deposits --json",
    "export all --to {folder}/rien",
    "refresh",
    "backtest --from 2016-01-01 --to 2016-12-31 --out {folder}/juge.csv",
    "backtest --from 2016-01-01 --to 2016-12-31 --out {folder}/absent/juge.csv",
    "empty",
    "demo",
    "empty",
    "import {folder}/mapping.csv {folder}/journal.csv",
    "import {folder}/journal.csv",
    "import {folder}/journal.csv --json --dry-run",
    "import {folder}/photo.csv {folder}/absent.csv {folder}/./mapping.csv",
    "import {folder}/photo.csv --json",
    "import {folder}/doute.csv",
    "import {folder}/doute.csv --add-up service",
    "deposits",
    "undo 2",
    "undo 2",
    "undo 99",
    "redo 2",
    "deposits --json",
    "export all --to {folder}/tout",
    "export all --to {folder}/ouvert/encore --format open",
    "export log --to {folder}/journal.csv",
    "export menus --to {folder}/tout",
    "export workshops --to {folder}/tout --format open",
    "export ma-cantine --cantine cantine_a --from 01/09/2016 --to 30/09/2016",
    "export ma-cantine --cantine Cantine\u00a0A --from 01/09/2016 --to 30/09/2016 --file {folder}/declaration.csv",
    "export ma-cantine --cantine Cantine\u00a0A --from 01/09/2016 --to 30/09/2016 --file {folder}/absent/d.csv",
    "user agent@ville.fr mission",
    "user agent mission",
    "user ana@ville.fr cantine --canteen Inconnue",
    "user ana@ville.fr cantine",
    "user agent@ville.fr comite --disable",
    "demo",
    "demo --if-new",
    "backup {folder}/copie.duckdb",
    "backup {folder}/copie.duckdb",
    "backup {folder}/journal.csv/copie.duckdb",
    "restore {folder}/journal.csv",
    "restore {folder}/absent.duckdb",
    "restore {folder}/store.duckdb",
    "undo 3",
    "restore {folder}/copie.duckdb",
    "deposits",
    "import",
    "undo premier",
]
ASIDE = re.compile(r"avant-restauration-[\d-]+")
WHEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def folder_with_files(path: Path, blank: Path) -> Path:
    path.mkdir()
    shutil.copy(blank, path / "store.duckdb")
    for name, content in (("mapping", MAPPING), ("journal", LOG), ("doute", DOUBT), ("photo", b"\x89PNG\r\n")):
        (path / f"{name}.csv").write_bytes(content)
    return path


@pytest.fixture(scope="module")
def served(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    folder = folder_with_files(tmp_path_factory.mktemp("running") / "files", blank)
    with serve(folder / "store.duckdb", ANTIGASPI_AUTO_REFRESH="0") as address:
        yield folder, address


def answers(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[tuple[str, ...]]:
    """Return the exit code and the outputs of every command, without what depends on the folder and the hour."""
    monkeypatch.setenv("ANTIGASPI_DB", str(folder / "store.duckdb"))
    table = []
    for command in COMMANDS:
        try:
            code = antigaspi.main([word.replace("\u00a0", " ") for word in command.format(folder=folder).split(" ")])
        except SystemExit as stop:
            code = int(stop.code or 0)
        texts = [WHEN.sub("…", ASIDE.sub("…", text.replace(str(folder), "…"))) for text in capsys.readouterr()]
        table.append((command, str(code), *texts))
    return table


def files_of(folder: Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file() and ".duckdb" not in path.name]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths if "store.work" not in path.parts}


def test_every_command_answers_the_same_with_the_application_running_and_stopped(
    served: tuple[Path, str],
    blank: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stopped = folder_with_files(tmp_path / "files", blank)
    expected = answers(stopped, monkeypatch, capsys)
    on_screen = answers(served[0], monkeypatch, capsys)
    for one, other in zip(on_screen, expected, strict=True):
        assert one == other
    assert {code for _, code, *_ in expected} == {"0", "1", "2"}
    assert files_of(served[0]).keys() - {"server.log"} == files_of(stopped).keys()
    both = [Store(folder / "copie.duckdb") for folder in (stopped, served[0])]
    # Whoever could not write an export where it was asked for has had it all the same; the application saves itself.
    mine = "action <> 'export' AND actor <> 'application'"
    trail = f"SELECT actor, action, detail::VARCHAR AS d FROM audit_log WHERE {mine} ORDER BY audit_id"
    tables = [store.read(trail) for store in both]
    for store in both:
        store.close()
    assert tables[0].to_csv() == tables[1].to_csv()


def asked(address: str, key: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    message = running.packed({"arguments": ["deposits"], "actor": "x", "files": []}, [])
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("POST", running.PATH, message, {"authorization": f"Bearer {key}", **named})
    return connection.getresponse().status


def test_only_who_can_read_the_file_of_the_owner_and_sits_here_gives_commands(served: tuple[Path, str]) -> None:
    folder, address = served
    door = work_folder(folder / "store.duckdb") / DOOR
    assert stat.S_IMODE(door.stat().st_mode) == 0o600
    key = json.loads(door.read_text())["key"]
    assert asked(address, key) == 200
    assert asked(address, key[:-1]) == 404
    assert asked(address, "") == 404
    assert asked(address, key, X_Forwarded_For="10.0.0.1") == 404
    for path, method in (("/api/v1/deposits", "GET"), (running.PATH, "GET")):  # the key opens nothing else
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        connection.request(method, path, headers={"authorization": f"Bearer {key}"})
        assert connection.getresponse().status in (401, 405)


@pytest.mark.parametrize("arguments", [["check"], ["backtest"], ["run"], [], ["deposits", "--inconnue"]])
def test_the_application_runs_no_other_command(served: tuple[Path, str], arguments: list[str]) -> None:
    known = running.running_application((served[0] / "store.duckdb").resolve())
    assert known is not None
    assert known.run(arguments, {}) in (None, 2)


def test_a_file_left_by_an_application_that_was_killed_misleads_nobody(
    blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = folder_with_files(tmp_path / "files", blank)
    path = folder / "store.duckdb"
    monkeypatch.setenv("ANTIGASPI_DB", str(path))
    Store(path).close()
    running.announce(path, "127.0.0.1", 1)  # nobody listens there
    assert antigaspi.main(["deposits"]) == 0
    (work_folder(path) / DOOR).write_text("[1")
    assert antigaspi.main(["deposits"]) == 0
    assert capsys.readouterr().err == ""
