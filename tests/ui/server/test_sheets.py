"""The door of the service sheets: who may tell what, and what a tablet is answered."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from data.access.rights import Person
from data.deposit.apply import apply
from data.faults import StoreFault
from data.sheets import save
from data.sheets.sheet import mark_of
from data.store import Store
from tests.ui.api.conftest import MAPPING, nothing
from ui import access, session
from ui.access import Refusal
from ui.server.gate import Gate
from ui.server.held import Uploads

ORIGIN = "http://localhost:8501"
SHEET, UNDO, WHO = "/antigaspi/sheet", "/antigaspi/sheet/undo", "/antigaspi/sheet/who"
ANA = Person("ana@ville.fr", "cantine", canteens=frozenset(["Alpha"]))
BOB = Person("bob@ville.fr", "cantine", canteens=frozenset(["Beta"]))
MISSION = Person("mission@ville.fr", "mission")
NOT_MANAGERS = [Person("x@ville.fr", role) for role in ("comite", "cuisine", "administration")]
DAY = "2025-09-04"
KEY = "k" * 16


class Tablet:
    """A browser that sends requests to the gate, as the person whose cookie it has."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.person = store, ANA
        self.soon: list[str] = []
        monkeypatch.setattr(session, "opened", lambda: store)
        monkeypatch.setattr(session, "request_refresh_soon", lambda: self.soon.append("soon"))
        monkeypatch.setattr(access, "decide", lambda *_: self.person)
        self._gate = Gate(nothing, uploads=Uploads("/_stcore/upload_file"))

    def ask(self, method: str, path: str, told: Any = None, **headers: str) -> tuple[int, dict[str, Any]]:  # noqa: ANN401
        """Return the status and the answer; `told` is sent as JSON, or as it is when it is bytes."""
        content = told if isinstance(told, bytes) else json.dumps(told).encode() if told is not None else None
        named = {"origin": ORIGIN, "content-type": "application/json"} | headers

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._gate, client=("127.0.0.1", 5000))
            async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
                return await client.request(method, path, content=content, headers=named)

        answer = anyio.run(send)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-type"] == "application/json"
        return answer.status_code, answer.json()

    def sheet(self, key: str = KEY, person: Person | None = None, **typed: str) -> dict[str, Any]:
        """Return a sheet of Alpha as its tablet would send it."""
        base = self.ask("GET", f"{SHEET}?canteen=Alpha&day={DAY}")[1]["points"][0]["known"]
        point = {"site": "ALPHA M", "kind": "M", "typed": base | typed, "base": base}
        return {
            "key": key, "person": mark_of((person or self.person).name), "canteen": "Alpha", "day": DAY,
            "points": [point], "marks": {},
        }  # fmt: skip

    def stored(self) -> int:
        return int(self.store.read("SELECT count(*) AS n FROM sheets")["n"].item())

    def refused(self) -> list[str]:
        trail = self.store.read(
            "SELECT actor || ' ' || (detail ->> '$.subject') AS t FROM audit_log WHERE action = 'refused'"
        )
        return [str(text) for text in trail["t"]]


@pytest.fixture
def tablet(blank: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tablet]:
    store = Store(Path(shutil.copy(blank, tmp_path / "door.duckdb")))
    apply(store, "mapping.csv", MAPPING, "mission")
    access._last_refusals.clear()
    yield Tablet(store, monkeypatch)
    store.close()


def test_a_sheet_is_stored_answered_again_and_taken_back(tablet: Tablet) -> None:
    sheet = tablet.sheet(prevision="100", reel="95")
    status, told = tablet.ask("POST", SHEET, sheet)
    assert (status, told["state"], len(told["stored"])) == (200, "stored", 2)
    assert tablet.ask("POST", SHEET, sheet)[1]["state"] == "already"
    assert tablet.soon == ["soon"]
    assert tablet.ask("GET", f"{SHEET}?canteen=Alpha&day={DAY}")[1]["points"][0]["known"]["reel"] == 95
    assert tablet.ask("POST", UNDO, {"key": KEY}) == (200, {"state": "undone", "day": DAY})
    status, told = tablet.ask("POST", UNDO, {"key": KEY})
    assert (status, told["message"]) == (
        409,
        "Cette saisie est déjà annulée, ou n’avait rien de nouveau\u00a0: rien ne change.",
    )
    assert tablet.ask("POST", UNDO, {"key": "nulle"})[0] == 409


def test_a_conflict_names_nobody_that_the_person_may_not_see(tablet: Tablet) -> None:
    late = tablet.sheet("l" * 16, reel="95")
    tablet.person = MISSION
    tablet.ask("POST", SHEET, tablet.sheet("f" * 16, reel="90"))
    tablet.person = ANA
    status, told = tablet.ask("POST", SHEET, late)
    assert (status, told["state"]) == (409, "conflict")
    [conflict] = told["conflicts"]
    assert (conflict["present"], conflict["who"]) == (90, "un autre compte")
    assert "mission@" not in json.dumps(told)
    assert tablet.stored() == 1


