"""Two people who do the same thing at the same moment: one does it, the other is told by whom it was done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from data.demo import DemoOnly, load_demo, start_empty
from data.deposit import apply as deposit_apply
from data.deposit import edits
from data.deposit.apply import apply, preview
from data.deposit.undo import NotPossible, redo, undo
from data.export.templates import filled_example
from data.kinds import kinds
from data.store import Store
from tests.data.deposit.programme_files import SCHOOL

LOG = b"site_nom;site_type;date;reel\nA;M;01/09/2016;9\n"
DEVICE: dict[str, Any] = {"identifiant": "MAT-9", "ecole": SCHOOL, "type_materiel": "tablette", "etat": "en stock"}


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run actions in threads of their own, from the same instant; return what each gives, or raises."""
    barrier = threading.Barrier(len(actions))
    outcomes: list[Any] = [None] * len(actions)

    def run(place: int, action: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            outcomes[place] = action()
        except Exception as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=each) for each in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def count(store: Store, question: str) -> int:
    return int(store.read(f"SELECT count(*) AS n FROM {question}")["n"].item())


def test_of_three_people_who_confirm_a_file_at_once_two_learn_who_deposited_it(store: Store) -> None:
    names = ["a@ville.fr", "b@ville.fr", "c@ville.fr"]
    assert preview(store, "j.csv", LOG).known_by is None
    reports = at_once(*(lambda name=name: apply(store, "j.csv", LOG, name) for name in names))
    winner, deposited_at = store.read("SELECT actor, deposited_at FROM deposits").iloc[0]
    assert sorted(report.nothing_to_do for report in reports) == [False, True, True]
    for name, report in zip(names, reports, strict=True):
        assert report.nothing_to_do == (name != winner)
        assert report.known_by == (None if name == winner else (1, winner, deposited_at.to_pydatetime()))
    assert count(store, "deposits") == count(store, "audit_log") == 1


@pytest.mark.parametrize("kind", kinds(), ids=kinds())
def test_a_file_of_any_kind_deposited_twice_says_who_did_it_first(store: Store, kind: str) -> None:
    content = filled_example(kind, "csv")
    apply(store, "f.csv", content, "a@ville.fr")
    again = apply(store, "f.csv", content, "b@ville.fr")
    assert again.nothing_to_do
    assert again.known_by and (again.known_by.deposit_id, again.known_by.actor) == (1, "a@ville.fr")


def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two forms go on to their write only once both have read what they would do."""
    both_read = threading.Barrier(2)
    whole = deposit_apply.apply

    def apply_(*args: Any, **options: Any) -> Any:  # noqa: ANN401
        both_read.wait()
        return whole(*args, **options)

    monkeypatch.setattr(edits, "apply", apply_)


def test_two_forms_that_save_the_same_change_at_once_do_not_both_say_saved(
    known: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    together(monkeypatch)
    line = {"identifiant": "MAT-1", "etat": "en service"}
    first, second = at_once(
        *(lambda name=name: edits.record(known, "devices", [line], name) for name in ("a@ville.fr", "b@ville.fr"))
    )
    assert sorted((first.saved, second.saved)) == [False, True]
    late = second if first.saved else first
    assert late.known_by.actor == ("a@ville.fr" if first.saved else "b@ville.fr")


@pytest.mark.parametrize("other", ["en stock", "en service"])
def test_two_forms_that_add_a_line_of_the_same_name_at_once_do_not_change_each_other_s(
    known: Store, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    together(monkeypatch)
    outcomes = at_once(
        lambda: edits.record(known, "devices", [DEVICE], "a@ville.fr", new=True),
        lambda: edits.record(known, "devices", [DEVICE | {"etat": other}], "b@ville.fr", new=True),
    )
    assert sorted(outcome.saved for outcome in outcomes) == [False, True]
    late, winner = (outcomes[1], "a@ville.fr") if outcomes[0].saved else (outcomes[0], "b@ville.fr")
    (reason,) = late.refusals.values()
    assert reason.startswith(f"déjà connu, par {winner} (dépôt n°")
    assert count(known, "device_rows WHERE device = 'MAT-9'") == 1


@pytest.mark.parametrize("action", [undo, redo])
def test_a_deposit_taken_back_or_put_back_twice_at_once_is_so_once(store: Store, action: Callable[..., Any]) -> None:
    apply(store, "j.csv", LOG, "agent")
    if action is redo:
        undo(store, 1, "agent")
    before = count(store, "audit_log")
    outcomes = at_once(*(lambda name=name: action(store, 1, name) for name in "abc"))
    refused = [outcome for outcome in outcomes if isinstance(outcome, NotPossible)]
    assert len(refused) == 2 and outcomes.count(None) == 1
    assert all("rien ne change" in str(refusal) for refusal in refused)
    assert count(store, "audit_log") == before + 1


def test_a_demonstration_started_and_erased_twice_at_once_is_so_once(store: Store) -> None:
    loaded = at_once(*(lambda: load_demo(store, date(2026, 5, 20)) for _ in range(2)))
    assert sorted(map(type, loaded), key=str) == [type(None), DemoOnly]
    assert count(store, "audit_log") == 2  # the demonstration, and the meetings that read its data
    erased = at_once(*(lambda name=name: start_empty(store, name) for name in "ab"))
    (late,) = [outcome for outcome in erased if outcome is not None]
    assert isinstance(late, DemoOnly) and "déjà effacée" in str(late)
    assert count(store, "audit_log") == 3
