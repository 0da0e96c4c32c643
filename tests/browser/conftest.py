"""A real server on its own store, and a real Chromium that must not see one error in its console."""

from __future__ import annotations

import os
import re
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
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.steps import opened
from tests.conftest import PROJECT

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# The popup of the address bar, which nobody sees, is a page of its own in each window: a second of processor.
# The others are Playwright's, whose list this one replaces.
FEATURES = (
    "WebUIOmniboxPopup,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,LensOverlay,"
    "MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,"
    "ThirdPartyStoragePartitioning"
)
LAUNCH = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    f"--disable-features={FEATURES}",
]  # fmt: skip

LOGS: dict[str, Path] = {}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def server(demo_of_today: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start the application on a new store with demo data, as `make run` does; return its address."""
    with serve(Path(shutil.copy(demo_of_today, tmp_path_factory.mktemp("server") / "store.duckdb"))) as address:
        yield address


@contextmanager
def serve(path: Path, python: str = sys.executable, folder: Path = PROJECT, **settings: str) -> Iterator[str]:
    """Run the application on a store, with these environment variables; give its address."""
    env = {**os.environ, "ANTIGASPI_DB": str(path), **settings}
    port = free_port()
    command = [python, "-m", "ui", "--server.port", str(port), "--server.headless", "true"]
    log = path.with_name("server.log")
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=output, stderr=subprocess.STDOUT)
    address = f"http://localhost:{port}"
    LOGS[address] = log
    try:
        _wait_until_up(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def one_time_address(address: str) -> str:
    """Return the last address that the server wrote for one browser to come in."""
    return re.findall(r"http://\S+\?jeton=\S+", LOGS[address].read_text(encoding="utf-8"))[-1]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start one Chromium for the tests of a file; each has a context of its own, as a new browser would."""
    assert CHROMIUM, "no Chromium on this machine: run `make test`, which installs it"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=LAUNCH)
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser, server: str) -> Iterator[Page]:
    """Return a page that came in by the server's one-time address, on its home."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR") as context:
        page = context.new_page()
        page.goto(one_time_address(server))
        opened(page)
        yield page


def _wait_until_up(address: str) -> None:
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the application did not start")


@pytest.fixture
def page(browser: Browser, server: str) -> Iterator[Page]:
    """Open the application in Chromium; at the end, the console and the network must be clean."""
    with browser.new_context(viewport={"width": 1280, "height": 900}, locale="fr-FR") as context:
        one = context.new_page()
        errors = errors_of(one)
        outside: list[str] = []
        one.on("request", lambda request: None if _local(request.url, server) else outside.append(request.url))
        one.goto(one_time_address(server))
        opened(one)
        expect(one.get_by_test_id("stMainMenu")).to_have_count(0)  # it speaks English
        yield one
    assert not outside, f"requests to the outside: {outside}"
    assert not errors, f"errors in the console: {errors}"


def errors_of(page: Page) -> list[str]:
    """Return the list where the errors of a page's console will be."""
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def _local(url: str, server: str) -> bool:
    return url.startswith((server, server.replace("http", "ws"), "data:", "blob:"))
