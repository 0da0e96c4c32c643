"""The gate of a running server: what a script on the same machine, or a page of another site, cannot do."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.browser.conftest import one_time_address, serve
from ui.navigation import PAGES

MIB = 2**20
# Six files of 49 MB already are three times the bar; ANTIGASPI_UPLOADS=20 for more.
UPLOADS = int(os.environ.get("ANTIGASPI_UPLOADS", "6"))
VISITORS = int(os.environ.get("ANTIGASPI_VISITORS", "200"))


@dataclass
class Server:
    """A running application without a configured sign-in, and the cookie of the one browser that came in."""

    address: str
    cookie: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        """Return the answer to one request; a header given as "" is left out."""
        connection = http.client.HTTPConnection(self.host, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        connection.request(method, path, body or None, named)
        return connection.getresponse()

    def open_stream(self, **headers: str) -> ClientConnection:
        address = f"ws://{self.host}/_stcore/stream"
        origin = headers.pop("Origin", self.address)
        return connect(address, origin=origin or None, additional_headers=headers, max_size=None, open_timeout=20)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def calls_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file where the server of these tests notes what it would have called outside this machine."""
    return tmp_path_factory.mktemp("calls") / "out"


@pytest.fixture(scope="module")
def server(calls_out: Path, demo_of_today: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    path = Path(shutil.copy(demo_of_today, tmp_path_factory.mktemp("gate") / "store.duckdb"))
    settings = {
        "ANTIGASPI_AUTO_REFRESH": "0",
        "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "3",  # seconds
        "PYTHONPATH": str(Path(__file__).with_name("no_network")),
        "ANTIGASPI_CALLS_OUT": str(calls_out),
    }
    with serve(path, **settings) as address:
        server = Server(address)
        let_in = server.ask(one_time_address(address).removeprefix(address))
        assert let_in.status == 303
        server.cookie = (let_in.getheader("set-cookie") or "").split(";")[0]
        yield server


def run_of(connection: ClientConnection, page: str = "") -> str:
    """Ask for a page, and return all that the application answers, as one text."""
    message = BackMsg()
    message.rerun_script.page_name = page
    connection.send(message.SerializeToString())
    answer = ""
    for _ in range(5000):
        forward = ForwardMsg()
        forward.ParseFromString(connection.recv(timeout=30))  # type: ignore[arg-type]
        answer += str(forward)
        # The home leads to the first page: its own run ends early.
        if forward.HasField("script_finished") and forward.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            return answer
    raise AssertionError("the page does not end")


def test_a_browser_that_came_in_reads_the_pages(server: Server) -> None:
    with server.open_stream(Cookie=server.cookie) as connection:
        assert "Données de démonstration" in run_of(connection)
    page = server.ask("/synthese", Cookie=server.cookie)
    text = page.read().decode()
    assert page.status == 200
    assert '<html lang="fr">' in text
    assert "<title>Antigaspi</title>" in text
    assert "Streamlit app" not in text
    assert "Antigaspi a besoin de JavaScript" in text


def test_what_a_page_is_told_travels_compressed(server: Server) -> None:
    with server.open_stream(Cookie=server.cookie) as connection:
        assert [extension.name for extension in connection.protocol.extensions] == ["permessage-deflate"]


def test_a_page_fetches_and_runs_nothing_from_outside(server: Server) -> None:
    answer = server.ask("/synthese", Cookie=server.cookie)
    directives = dict(part.split(" ", 1) for part in (answer.getheader("content-security-policy") or "").split("; "))
    assert directives["script-src"] == "'self'"
    assert directives["form-action"] == directives["base-uri"] == directives["worker-src"] == "'none'"
    sources = {source for name in directives for source in directives[name].split()}
    stream = {f"ws://{server.host}", f"wss://{server.host}"}
    assert sources == {"'none'", "'self'", "'unsafe-inline'", "data:", "blob:"} | stream
    assert "geolocation=()" in (answer.getheader("permissions-policy") or "")


def test_a_page_that_refuses_runs_no_script_at_all(server: Server) -> None:
    policy = server.ask("/synthese").getheader("content-security-policy") or ""
    assert "script" not in policy
    assert "unsafe" not in policy


def test_http_alone_promises_no_tls(server: Server) -> None:
    assert server.ask("/synthese", Cookie=server.cookie).getheader("strict-transport-security") is None


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cookie": "antigaspi_1=forged"},
        {"Origin": ""},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Origin": "https://ailleurs.example"},
        {"X-Forwarded-For": "10.0.0.8"},
        {"Via": "1.1 proxy"},
    ],
    ids=str,
)
def test_a_script_through_a_proxy_opens_no_page(server: Server, headers: dict[str, str]) -> None:
    cookie = {} if headers in ({}, {"Cookie": "antigaspi_1=forged"}) else {"Cookie": server.cookie}
    with pytest.raises(InvalidStatus) as refused, server.open_stream(**cookie, **headers):
        pass
    answer = refused.value.response
    assert answer.status_code == 403
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/", "/synthese", "/media/x.csv", "/_stcore/host-config", "/journal"])
def test_without_the_cookie_nothing_is_told_and_the_way_in_is(server: Server, path: str) -> None:
    answer = server.ask(path)
    assert answer.status == 403
    assert "adresse affichée" in answer.read().decode()


