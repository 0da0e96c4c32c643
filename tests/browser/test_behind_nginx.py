"""Behind nginx as `deploy/` sets it up: TLS, sign-in, compressed pages, and what stays closed."""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, BrowserContext, Cookie, expect, sync_playwright
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from data.access.accounts import save_account
from data.access.tokens import create_token
from data.cli.running import PATH, running_application
from data.demo import load_demo
from data.store import Store
from tests.browser.conftest import CHROMIUM, LAUNCH, errors_of, free_port, serve
from tests.browser.steps import VERY_SLOW
from tests.browser.test_sign_in import ROOMS, SECRET, SECRETS
from tests.conftest import PROJECT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
MB = 10**6
MAIN = """
{user}
daemon off;
pid {folder}/nginx.pid;
worker_processes 1;
events {{}}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    include {folder}/antigaspi.conf;
}}
"""


@dataclass(frozen=True)
class Front:
    """An application behind nginx, a browser that trusts its certificate, the cookies of somebody of the mission."""

    port: int
    plain_port: int
    folder: Path
    browser: Browser
    cookies: list[Cookie]

    @property
    def address(self) -> str:
        return f"https://localhost:{self.port}"

    def ask(self, path: str, method: str = "GET", **headers: str) -> http.client.HTTPResponse:
        """Return the answer to one request, with the cookies of the person who signed in."""
        return asked(self.port, path, method, {"Cookie": self.cookie} | headers)

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in self.cookies)


def asked(port: int, path: str, method: str = "GET", headers: dict[str, str] | None = None) -> http.client.HTTPResponse:
    """Return the answer to one request over TLS, whatever the certificate."""
    connection = http.client.HTTPSConnection("localhost", port, context=ssl._create_unverified_context())
    connection.request(method, path, headers=headers or {})
    return connection.getresponse()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    port, plain_port = free_port(), free_port()
    key = certificate(folder)
    trusted = f"--ignore-certificate-errors-spki-list={key}"
    with (
        application(folder, f"https://localhost:{port}") as app_port,
        nginx(folder, port, plain_port, app_port),
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*LAUNCH, trusted])
        yield Front(port, plain_port, folder, browser, sign_in(browser, f"https://localhost:{port}"))
        browser.close()


def certificate(folder: Path) -> str:
    """Make a certificate for localhost; return the hash of its key, by which Chromium can be told to trust it."""
    made = ["-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-subj", "/CN=localhost"]
    kept = ["-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"]
    subprocess.run(["openssl", "req", *made, *kept], check=True, capture_output=True)
    public = subprocess.run(
        ["openssl", "pkey", "-in", folder / "privkey.pem", "-pubout", "-outform", "der"],
        check=True,
        capture_output=True,
    )
    return base64.b64encode(hashlib.sha256(public.stdout).digest()).decode()


