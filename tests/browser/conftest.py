"""A real server on its own store, and a real Chromium that must not see one error in its console."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.steps import opened
from tests.conftest import PROJECT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
LAUNCH = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the application on a new store with demo data, as `make run` does; return its address."""
    path = tmp_path_factory.mktemp("server") / "store.duckdb"
    env = {**os.environ, "ANTIGASPI_DB": str(path)}
    subprocess.run([sys.executable, "-m", "data", "demo", "--if-new"], cwd=PROJECT, env=env, check=True)
    with serve(path) as address:
        yield address


@contextmanager
def serve(path: Path, **settings: str) -> Iterator[str]:
    """Run the application on a store, with these environment variables; give its address."""
    env = {**os.environ, "ANTIGASPI_DB": str(path), **settings}
    port = free_port()
    command = [sys.executable, "-m", "ui", "--server.port", str(port)]
    with path.with_name("server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--server.headless", "true"], cwd=PROJECT, env=env, stdout=log, stderr=subprocess.STDOUT
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_up(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_up(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the application did not start")


@pytest.fixture
def page(server: str) -> Iterator[Page]:
    """Open the application in Chromium; at the end, the console and the network must be clean."""
    assert CHROMIUM, "no Chromium on this machine: run `make test`, which installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        one = browser.new_page(viewport={"width": 1280, "height": 900}, locale="fr-FR")
        errors: list[str] = []
        one.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        one.on("pageerror", lambda error: errors.append(str(error)))
        outside: list[str] = []
        one.on("request", lambda request: None if _local(request.url, server) else outside.append(request.url))
        one.goto(server)
        opened(one)
        expect(one.get_by_test_id("stMainMenu")).to_have_count(0)  # it speaks English
        yield one
        browser.close()
    assert not outside, f"requests to the outside: {outside}"
    assert not errors, f"errors in the console: {errors}"


def _local(url: str, server: str) -> bool:
    return url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))