def test_an_address_serves_once(server: Server) -> None:
    path = one_time_address(server.address).removeprefix(server.address)
    assert server.ask(path).status == 303
    again = server.ask(path)
    assert again.status == 403
    assert "a déjà servi" in again.read().decode()


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"])
def test_what_streamlit_tells_of_the_inside_is_closed(server: Server, path: str) -> None:
    assert server.ask(path, Cookie=server.cookie).status == 404


@pytest.mark.parametrize(
    ("path", "plain"),
    [("/synthese/", "/synthese"), ("//synthese", "/synthese"), ("//ailleurs.example/?jeton=x", "/ailleurs.example")],
)
def test_surplus_slashes_lead_to_the_page_and_never_to_another_site(server: Server, path: str, plain: str) -> None:
    answer = server.ask(path, Cookie=server.cookie)
    assert (answer.status, answer.getheader("location")) == (308, plain)


@pytest.mark.parametrize("path", ["/static/nulle", "/favicon.png/x", "/_stcore/rien", "/auth/logout", "/connexion"])
def test_streamlit_never_gives_its_blank_page(server: Server, path: str) -> None:
    answer = server.ask(path, Cookie=server.cookie)
    assert answer.status == 404
    assert "Streamlit" not in answer.read().decode()


def test_an_address_with_any_letter_is_answered_in_french(server: Server) -> None:
    assert server.ask("/?jeton=%C3%A9").status == 403


@pytest.mark.parametrize("path", ["/gaspillage/gaspillage", "/pages/comite/synthese.py", "/app.py", "/a/b/c"])
def test_an_address_that_leads_nowhere_says_so_in_french(server: Server, path: str) -> None:
    answer = server.ask(path, Cookie=server.cookie)
    assert answer.status == 404
    assert "Aucune page n’a cette adresse" in answer.read().decode()


@pytest.mark.parametrize(
    "path", ["/", "/synthese", "/_stcore/health", "/static/js/x.js", "/antigaspi/page.js", "/nulle/part"]
)
def test_no_other_page_may_frame_this_one(server: Server, path: str) -> None:
    answer = server.ask(path, Cookie=server.cookie)
    policy = answer.getheader("content-security-policy") or ""
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert answer.getheader("x-frame-options") == "DENY"
    assert answer.getheader("x-content-type-options") == "nosniff"
    assert answer.getheader("referrer-policy") == "same-origin"


def test_a_foreign_page_is_refused_at_once(server: Server) -> None:
    started = time.monotonic()
    for path in ("/_stcore/health", "/", "/_stcore/host-config"):
        assert server.ask(path, Cookie=server.cookie, Origin="https://ailleurs.example").status == 403
    assert time.monotonic() - started < 2


def memory(server: Server) -> float:
    """Return the resident memory of the server, in MB."""
    port = server.host.split(":")[1]
    for folder in Path("/proc").glob("[0-9]*"):
        command = (folder / "cmdline").read_bytes().split(b"\0")
        if b"ui" in command and port.encode() in command:
            resident = re.search(r"VmRSS:\s+(\d+) kB", (folder / "status").read_text())
            return int(resident[1]) / 1024 if resident else 0.0
    raise AssertionError("no server")


def upload(server: Server, session: str, size: int, **headers: str) -> int:
    boundary = "frontiere"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="f.csv"\r\n\r\n'.encode()
    body = head + b"x" * size + f"\r\n--{boundary}--\r\n".encode()
    path = f"/_stcore/upload_file/{session}/{random.getrandbits(64)}"
    headers = {"Content_Type": f"multipart/form-data; boundary={boundary}", "Origin": server.address} | headers
    try:
        return server.ask(path, "PUT", body, **headers).status
    except (ConnectionError, http.client.HTTPException):
        return 0  # refused before the end of what it sent