@contextmanager
def application(folder: Path, public_address: str) -> Iterator[int]:
    """Run the application with sign-in and demonstration data; give its port."""
    for room in ROOMS:
        (shutil.copytree if (PROJECT / room).is_dir() else shutil.copy)(PROJECT / room, folder / room)
    users = [User(sub="max", claims={"email": "max@ville.fr", "email_verified": True})]
    with run_server_in_thread(user_claims=users) as provider:
        secrets = SECRETS.format(secret=SECRET, provider=f"http://127.0.0.1:{provider.server_port}")
        secrets = secrets.replace("http://localhost:{port}", public_address)
        (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
        store = Store(folder / "store.duckdb")
        load_demo(store)
        save_account(store, "test", "max@ville.fr", "mission", active=True)
        (folder / "token").write_text(create_token(store, "test", "Cuisine", "cuisine"), encoding="utf-8")
        store.close()
        with serve(store.path, sys.executable, folder, ANTIGASPI_AUTO_REFRESH="0") as address:
            yield int(address.rpartition(":")[2])


@contextmanager
def nginx(folder: Path, port: int, plain_port: int, app_port: int) -> Iterator[None]:
    """Run nginx with the example of `deploy/`, in which only names, ports and folders are changed."""
    assert NGINX, "no nginx on this machine: run `make test`, which installs it"
    example = (PROJECT / "deploy" / "nginx" / "antigaspi.conf").read_text(encoding="utf-8")
    changed = re.sub(r"^ *listen \[::\].*\n", "", example, flags=re.MULTILINE)
    for before, after in (
        ("listen 80;", f"listen 127.0.0.1:{plain_port};"),
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("127.0.0.1:8501", f"127.0.0.1:{app_port}"),
        ("https://antigaspi.ville.fr$", f"https://localhost:{port}$"),
        ("server_name antigaspi.ville.fr", "server_name localhost"),
        ("/etc/letsencrypt/live/antigaspi.ville.fr", str(folder)),
        ("/var/log/nginx", str(folder)),
        ("/var/cache/nginx", str(folder)),
    ):
        assert before in changed
        changed = changed.replace(before, after)
    (folder / "antigaspi.conf").write_text(changed, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user), encoding="utf-8")
    command = [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen(command)
    try:
        wait_until_it_listens(port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_it_listens(port: int) -> None:
    for _ in range(100):
        with suppress(OSError), socket.create_connection(("localhost", port), timeout=1):
            return
        time.sleep(0.05)
    pytest.fail("nginx did not start")


def sign_in(browser: Browser, address: str) -> list[Cookie]:
    """Sign in as somebody of the mission, without drawing a page; return the cookies of that browser."""
    with browser.new_context(ignore_https_errors=True) as context:
        at_provider = context.request.get(f"{address}/connexion")
        home = context.request.post(at_provider.url, form={"sub": "max"})
        assert home.url.startswith(address)
        return context.cookies()


def downloaded(context: BrowserContext, address: str) -> tuple[float, float]:
    """Open a page of charts; return the bytes of its files on the wire, and of its WebSocket's frames once unpacked."""
    page = context.new_page()
    errors = errors_of(page)
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[float] = []
    frames: list[float] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    in_base_64 = 3 / 4
    network.on(
        "Network.webSocketFrameReceived",
        lambda event: frames.append(len(event["response"]["payloadData"]) * in_base_64),
    )
    page.goto(f"{address}/gaspillage")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=VERY_SLOW)
    page.close()
    assert not errors, f"errors in the console: {errors}"
    return sum(sizes), sum(frames)


def test_a_first_page_of_charts_weighs_two_megabytes_and_a_second_hardly_anything(front: Front) -> None:
    with front.browser.new_context(locale="fr-FR") as context:
        context.add_cookies(front.cookies)
        (first, frames), (second, _) = downloaded(context, front.address), downloaded(context, front.address)
    print(f"first page of charts: {first:.0f} bytes, second: {second:.0f}; frames of each: {frames:.0f}")
    assert MB < first < 2.5 * MB
    assert second < 0.1 * MB


def test_security_headers_pass_and_tls_is_kept(front: Front) -> None:
    for path in ("/", "/gaspillage", "/_stcore/health", "/manifest.webmanifest", "/nulle/part"):
        told = front.ask(path).headers
        assert told["strict-transport-security"] == "max-age=31536000"
        assert "frame-ancestors 'none'" in told["content-security-policy"]
        assert (told["x-content-type-options"], told["referrer-policy"]) == ("nosniff", "same-origin")
        assert len(told.get_all("x-frame-options", [])) == 1
        assert told["server"] == "nginx"
    assert all(cookie["secure"] for cookie in front.cookies)
    plain = http.client.HTTPConnection("localhost", front.plain_port)
    plain.request("GET", "/gaspillage?annee=2026", headers={"Host": "ailleurs.example"})
    answer = plain.getresponse()
    assert (answer.status, answer.getheader("location")) == (301, f"{front.address}/gaspillage?annee=2026")


def test_a_page_of_another_site_is_refused(front: Front) -> None:
    assert front.ask("/gaspillage").status == 200
    assert front.ask("/gaspillage", Origin="https://ailleurs.example").status == 403
    context = ssl._create_unverified_context()
    headers = {"Cookie": front.cookie}
    stream = f"wss://localhost:{front.port}/_stcore/stream"
    with connect(stream, origin=front.address, additional_headers=headers, ssl=context):  # type: ignore[arg-type]
        pass
    with pytest.raises(InvalidStatus) as refused:
        connect(stream, origin="https://ailleurs.example", additional_headers=headers, ssl=context)  # type: ignore[arg-type]
    assert refused.value.response.status_code == 403
    assert refused.value.response.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"])
def test_what_tells_of_the_inside_is_closed(front: Front, path: str) -> None:
    assert front.ask(path).status == 404


def test_the_api_answers_to_a_token_not_to_a_cookie_and_the_command_line_does_not_come_this_way(front: Front) -> None:
    token = {"Authorization": f"Bearer {(front.folder / 'token').read_text(encoding='utf-8')}"}
    answer = asked(front.port, "/api/v1/exports/canteens", headers=token)
    assert (answer.status, answer.read()[:11]) == (200, b"cantine_nom")
    assert asked(front.port, "/api/v1/deposits/1", headers=token).status == 403
    assert front.ask("/api/v1/forecasts").status == 401
    assert asked(front.port, "/api/v1/health").headers["x-content-type-options"] == "nosniff"
    running = running_application(front.folder / "store.duckdb")
    assert running is not None
    assert asked(front.port, PATH, "POST", {"Authorization": f"Bearer {running.key}"}).status == 404


def test_code_is_given_from_the_cache_without_asking_the_application(front: Front) -> None:
    page = front.ask("/gaspillage").read().decode()
    path = re.findall(r'src="(/static/js/index[^"]+)"', page)[0]
    for _ in range(2):
        answer = front.ask(path, **{"Accept-Encoding": "br"})
        assert answer.getheader("content-encoding") == "br"
        assert answer.getheader("cache-control") == "public, max-age=31536000, immutable"
        answer.read()
    assert log(front).splitlines()[-1].endswith("cache:HIT")


def test_a_file_too_large_is_refused_in_french(front: Front) -> None:
    answer = front.ask("/_stcore/upload_file/x/y", "PUT", **{"Content-Length": str(60 * MB)})
    assert answer.status == 413
    assert "Découpez-le" in answer.read().decode()


def test_the_log_of_requests_has_no_code_of_a_sign_in(front: Front) -> None:
    text = log(front)
    assert re.search(r"^\d{4}-\d\d-\d\dT\S+ 127\.0\.0\.1 GET /oauth2callback 30\d ", text, re.MULTILINE)
    assert " GET /_stcore/stream 101 " in text
    assert not re.search(r"[?=]|code|state|max@", text)


def test_where_the_application_is_stopped_or_somebody_insists_people_read_why(tmp_path: Path) -> None:
    certificate(tmp_path)
    port, nobody = free_port(), free_port()
    with nginx(tmp_path, port, free_port(), nobody):
        away = asked(port, "/gaspillage")
        assert (away.status, away.getheader("retry-after")) == (502, "30")
        assert "redémarre ou est arrêté" in away.read().decode()
        answers = [(one.status, one.read().decode()) for one in (asked(port, "/connexion") for _ in range(120))]
        refused = [text for status, text in answers if status != 502]
        assert 50 < len(answers) - len(refused) < 120, "signing in is not refused to the first ones"
        assert all("Trop de demandes" in text for text in refused)


def log(front: Front) -> str:
    return (front.folder / "antigaspi.access.log").read_text(encoding="utf-8")
