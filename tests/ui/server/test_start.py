"""The application starts where it is safe, and says in French why it does not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT


def started(path: Path, *options: str) -> tuple[int, str]:
    """Start the application, which must refuse; return its exit code and what it said."""
    env = {**os.environ, "ANTIGASPI_DB": str(path)}
    command = [sys.executable, "-m", "ui", *options]
    done = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True, timeout=60)
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--server.address", "0.0.0.0"), "s’ouvre à d’autres machines"),
        (("--server.port", "80x"), "n’admet pas la valeur"),
        (("--server.port", "99999"), "n’est pas un nombre de 1 à 65535"),
        (("--server.porte", "8502"), "n’existe pas"),
        (("8502",), "n’existe pas"),
        (("--server.headless", "--server.port", "8502"), "n’admet pas la valeur"),
        (("--server.baseUrlPath", "antigaspi"), "n’existe pas"),
    ],
)
def test_an_option_that_cannot_be_is_refused(tmp_path: Path, options: tuple[str, ...], reason: str) -> None:
    code, message = started(tmp_path / "store.duckdb", *options)
    assert (code, message.count("\n")) == (1, 1)
    assert reason in message


def test_a_port_that_is_taken_is_named_with_another_one_to_try(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, message = started(tmp_path / "store.duckdb", "--server.port", str(port))
    assert code == 1
    assert f"PORT={port + 1}" in message


def test_a_store_that_cannot_be_opened_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "store.duckdb").write_text("this is no store")
    code, message = started(tmp_path / "store.duckdb", "--server.port", "8597")
    assert code == 1
    assert "n’est pas une base d’Antigaspi" in message
    assert "Traceback" not in message