def session_of(answer: str) -> str:
    found = re.search(r'session_id: "([0-9a-f-]{36})"', answer)
    assert found
    return found[1]


def xsrf(server: Server) -> dict[str, str]:
    cookie = (server.ask("/_stcore/health", Cookie=server.cookie).getheader("set-cookie") or "").split(";")[0]
    return {"Cookie": f"{server.cookie}; {cookie}", "X_Xsrftoken": cookie.partition("=")[2]}


def test_files_of_whoever_has_no_right_are_not_kept(server: Server) -> None:
    with server.open_stream(Cookie=server.cookie) as connection:
        session = session_of(run_of(connection))
        before = memory(server)
        for _ in range(UPLOADS):
            assert upload(server, session, 49 * MIB) in (0, 403)
        assert memory(server) - before < 100


def test_files_that_wait_are_bounded_by_session_and_let_go_with_it(server: Server) -> None:
    headers = xsrf(server)
    with server.open_stream(Cookie=server.cookie) as connection:
        session = session_of(run_of(connection))
        before = memory(server)
        answers = [upload(server, session, 49 * MIB, **headers) for _ in range(6)]
        assert answers[:2] == [204, 204]
        assert set(answers[2:]) <= {0, 413}
        assert memory(server) - before < 300
    for _ in range(100):
        if memory(server) - before < 60:
            return
        time.sleep(0.2)
    raise AssertionError(f"{memory(server) - before:.0f} MB are still held after the session ended")


def random_message(luck: random.Random) -> bytes:
    message = BackMsg()
    kind = luck.choice([field.name for field in BackMsg.DESCRIPTOR.fields] + ["noise", "noise"])
    if kind == "noise":
        return luck.randbytes(luck.randrange(2000))
    if kind == "rerun_script":
        message.rerun_script.query_string = "x" * luck.randrange(3000)
        message.rerun_script.page_script_hash = luck.choice(["", "0" * 32, luck.randbytes(8).hex()])
        message.rerun_script.fragment_id = luck.choice(["", luck.randbytes(8).hex()])
        for _ in range(luck.randrange(4)):
            message.rerun_script.widget_states.widgets.add(id=luck.randbytes(8).hex(), trigger_value=True)
    elif kind == "file_urls_request":
        message.file_urls_request.file_names.extend(["x" * 500] * luck.randrange(50))
    elif kind == "backend_operation_request":
        payload = luck.choice(["deferred_file", "install_skills", "dismiss_skills_nudge", "dataframe_chunk"])
        getattr(message.backend_operation_request, payload).SetInParent()
    else:
        setattr(message, kind, True)
    return message.SerializeToString()


@pytest.mark.parametrize("let_in", [False, True], ids=["visitor without rights", "reader with a modified page"])
def test_no_sequence_of_messages_disturbs_the_next_visitor(server: Server, let_in: bool) -> None:
    luck = random.Random(13)
    before = memory(server)
    for _ in range(VISITORS if not let_in else VISITORS // 4):
        try:
            with server.open_stream(**({"Cookie": server.cookie} if let_in else {})) as connection:
                for _ in range(luck.randrange(1, 8)):
                    connection.send(random_message(luck))
        except (InvalidStatus, ConnectionError):
            assert not let_in
    started = time.monotonic()
    with server.open_stream(Cookie=server.cookie) as connection:
        assert "Données de démonstration" in run_of(connection)
    assert time.monotonic() - started < 5
    assert memory(server) - before < 100


def test_answers_carry_no_host_that_may_speak_to_the_page(server: Server) -> None:
    answer = json.loads(server.ask("/_stcore/host-config", Cookie=server.cookie).read())
    assert answer["allowedOrigins"] == []


def test_with_the_network_cut_every_page_is_drawn_and_nothing_is_called_outside(
    server: Server, calls_out: Path
) -> None:
    server.ask("/_stcore/health", Cookie=server.cookie, Origin="https://ailleurs.example")
    with server.open_stream(Cookie=server.cookie) as connection:
        for page in PAGES:
            answer = run_of(connection, Path(page.file).stem)
            assert page.title in answer
            assert "erreur imprévue" not in answer
    assert not calls_out.exists(), calls_out.read_text()
