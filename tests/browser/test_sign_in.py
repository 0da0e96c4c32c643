"""Signing in with a real OpenID Connect provider, in an environment made from requirements.txt alone."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, Page, expect

import antigaspi
from data.access.accounts import save_account
from data.store import Store
from tests.browser.conftest import serve
from tests.browser.steps import SLOW, opened, whole
from tests.conftest import PROJECT
from ui import session_cookie

SERVED = PROJECT / ".venv-served" / "bin" / "python"
ROOMS = ("app.py", "pages", "ui", "data", "models", "docs", ".streamlit")
SECRET = "only for this test, and long enough to sign"
SECRETS = """
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{secret}"
client_id = "antigaspi"
client_secret = "secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
PEOPLE = {
    "ana": {"email": "Ana@ville.fr", "email_verified": True},
    "eva": {"email": "eva@ville.fr", "email_verified": True},
    "max": {"email": "max@ville.fr", "email_verified": True},
    "inconnu": {"email": "inconnu@ville.fr", "email_verified": True},
    "ferme": {"email": "ferme@ville.fr", "email_verified": True},
    "douteux": {"email": "douteux@ville.fr"},
    "ancien": {"email": "ancien@ville.fr", "email_verified": True, "auth_time": 1_700_000_000},
}


@dataclass(frozen=True)
class Served:
    """A running application with its provider, its store, and the browser that visits it."""

    address: str
    browser: Browser
    store: Path


@pytest.fixture(scope="module")
def served(browser: Browser, blank: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    subprocess.run(["make", "--silent", ".venv-served/run.stamp"], cwd=PROJECT, check=True)
    for room in ROOMS:
        copy = shutil.copytree if (PROJECT / room).is_dir() else shutil.copy
        copy(PROJECT / room, folder / room)
    users = [User(sub=name, claims=claims) for name, claims in PEOPLE.items()]
    with run_server_in_thread(user_claims=users) as provider:
        secrets = SECRETS.format(secret=SECRET, provider=f"http://localhost:{provider.server_port}")
        (folder / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")
        store = Store(Path(shutil.copy(blank, folder / "store.duckdb")))
        for name, role in (
            ("ana", "cantine"),
            ("eva", "comite"),
            ("max", "mission"),
            ("douteux", "comite"),
            ("ancien", "comite"),
        ):
            save_account(store, "test", f"{name}@ville.fr", role, active=True)
        save_account(store, "test", "ferme@ville.fr", "mission", active=False)
        store.close()
        settings = {"ANTIGASPI_AUTO_REFRESH": "0"}
        with serve(store.path, str(SERVED), folder, **settings) as address:
            yield Served(address, browser, store.path)


def sign_in(page: Page, name: str) -> None:
    """Press “Se connecter”, and say at the provider's who one is."""
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name=name, exact=True).first.click()
    page.wait_for_url("http://localhost:*/**", timeout=SLOW)


def visitor(served: Served, name: str) -> Page:
    page = served.browser.new_context(locale="fr-FR").new_page()
    page.goto(served.address)
    sign_in(page, name)
    return page


def test_an_account_signs_in_and_reads_the_pages_of_its_role(served: Served) -> None:
    page = visitor(served, "ana")
    opened(page)
    expect(page.get_by_text("Gestionnaire de cantine")).to_be_visible(timeout=SLOW)
    page.goto(f"{served.address}/depot")
    expect(page.get_by_role("heading", level=1, name="Déposer un fichier")).to_be_visible(timeout=SLOW)


def test_the_provider_is_asked_for_a_sign_in_within_the_age_limit(served: Served) -> None:
    page = served.browser.new_context().new_page()
    page.goto(served.address)
    page.get_by_role("button", name="Se connecter").click()
    page.get_by_role("button", name="ana", exact=True).first.wait_for(timeout=SLOW)
    assert parse_qs(urlsplit(page.url).query)["max_age"] == [str(12 * 3600)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("inconnu", "n’a pas encore accès à Antigaspi"),
        ("ferme", "n’a pas encore accès à Antigaspi"),
        ("douteux", "ne confirme pas que cette adresse est la vôtre"),
        ("ancien", "ne vous l’a pas redemandée"),
    ],
)
def test_whoever_may_not_come_in_reads_why_and_can_sign_out(served: Served, name: str, reason: str) -> None:
    page = visitor(served, name)
    expect(page.get_by_text(reason)).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
    assert "Synthèse" not in page.content()


