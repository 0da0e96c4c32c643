"""Several files at once: recognised, then deposited in one order, whatever the order they were chosen in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from data.access.rights import Person
from data.deposit.apply import DepositRefused, NotYours, apply, base_name, forget, preview
from data.deposit.report import DepositReport, Findings
from data.store import Store

# What a line is compared with goes in before it: the canteens before their labels, the schools before their stages.
REFERENCES = ("canteens", "mapping", "schools", "enrolment", "holidays", "school_years", "strikes", "events", "sites")
ALONE = "une question est à trancher\u00a0: déposez-le seul, elle vous sera posée"


class Chosen(NamedTuple):
    """A file among others: its name and bytes, what it was recognised as, why it cannot go with the others (or "").

    `not_yours`: the person may deposit no line of its kind.
    """

    name: str
    content: bytes
    kind: str
    title: str
    lines: int
    reason: str
    not_yours: bool = False


class Outcome(NamedTuple):
    """What came of a file: its report, without its remarks, or why nothing of it is recorded."""

    name: str
    report: DepositReport | None
    reason: str


def recognised(store: Store, files: Iterable[tuple[str, bytes]], actor: Person | str) -> list[Chosen]:
    """Recognise these files (name, bytes), without writing anything, in the order of their deposit.

    Of two files of one kind, the last by its name has the last word on a value that both tell.
    """
    looked = [_looked_at(store, name, content, actor) for name, content in files]
    forget()
    return sorted(looked, key=lambda file: (not file.kind, _rank(file.kind), file.name.casefold(), file.content))


def _looked_at(store: Store, name: str, content: bytes, actor: Person | str) -> Chosen:
    shown = base_name(name)
    try:
        report = preview(store, name, content, actor)
    except DepositRefused as refusal:
        return Chosen(shown, content, "", "", 0, str(refusal), isinstance(refusal, NotYours))
    return Chosen(shown, content, report.kind, report.kind_title, report.lines, ALONE if report.undecided else "")


def _rank(kind: str) -> tuple[int, str]:
    return (REFERENCES.index(kind) if kind in REFERENCES else len(REFERENCES)), kind


def deposit_all(
    store: Store, files: Iterable[Chosen], actor: Person | str, begun: Callable[[str], object] = lambda _: None
) -> list[Outcome]:
    """Deposit recognised files one after the other, each checked against what those before it brought.

    Each is a deposit of its own: it can be undone alone, and one that is refused keeps no other from going in. `begun`
    is called with the name of each file before it is read.
    """
    outcomes = []
    for file in files:
        begun(file.name)
        outcomes.append(_deposited(store, file, actor))
    return outcomes


def _deposited(store: Store, file: Chosen, actor: Person | str) -> Outcome:
    try:
        if preview(store, file.name, file.content, actor).undecided:
            return Outcome(file.name, None, ALONE)
        report = apply(store, file.name, file.content, actor)
    except DepositRefused as refusal:
        return Outcome(file.name, None, str(refusal))
    # A long file may have a million remarks.
    return Outcome(file.name, replace(report, warnings=Findings.of([])), "")
