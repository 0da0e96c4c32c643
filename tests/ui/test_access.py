"""Who gets in: the decision alone, without a browser."""

from __future__ import annotations

from typing import Any

import pytest

from data.access.accounts import Account
from data.access.rights import ROLES
from ui import local_key
from ui.access import LOCAL_USER, Refusal, User, Visit, decide_local, decide_signed_in, identifier_of
from ui.session_cookie import Session

NOW = 1_800_000_000.0
HOUR = 3600
ACCOUNTS = {"ana@ville.fr": Account("cantine", 2), "max@ville.fr": Account("mission")}
LET_IN = dict([local_key.cookie(8501)])


@pytest.mark.parametrize("host", ["localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST", "localhost"])
@pytest.mark.parametrize("with_origin", [True, False])
def test_a_browser_on_this_machine_that_opened_its_address_gets_in(host: str, with_origin: bool) -> None:
    headers = {"host": host} | ({"origin": f"http://{host}"} if with_origin else {})
    assert decide_local(Visit(headers, LET_IN, "127.0.0.1")) == User(LOCAL_USER, "mission", local=True)


def test_a_browser_on_this_machine_without_its_address_does_not_get_in() -> None:
    for cookies in ({}, {"antigaspi_8501": "forged"}, {"other": local_key.cookie(1)[1]}):
        assert isinstance(decide_local(Visit({"host": "localhost:8501"}, cookies)), Refusal)


@pytest.mark.parametrize(
    ("headers", "peer"),
    [
        ({"host": "antigaspi.ville.fr"}, None),
        ({"host": "192.168.1.10:8501"}, None),
        ({"host": "localhost.evil.example"}, None),
        ({"host": "localhost:8501@evil.example"}, None),
        ({"host": ""}, None),
        ({"user-agent": "no host"}, None),
        ({"host": "localhost:8501", "x-forwarded-for": "10.0.0.8"}, None),
        ({"host": "localhost:8501", "x-forwarded-host": "antigaspi.ville.fr"}, None),
        ({"host": "localhost:8501", "forwarded": "for=10.0.0.8"}, None),
        ({"host": "localhost:8501", "x-real-ip": "10.0.0.8"}, None),
        ({"host": "127.0.0.1:8501", "origin": "https://antigaspi.ville.fr"}, None),
        ({"host": "127.0.0.1:8501", "origin": "http://localhost"}, None),
        ({"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:9999"}, None),
        ({"host": "127.0.0.1:8501", "origin": "https://127.0.0.1:8501"}, None),
        ({"host": "127.0.0.1:8501", "origin": "null"}, None),
        ({"host": "localhost:8501"}, "10.0.0.8"),
    ],
)
def test_anyone_else_is_refused_while_no_sign_in_is_configured(headers: dict[str, str], peer: str | None) -> None:
    assert isinstance(decide_local(Visit(headers, LET_IN, peer)), Refusal)


def test_a_one_time_address_lets_one_browser_in() -> None:
    token = local_key.one_time_address(8501).rpartition("=")[2]
    assert local_key.redeem(token)
    assert not local_key.redeem(token)
    assert not local_key.redeem("")


def claims(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    known = {"is_logged_in": True, "email": "Ana@Ville.fr ", "email_verified": True, "iat": NOW - HOUR}
    return known | changed


def held(**changed: Any) -> Session:  # noqa: ANN401
    return Session(**({"email": "ana@ville.fr", "generation": 2, "since": NOW - HOUR} | changed))


def test_an_active_account_gets_its_role() -> None:
    assert decide_signed_in(claims(), ACCOUNTS, NOW, held()) == User("ana@ville.fr", "cantine")
    assert decide_signed_in(claims(email_verified="true"), ACCOUNTS, NOW, held()) == User("ana@ville.fr", "cantine")


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ({"is_logged_in": False}, True),
        ({"iat": NOW - 13 * HOUR}, True),
        ({"iat": None}, True),
        ({"auth_time": NOW - 13 * HOUR}, True),
        ({"email": "inconnu@ville.fr"}, False),
        ({"email": None}, False),
        ({"email_verified": False}, False),
        ({"email_verified": None}, False),
        ({"email_verified": "yes"}, False),
    ],
)
def test_everyone_else_is_told_why_and_whether_to_sign_in_again(changed: dict[str, Any], again: bool) -> None:
    decision = decide_signed_in(claims(**changed), ACCOUNTS, NOW, held())
    assert isinstance(decision, Refusal)
    assert decision.can_sign_in is again


def test_an_address_that_nobody_confirmed_is_refused() -> None:
    unsaid = {name: value for name, value in claims().items() if name != "email_verified"}
    assert isinstance(decide_signed_in(unsaid, ACCOUNTS, NOW, held()), Refusal)


@pytest.mark.parametrize(
    "session",
    [None, held(generation=1), held(generation=3), held(email="max@ville.fr"), held(since=NOW - 13 * HOUR)],
)
def test_a_cookie_of_a_session_that_ended_opens_nothing(session: Session | None) -> None:
    decision = decide_signed_in(claims(), ACCOUNTS, NOW, session)
    assert isinstance(decision, Refusal)
    assert decision.can_sign_in


def test_the_age_limit_does_not_send_people_round_to_a_provider_that_was_just_asked() -> None:
    old = claims(auth_time=NOW - 13 * HOUR, iat=NOW - 2)
    decision = decide_signed_in(old, ACCOUNTS, NOW, held(since=NOW - 2))
    assert isinstance(decision, Refusal)
    assert not decision.can_sign_in
    assert "Déconnectez-vous" in decision.message


def test_a_role_that_no_longer_exists_opens_nothing() -> None:
    assert isinstance(decide_signed_in(claims(), {"ana@ville.fr": Account("directeur", 2)}, NOW, held()), Refusal)


def test_the_mission_opens_every_page_and_the_others_only_theirs() -> None:
    for role in ROLES:
        assert User("x", role).may(("cantine",)) is (role in ("cantine", "mission"))


def test_somebody_without_an_address_is_known_by_their_subject_even_before_they_have_an_account() -> None:
    assert identifier_of({"sub": "F3a-91"}, {}) == "f3a-91", "or the trail would not say to whom to give an account"
    assert identifier_of({"sub": "ana@ville.fr"}, ACCOUNTS) == "", "a subject is never taken for an address"
    assert identifier_of({"sub": "F3a-91", "email": "Eva@ville.fr"}, {}) == "eva@ville.fr"

    assert identifier_of({"sub": "f3a\u202e91", "email": "an\u200ba@ville.fr"}, ACCOUNTS) == "", (
        "or it would look alike"
    )


def test_an_address_that_is_none_opens_nobodys_account() -> None:
    accounts = {"8f2c-sub": Account("mission")}
    given = claims(email="8f2c-sub", sub="evil", email_verified=False)
    assert isinstance(decide_signed_in(given, accounts, NOW, held(email="8f2c-sub", generation=0)), Refusal)
    own = claims(email=None, sub="8F2C-sub", email_verified=False)
    assert decide_signed_in(own, accounts, NOW, held(email="8f2c-sub", generation=0)) == User("8f2c-sub", "mission")
