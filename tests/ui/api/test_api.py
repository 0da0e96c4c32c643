"""What another program may ask of the application: exactly what the role and the canteens of its token allow."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from itertools import product

import pytest

from data.access.rights import ROLES
from data.access.tokens import revoke_token
from data.export.files import EXPORTED
from data.export.templates import filled_example
from data.production.reserve import SETTING
from data.settings import save
from tests.access.table import API, DAY, KINDS, allowed
from tests.data.production.test_reserve import keep_reserves
from tests.pages.conftest import add_forecasts
from tests.ui.api.conftest import MAPPING, OTHER, City, log
from ui.api.door import ENDPOINTS

NEW = "ALPHA M;M;02/09/2025;100;95\n"


@pytest.mark.parametrize("place", range(len(ROLES)), ids=ROLES)
def test_each_role_asks_what_it_may_and_nothing_else(city: City, place: int) -> None:
    role = ROLES[place]
    city.ask("POST", "/deposits?filename=own.csv", "cantine", content=log(NEW))
    answers = {
        (method, path): city.ask(method, path, role, content=log(NEW) if path == "/deposits" else b"")
        for method, path in API
    }
    assert {asked: answer.status_code for asked, answer in answers.items()} == {
        asked: int(row.split()[place]) for asked, row in API.items()
    }
    refusals = [answer.json()["error"] for answer in answers.values() if answer.status_code == 403]
    assert all(refusals)
    assert len(city.refused()) == len(refusals)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_deposits_and_exports_its_kinds_of_file_and_no_other(city: City, role: str) -> None:
    for kind, (depositors, readers) in KINDS.items():
        content = filled_example(kind, "csv")
        deposited = city.ask("POST", "/deposits?dry_run=true", role, content=content)
        assert (deposited.status_code == 200) == (role in allowed(depositors)), (kind, deposited.text)
        exported = city.ask("GET", f"/exports/{kind}", role)
        assert (exported.status_code == 200) == (role in allowed(readers)), (kind, exported.text)
        assert {deposited.status_code, exported.status_code} <= {200, 403}


def test_the_table_has_every_address_and_every_kind() -> None:
    asked = {(method, re.sub(r"/\d+", "/{deposit_id}", path.partition("?")[0])) for method, path in API}
    assert asked | {("GET", "/exports/{kind}")} == {*ENDPOINTS, ("GET", "/exports/log")}
    assert set(KINDS) == set(EXPORTED)


def test_nobody_comes_in_without_a_token_or_with_another_or_a_revoked_one(city: City) -> None:
    token = city.tokens["mission"]
    revoke_token(city.store, "max", int(city.store.read("FROM tokens WHERE name = 'mission'")["token_id"][0]))
    wrong = (
        {},
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {token}"},
        {"authorization": f"Basic {city.tokens['cuisine']}"},
        {"authorization": city.tokens["cuisine"]},
        {"cookie": f"antigaspi_8501={city.tokens['cuisine']}; authorization={city.tokens['cuisine']}"},
    )
    for (method, path), headers in product(API, wrong):
        answer = city.ask(method, path, None, headers=dict(headers))
        if path in ("/health", "/version", "/openapi.json"):
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
            assert answer.json()["error"]


def test_without_sign_in_only_this_machine_asks(city: City) -> None:
    for headers in (
        {"host": "ailleurs.example"},
        {"x-forwarded-for": "10.0.0.1"},
        {"via": "1.1 proxy"},
        {"origin": "https://x.fr"},
    ):
        assert city.ask("GET", "/deposits", headers=headers).status_code == 403


def test_a_file_is_deposited_with_the_report_of_the_page_then_undone_and_redone(city: City) -> None:
    tried = city.ask("POST", "/deposits?filename=journal.csv&dry_run=true", content=log(NEW, "X;M;hier;1;1\n")).json()
    assert (tried["accepted"], tried["rejected_lines"], tried["deposit"]) == (1, 1, None)
    assert tried["rejected"][0]["column"] == "date"
    assert len(city.ask("GET", "/deposits").json()["deposits"]) == 3
    done = city.ask("POST", "/deposits?filename=journal.csv", content=log(NEW)).json()
    assert (done["file"], done["kind"], done["accepted"], done["deposit"]) == ("journal.csv", "log", 1, 4)
    one = city.ask("GET", "/deposits/4").json()
    assert (one["actor"], one["active"]) == ("mission (application)", True)
    assert city.ask("POST", "/deposits/4/undo").json() == {"deposit": 4, "active": False, "warning": None}
    assert city.ask("POST", "/deposits/4/undo").status_code == 409
    assert city.ask("POST", "/deposits/4/redo").json()["active"] is True
    assert city.ask("POST", "/deposits/99/redo").status_code == 404
    again = city.ask("POST", "/deposits?filename=journal.csv", content=log(NEW)).json()
    assert (again["unchanged"], again["deposit"]) == (1, None)


def test_lines_are_deposited_as_json_with_numbers_and_texts(city: City) -> None:
    line = {
        "site_nom": "ALPHA M",
        "site_type": "M",
        "date": DAY,
        "reel": 95,
        "restes_assiette_kg": 1.5,
        "commentaire": "=1+1",
    }
    answer = city.ask(
        "POST", "/deposits", json={"kind": "log", "lines": [line, line | {"date": "2025-09-04", "reel": None}]}
    )
    assert (answer.status_code, answer.json()["accepted"]) == (200, 2)
    row = city.store.read("SELECT meals_served, comment FROM services WHERE date = '2025-09-02'").iloc[0]
    assert (row["meals_served"], row["comment"]) == (95, "=1+1")
    other = city.ask("POST", "/deposits", json={"kind": "menus", "lines": [line]})
    assert (other.status_code, "lues comme" in other.json()["error"]) == (422, True)


NO_LINES = (
    b"{", b"[]", b"{}", b'{"kind": "log"}', b'{"kind": "log", "lines": []}', b'{"kind": "x", "lines": [{"a": 1}]}',
    b'{"kind": ["log"], "lines": [{"a": 1}]}', b'{"kind": "log", "lines": [1]}', b'{"kind": "log", "lines": [{}]}',
    b'{"kind": "log", "lines": [{"a": [1]}]}', b'{"kind": "log", "lines": [{"a": NaN}]}',
    b'{"kind": "log", "lines": [], "x": 1}',
    b"[" * 100_000, b'{"kind": "log", "lines": [{"a": ' + b"9" * 5000 + b"}]}", b"\xff\xfe",
)  # fmt: skip


def test_lines_that_are_no_lines_are_refused_in_french(city: City) -> None:
    for body in NO_LINES:
        answer = city.ask("POST", "/deposits", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, bool(answer.json()["error"])) == (400, True), body[:80]


def test_a_lone_surrogate_and_an_infinite_number_are_only_bad_values(city: City) -> None:
    for value in (rb'"\ud800"', b"1e999", b"-1e999", b"true"):
        body = (
            b'{"kind": "log", "lines": [{"site_nom": "ALPHA M", "site_type": "M", "date": "2025-09-02", "reel": '
            + value
            + b"}]}"
        )
        answer = city.ask("POST", "/deposits", content=body, headers={"content-type": "application/json"})
        assert answer.status_code in (200, 422)


NO_PARAMETERS = (
    "/forecasts?from=hier", "/forecasts?from=2025-13-01", "/forecasts?from=20250901", "/forecasts?to=2020-01-01",
    "/forecasts?from=2025-01-01&to=2025-12-31", "/forecasts?x=1", "/forecasts?from=2025-01-01&from=2025-01-02",
    "/production", "/production?date=", "/deposits?limit=0", "/deposits?limit=101", "/deposits?before=-1",
    "/deposits?limit=%D9%A1", "/deposits/0", "/deposits/1e3", "/deposits/x", "/health?x=1",
)  # fmt: skip


def test_a_parameter_that_does_not_fit_is_named_in_french(city: City) -> None:
    for path in NO_PARAMETERS:
        answer = city.ask("GET", path)
        assert (answer.status_code, bool(answer.json()["error"])) == (400, True), path


def test_an_address_or_a_method_that_does_not_exist_is_refused_in_json(city: City) -> None:
    for method, path, status in (
        ("GET", "/", 404), ("GET", "/rien", 404), ("GET", "/exports/rien", 404), ("GET", "/exports/menus_scdl", 404),
        ("GET", "/forecasts?canteen=Gamma", 404), ("DELETE", "/deposits/1", 405), ("OPTIONS", "/deposits", 405),
    ):  # fmt: skip
        answer = city.ask(method, path)
        assert (answer.status_code, bool(answer.json()["error"])) == (status, True), path


def test_the_first_and_the_last_day_of_the_calendar_are_days(city: City) -> None:
    for path in ("/forecasts?from=9999-12-31", "/forecasts?from=0001-01-01", "/production?date=9999-12-31"):
        assert city.ask("GET", path).status_code == 200


def test_the_history_goes_back_page_by_page(city: City) -> None:
    numbers = lambda path: [row["deposit"] for row in city.ask("GET", path).json()["deposits"]]  # noqa: E731
    assert numbers("/deposits") == [3, 2, 1]
    assert numbers("/deposits?limit=2") == [3, 2]
    assert numbers("/deposits?limit=2&before=2") == [1]


def test_a_manager_tries_another_canteen_in_every_way_and_each_try_is_in_the_trail(city: City) -> None:
    event = {"type": "fermeture", "date_debut": "2026-12-04", "cantine_nom": "Beta"}
    line = {"site_nom": "BETA E", "site_type": "E", "date": DAY, "reel": 1}
    tries = [
        ("GET", "/forecasts?canteen=Beta", {}, 403),
        ("GET", "/forecasts?canteen=beta", {}, 403),
        ("GET", "/forecasts?canteen=Gamma", {}, 403),
        ("GET", "/exports/canteens", {}, 403),
        ("GET", "/exports/mapping", {}, 403),
        ("GET", "/exports/schools", {}, 403),
        ("GET", "/deposits/1", {}, 403),
        ("GET", "/deposits/2", {}, 403),
        ("GET", "/deposits/3", {}, 403),
        ("POST", "/deposits/2/undo", {}, 403),
        ("POST", "/deposits/3/undo", {}, 403),
        ("POST", "/deposits/2/redo", {}, 403),
        ("POST", "/deposits", {"content": log(OTHER.replace("01/09", "05/09"))}, 422),
        ("POST", "/deposits", {"content": log("beta;E;05/09/2025;1;1\n")}, 422),
        ("POST", "/deposits", {"content": log("INCONNU;E;05/09/2025;1;1\n")}, 422),
        ("POST", "/deposits", {"content": MAPPING.replace(b"Beta", b"Alpha")}, 403),
        ("POST", "/deposits", {"json": {"kind": "log", "lines": [line]}}, 422),
        ("POST", "/deposits", {"json": {"kind": "events", "lines": [event]}}, 422),
        ("POST", "/deposits", {"json": {"kind": "events", "lines": [{**event, "cantine_nom": ""}]}}, 422),
    ]
    before = city.store.version()
    for method, path, options, status in tries:
        answer = city.ask(method, path, "cantine", **options)
        assert answer.status_code == status, (path, answer.text)
        assert answer.json()["error"]
    assert city.store.version() == before  # nothing was written
    assert len(city.refused()) >= 13
    mixed = city.ask("POST", "/deposits", "cantine", content=log(NEW, OTHER.replace("01/09", "05/09"))).json()
    assert (mixed["accepted"], mixed["other_canteens"]) == (1, 1)
    assert [row["deposit"] for row in city.ask("GET", "/deposits", "cantine").json()["deposits"]] == [4]


def test_a_manager_exports_and_reads_their_canteens_only(city: City) -> None:
    add_forecasts(city.store)
    first = city.store.read("SELECT min(date) AS day FROM forecasts")["day"][0].date()
    period = f"from={first}&to={first}"
    for path, name in ((f"/forecasts?{period}", "forecasts"), (f"/production?date={first}", "production")):
        own = city.ask("GET", path, "cantine").json()[name]
        everything = city.ask("GET", path, "cuisine").json()[name]
        assert {row["canteen"] for row in own} == {"Alpha"}
        assert {row["canteen"] for row in everything} == {"Alpha", "Beta"}
        assert own[0]["advised"] == 107
    assert city.ask("GET", f"/production?date={first}", "cuisine").json()["reserve"] is None
    keep_reserves(city.store)
    save(city.store, "mission", SETTING, "sectors")
    assert city.ask("GET", f"/production?date={first}", "cuisine").json()["reserve"] == "sectors"
    assert len(city.ask("GET", f"/forecasts?canteen=Beta&{period}", "cuisine").json()["forecasts"]) == 1
    for kind in ("log", "events"):
        text = city.ask("GET", f"/exports/{kind}", "cantine").text.lower()
        assert "alpha" in text
        assert "beta" not in text
        assert "beta" in city.ask("GET", f"/exports/{kind}", "comite").text.lower()
    exported = city.ask("GET", "/exports/log")
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert city.ask("POST", "/deposits", content=exported.content).json()["unchanged"] == 2


def test_the_names_of_others_are_masked_as_on_the_page(city: City) -> None:
    city.ask("POST", "/deposits", content=log(NEW))  # by the mission, about Alpha alone
    [row] = city.ask("GET", "/deposits", "cantine").json()["deposits"]
    assert row["actor"] == "un autre compte"
    assert "max" not in city.ask("GET", "/deposits", "cantine").text


def test_asking_too_much_too_fast_or_too_big_is_refused_for_a_while(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ui.api import limits

    big = city.ask("POST", "/deposits", content=b"x" * (51 * 2**20))
    assert big.status_code == 413

    async def endless() -> AsyncIterator[bytes]:
        yield b"x"

    assert city.ask("POST", "/deposits", content=endless()).status_code == 411
    monkeypatch.setattr(limits, "BURST", 3.0)
    monkeypatch.setattr(limits, "PER_SECOND", 0.0)
    statuses = [city.ask("GET", "/version").status_code for _ in range(5)]
    assert statuses.count(429) >= 2
    assert city.ask("GET", "/deposits", "comite").status_code == 403  # another token has its own count


def test_exports_and_refusals_do_not_make_the_forecasts_outdated(city: City) -> None:
    from data.queries.forecasts.runs import latest_run

    for _ in range(5):
        city.ask("GET", "/exports/log")
        city.ask("GET", "/exports/risks", "cuisine")
    city.ask("POST", "/deposits", content=log(NEW))
    with city.store.write("test", "forecast", {}) as cursor:
        cursor.execute(
            "INSERT INTO forecast_runs (started_at, finished_at, data_version, specification)"
            " SELECT now(), now(), version, '{}' FROM store_state"
        )
    run = latest_run(city.store)
    assert run is not None
    assert not run.outdated
