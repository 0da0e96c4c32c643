"""The address of a page, as the first request to an application just started, for each role: its page, or nothing."""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from google.protobuf.text_format import MessageToString
from itsdangerous import URLSafeTimedSerializer
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.util import calc_hash
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME
from websockets.sync.client import ClientConnection, connect

from data.access.accounts import save_account
from data.access.rights import ROLES
from data.deposit.apply import apply
from data.store import Store
from tests.access.table import PAGES, allowed
from tests.browser.conftest import free_port
from tests.conftest import PROJECT
from tests.pages.conftest import add_forecasts
from tests.ui.api.conftest import EVENTS, MAPPING, OTHER, OWN, log
from ui import navigation, session_cookie

SECRET = "only for this test, and long enough to sign"
SECRETS = f"""
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{SECRET}"
client_id = "antigaspi"
client_secret = "secret"
server_metadata_url = "http://localhost:1/.well-known/openid-configuration"
"""
TITLES = {Path(page.file).stem: page.title for page in navigation.PAGES}
NOWHERE = "nulle_part"
# What differs between two answers that tell the same: numbers of sessions, of runs and of elements.
MADE_ANEW = re.compile(r"[0-9a-f]{32,}|[0-9a-f]{8}-[0-9a-f-]{27}")


@pytest.fixture(scope="module")
def folder(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the settings of the sign-in, and a closed store of two canteens and of an account a role."""
    folder = tmp_path_factory.mktemp("cold")
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(SECRETS, encoding="utf-8")
    store = Store(Path(shutil.copy(blank, folder / "city.duckdb")))
    for name, content in (("mapping", MAPPING), ("log", log(OWN, OTHER)), ("events", EVENTS.encode())):
        apply(store, f"{name}.csv", content, "max")
    add_forecasts(store)
    for role in ROLES:
        save_account(store, "max", f"{role}@ville.fr", role, active=True, canteens=["Alpha"])
    store.close()
    return folder


@pytest.fixture(scope="module")
def nursery(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the process of which each server is born."""
    command = [sys.executable, "-m", "tests.access.newborn"]
    env = {**os.environ, "PYTHONPATH": str(PROJECT), "ANTIGASPI_AUTO_REFRESH": "0"}
    with (folder / "log").open("wb") as told:
        process = subprocess.Popen(
            command, cwd=folder, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=told
        )
    yield process
    assert process.stdin
    process.stdin.close()
    process.wait(timeout=20)


@pytest.fixture(scope="module")
def nothing() -> dict[str, list[str]]:
    """Return where each role’s answers at an address that does not exist are kept."""
    return {}


@contextmanager
def newborn(nursery: subprocess.Popen[str], folder: Path, page: str) -> Iterator[int]:
    """Run a server that nobody has asked anything yet; give its port."""
    assert nursery.stdin and nursery.stdout
    (folder / page).mkdir()
    store, port = shutil.copy(folder / "city.duckdb", folder / page / "store.duckdb"), free_port()
    nursery.stdin.write(f"{port} {store}\n")
    nursery.stdin.flush()
    number = int(nursery.stdout.readline())
    try:
        listens(port)
        yield port
    finally:
        os.kill(number, signal.SIGTERM)


def listens(port: int) -> None:
    """Wait until somebody listens, without asking anything."""
    for _ in range(1000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    pytest.fail("the application did not start")


def cookies(port: int, role: str) -> str:
    """Return the cookies that Streamlit and the application set once the provider has said who comes in."""
    email = f"{role}@ville.fr"
    claims = {"origin": f"http://localhost:{port}", "is_logged_in": True, "email": email, "email_verified": True}
    signed = URLSafeTimedSerializer(SECRET, salt=USER_COOKIE_NAME).dumps(json.dumps(claims | {"iat": time.time()}))
    own = URLSafeTimedSerializer(SECRET, salt=session_cookie.NAME).dumps({"email": email, "generation": 0})
    return f"{USER_COOKIE_NAME}={signed}; {session_cookie.NAME}={own}"


def asked_for(port: int, path: str, cookie: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("localhost", port, timeout=30)
    connection.request("GET", f"/{path}", headers={"Cookie": cookie})
    return connection.getresponse()


@contextmanager
def opened(port: int, path: str, cookie: str) -> Iterator[ClientConnection]:
    """Open an address as a browser does: its HTML page, then the cookie that goes with its messages, then these."""
    page = asked_for(port, path, cookie)
    assert (page.status, "Antigaspi a besoin de JavaScript" in page.read().decode()) == (200, True)
    guard = (asked_for(port, "_stcore/health", cookie).getheader("set-cookie") or "").split(";")[0]
    with connect(
        f"ws://localhost:{port}/_stcore/stream",
        origin=f"http://localhost:{port}",  # type: ignore[arg-type]
        additional_headers={"Cookie": f"{cookie}; {guard}"},
        subprotocols=["streamlit", guard.partition("=")[2]],  # type: ignore[list-item]
        max_size=None,
        open_timeout=20,
    ) as connection:
        yield connection


def answer_to(connection: ClientConnection, port: int, path: str, **asked: str) -> str:
    """Return all that the application answers to a browser at this address, without what is made anew each time."""
    message = BackMsg()
    message.rerun_script.context_info.url = f"http://localhost:{port}/{path}"
    for name, value in (asked or {"page_name": path}).items():
        setattr(message.rerun_script, name, value)
    connection.send(message.SerializeToString())
    answer = ""
    for _ in range(5000):
        forward = ForwardMsg()
        forward.ParseFromString(connection.recv(timeout=30))  # type: ignore[arg-type]
        answer += MessageToString(forward, as_utf8=True)
        if forward.HasField("script_finished") and forward.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            named = re.compile(f"{path}|{path.replace('_', ' ')}")  # Streamlit makes a title of an address
            return named.sub("ADDRESS", MADE_ANEW.sub("#", answer))
    raise AssertionError("the page does not end")


def test_each_page_has_its_line_in_the_table() -> None:
    assert set(PAGES) == set(TITLES)


@pytest.mark.parametrize("path", PAGES)
def test_the_address_of_a_page_opens_it_to_its_roles_and_tells_the_others_nothing(
    nursery: subprocess.Popen[str], folder: Path, path: str, nothing: dict[str, list[str]]
) -> None:
    first = list(PAGES).index(path) % len(ROLES)
    with newborn(nursery, folder, path) as port:
        for role in (*ROLES[first:], *ROLES[:first]):  # each role is the first visitor of some pages
            cookie = cookies(port, role)
            if role in allowed(PAGES[path]):
                with opened(port, path, cookie) as connection:
                    assert heading(TITLES[path]) in answer_to(connection, port, path)
            else:
                told = whatever_is_told(port, path, cookie)
                assert all(heading("Page introuvable") in answer for answer in told)
                nothing[role] = nothing.get(role) or whatever_is_told(port, NOWHERE, cookie)
                assert told == nothing[role], f"{role} learns that there is a page {path}"


def heading(title: str) -> str:
    return f'tag: "h1"\n      body: "{title}"'


def whatever_is_told(port: int, path: str, cookie: str) -> list[str]:
    """Return the answers to somebody who asks for a page by its address, then by the number that Streamlit gives it."""
    with opened(port, path, cookie) as connection:
        return [
            answer_to(connection, port, path),
            answer_to(connection, port, path, page_script_hash=calc_hash(path)),
        ]
