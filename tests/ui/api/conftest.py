"""The API in this process, on a city of two canteens, with a token for each role."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from data.access.rights import ROLES
from data.access.tokens import create_token
from data.deposit.apply import apply
from data.store import Store
from ui import access, session
from ui.api import limits
from ui.server.gate import Gate
from ui.server.held import Uploads

MAPPING = b"site_nom;site_type;cantine_nom\nALPHA M;M;Alpha\nBETA E;E;Beta\n"
HEAD = "site_nom;site_type;date;prevision;reel\n"
OWN, OTHER = "ALPHA M;M;01/09/2025;100;95\n", "BETA E;E;01/09/2025;80;70\n"
EVENTS = "type;date_debut;date_fin;cantine_nom;libelle\nsortie;03/12/2026;;Alpha;CM2\nsortie;03/12/2026;;Beta;CP\n"


async def nothing(*_: object) -> None:
    raise AssertionError("Streamlit is asked")


class City:
    """The API of a store: `ask` sends one request with the token of a role."""

    def __init__(self, app: Callable[..., Any], store: Store, tokens: dict[str, str]) -> None:
        self.app, self.store, self.tokens = app, store, tokens

    def ask(self, method: str, path: str, role: str | None = "mission", **options: Any) -> httpx.Response:  # noqa: ANN401
        """Return the answer; `role` None sends no token."""
        headers = options.pop("headers", {})
        if role:
            headers["authorization"] = f"Bearer {self.tokens.get(role, role)}"

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 5000))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8501") as client:
                return await client.request(method, f"/api/v1{path}", headers=headers, **options)

        return anyio.run(send)

    def refused(self) -> list[str]:
        """Return the subjects of the refusals of the trail."""
        trail = self.store.read("SELECT detail ->> '$.subject' AS subject FROM audit_log WHERE action = 'refused'")
        return [str(subject) for subject in trail["subject"]]


def log(*lines: str) -> bytes:
    return (HEAD + "".join(lines)).encode()


@pytest.fixture(scope="session")
def city_file(blank: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """Return the closed store of the city, and the tokens by role."""
    store = Store(Path(shutil.copy(blank, tmp_path_factory.mktemp("api") / "city.duckdb")))
    apply(store, "mapping.csv", MAPPING, "max")
    apply(store, "both.csv", log(OWN, OTHER), "max")
    apply(store, "events.csv", EVENTS.encode(), "max")
    tokens = {role: create_token(store, "max", role, role, ["Alpha"]) for role in ROLES}
    store.close()
    return store.path, tokens


@pytest.fixture
def city(city_file: tuple[Path, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    path, tokens = city_file
    monkeypatch.setenv("ANTIGASPI_DB", str(shutil.copy(path, tmp_path / "api.duckdb")))
    monkeypatch.setenv("ANTIGASPI_AUTO_REFRESH", "0")
    monkeypatch.setattr(access, "REFUSALS_APART", 0.0)
    monkeypatch.setattr(limits, "BURST", 1e9)
    yield City(Gate(nothing, Uploads("/_stcore/upload_file")), session.opened(), tokens)
    session.close()