def test_half_a_character_is_refused_like_any_unreadable_text(tablet: Tablet) -> None:
    sheet = tablet.sheet(reel="95", commentaire="\ud83d")
    assert tablet.ask("POST", SHEET, sheet)[0] == 400
    assert tablet.ask("POST", UNDO, {"key": "\ud83d"})[0] == 400


def test_a_field_that_cannot_be_is_refused_with_its_reason(tablet: Tablet) -> None:
    status, told = tablet.ask("POST", SHEET, tablet.sheet(reel="beaucoup"))
    assert (status, told["refusals"][0]["field"]) == (422, "reel")
    assert tablet.stored() == 0


def test_nobody_tells_sees_or_takes_back_for_another_canteen(tablet: Tablet) -> None:
    sheet = tablet.sheet(reel="95")
    tablet.ask("POST", SHEET, sheet)
    tablet.person = BOB
    disguised = sheet | {"person": mark_of(BOB.name), "key": "o" * 16}
    status, told = tablet.ask("POST", SHEET, disguised)
    assert (status, told["state"]) == (403, "refused"), "the tablet keeps it, and sends it no more"
    assert "pas une des vôtres" in told["refusals"][0]["reason"]
    assert tablet.ask("POST", SHEET, disguised | {"canteen": "Beta"})[0] == 422
    assert tablet.ask("GET", f"{SHEET}?canteen=Alpha&day={DAY}")[0] == 403
    assert tablet.ask("POST", UNDO, {"key": KEY})[0] == 403
    assert tablet.stored() == 1
    assert tablet.refused() == ["bob@ville.fr saisie d’un service d’une autre cantine"]


@pytest.mark.parametrize("person", NOT_MANAGERS, ids=lambda person: person.role)
def test_who_deposits_no_log_tells_of_no_service(tablet: Tablet, person: Person) -> None:
    sheet = tablet.sheet(person=person, reel="95")
    tablet.person = person
    assert tablet.ask("POST", SHEET, sheet)[0] == 403
    assert tablet.ask("GET", f"{SHEET}?canteen=Alpha")[0] == 403
    assert tablet.stored() == 0
    assert len(tablet.refused()) == 1


def test_a_sheet_of_somebody_else_on_a_shared_tablet_waits_for_them(tablet: Tablet) -> None:
    sheet = tablet.sheet(reel="95")
    tablet.person = MISSION
    assert tablet.ask("GET", WHO)[1] == {"person": mark_of(MISSION.name)}
    status, told = tablet.ask("POST", SHEET, sheet)
    assert (status, "attend son retour" in told["message"], "state" in told) == (403, True, False)
    assert tablet.stored() == 0


def test_a_sheet_never_comes_from_another_site_or_from_nobody(tablet: Tablet) -> None:
    sheet = tablet.sheet(reel="95")
    assert tablet.ask("POST", SHEET, sheet, origin="http://ailleurs.example")[0] == 403
    assert tablet.ask("POST", SHEET, sheet, host="ailleurs.example")[0] == 403
    tablet.person = Refusal("Connectez-vous.")  # type: ignore[assignment]
    for method, path in (("POST", SHEET), ("POST", UNDO), ("GET", WHO), ("GET", f"{SHEET}?canteen=Alpha")):
        assert tablet.ask(method, path, sheet if method == "POST" else None) == (403, {"message": "Connectez-vous."})
    assert tablet.stored() == 0


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"[" * 50_000, {}, 400),
        (b"[1, 2]", {}, 400),
        (b'{"key": NaN}', {}, 403),  # of no person
        (b"{}" + b" " * 65_536, {}, 413),
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", {"content-type": "application/x-www-form-urlencoded"}, 415),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_not_a_sheet_is_refused_in_french(
    tablet: Tablet, content: bytes, headers: dict[str, str], status: int
) -> None:
    answered, told = tablet.ask("POST", SHEET, content, **headers)
    assert answered == status
    assert told["message"].startswith("Cette saisie est")


def test_no_other_address_or_method_is_answered(tablet: Tablet) -> None:
    assert tablet.ask("POST", WHO, {})[0] == 404
    assert tablet.ask("PUT", SHEET, {})[0] == 404
    assert tablet.ask("GET", f"{SHEET}/autre")[0] == 404
    assert tablet.ask("GET", f"{SHEET}?canteen=Alpha&day=hier")[0] == 400


def test_a_full_disk_is_told_and_the_sheet_can_be_sent_again(tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = tablet.sheet(reel="95")

    def full(*_: object) -> None:
        raise StoreFault("Le disque est plein.")

    with monkeypatch.context() as broken:
        broken.setattr(save, "save", full)
        assert tablet.ask("POST", SHEET, sheet) == (503, {"message": "Le disque est plein."})
    assert tablet.ask("POST", SHEET, sheet)[1]["state"] == "stored"


@pytest.mark.parametrize("error", [StoreFault("Le disque est plein."), ZeroDivisionError("secret")], ids=repr)
def test_a_server_that_fails_says_so_to_the_tablet(
    tablet: Tablet, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(access, "decide", fail)
    status, told = tablet.ask("GET", WHO)
    assert status == 503
    assert told["message"].startswith(("Le disque est plein.", "Donnez à la mission numérique la référence"))