def test_a_change_of_an_account_counts_at_the_next_click_of_an_open_page(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = visitor(served, "eva")
    opened(page)
    monkeypatch.setenv("ANTIGASPI_DB", str(served.store))
    menu = page.get_by_test_id("stSidebarNav")
    assert antigaspi.main(["user", "eva@ville.fr", "cuisine"]) == 0
    menu.get_by_role("link", name="Déploiement").click()
    expect(menu.get_by_role("link", name="Déploiement")).to_have_count(0, timeout=SLOW)
    expect(page.get_by_role("heading", level=1, name="Semaine de la cuisine")).to_be_visible(timeout=SLOW)
    whole(page)
    assert antigaspi.main(["user", "eva@ville.fr", "cuisine", "--disable"]) == 0
    menu.get_by_role("link", name="Semaine de la cuisine").click()
    expect(page.get_by_text("n’a pas encore accès à Antigaspi")).to_be_visible(timeout=SLOW)
    expect(page.get_by_role("heading", level=1)).to_have_count(0)


def test_a_sign_in_of_yesterday_is_asked_again(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    page = visitor(served, "ana")
    opened(page)
    yesterday = int(time.time()) - 86_400
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _: yesterday)
    signer = URLSafeTimedSerializer(SECRET, salt=session_cookie.NAME)
    value = str(signer.dumps({"email": "ana@ville.fr", "generation": 0}))
    page.context.add_cookies([{"name": session_cookie.NAME, "value": value, "url": served.address}])
    page.goto(f"{served.address}/depot")
    expect(page.get_by_text("Votre connexion date de plus de 12 heures")).to_be_visible(timeout=SLOW)
    assert "Déposer un fichier" not in page.content()
    sign_in(page, "ana")
    opened(page)


def test_another_site_and_a_cookie_that_ended_sign_nobody_out(served: Served) -> None:
    page = visitor(served, "ana")
    opened(page)
    session = [cookie for cookie in page.context.cookies() if cookie["name"] == "antigaspi_session"]
    asked = served.browser.new_context()
    asked.add_cookies(session)  # alone: the provider's is missing
    assert asked.request.get(f"{served.address}/auth/logout", max_redirects=0).status in (302, 303, 307)
    foreign = {"Sec-Fetch-Site": "cross-site"}
    answer = page.context.request.get(f"{served.address}/auth/logout", headers=foreign, max_redirects=0)
    assert answer.status == 403
    page.goto(f"{served.address}/depot")
    expect(page.get_by_role("heading", level=1, name="Déposer un fichier")).to_be_visible(timeout=SLOW)


def test_signing_out_in_one_tab_closes_the_others_and_every_copied_cookie(served: Served) -> None:
    page = visitor(served, "max")
    opened(page)
    other = page.context.new_page()
    other.goto(f"{served.address}/depot")
    opened(other)
    copied = page.context.cookies()
    page.get_by_role("button", name="Se déconnecter").click()
    page.get_by_role("button", name="End session").click()  # the provider's own
    expect(page.get_by_role("button", name="Se connecter")).to_be_visible(timeout=SLOW)
    # The page left open: whatever is clicked there, it says why nothing happens, and how to come back.
    other.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": "journal.csv", "mimeType": "text/csv", "buffer": b"site_nom;site_type;date;prevision;reel\n"}
    )
    expect(other.get_by_text("Vous vous êtes déconnecté")).to_be_visible(timeout=SLOW)
    thief = served.browser.new_context()
    thief.add_cookies(copied)
    stolen = thief.new_page()
    stolen.goto(f"{served.address}/journal")
    expect(stolen.get_by_text("Vous vous êtes déconnecté")).to_be_visible(timeout=SLOW)
    # And who signs in again is back at work.
    sign_in(page, "max")
    opened(page)
    page.goto(f"{served.address}/journal")
    expect(page.get_by_role("heading", level=1, name="Journal des actions")).to_be_visible(timeout=SLOW)
    whole(page)
