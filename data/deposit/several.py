"""Several files at once: recognised, then deposited in one order, whatever the order they were chosen in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from data.access.rights import Person
from data.deposit.apply import DepositRefused, NotYours, apply, base_name, forget, preview
from data.deposit.report import DepositReport, Findings
from data.store import Store
from data.typography import quoted

# What a line is compared with goes in before it: the canteens before their labels, the schools before their stages.
REFERENCES = ("canteens", "mapping", "schools", "enrolment", "holidays", "school_years", "strikes", "events", "sites")
KNOWN, EMPTY = "déjà enregistré, rien de nouveau", "rien à enregistrer"
LIKE = "{new} s’écrit presque comme {known}, déjà connu\u00a0: déposez ce fichier seul, la page vous dira quoi vérifier"
ALONE = "une question est à trancher\u00a0: déposez-le seul, elle vous sera posée"


class Chosen(NamedTuple):
    """A file among others: its name and digest, what it was recognised as, why it cannot go with the others (or "").

    `nothing_new`: why it need not go in (or ""). `not_yours`: the person may deposit no line of its kind.
    `rejected`: its lines that would be rejected if it went in alone; `after_others`: files that go in before it may
    change this number.
    """

    name: str
    digest: str
    kind: str
    title: str
    lines: int
    reason: str
    nothing_new: str = ""
    not_yours: bool = False
    rejected: int = 0
    after_others: bool = False

    @property
    def ready(self) -> bool:
        """True when the file can go in with the others, and brings something."""
        return not self.reason and not self.nothing_new


class Outcome(NamedTuple):
    """What came of a file: its report, without its remarks, or why nothing of it is recorded."""

    name: str
    report: DepositReport | None
    reason: str


def digest_of(content: bytes) -> str:
    """Return what a file is known by once its bytes are let go."""
    return hashlib.sha256(content).hexdigest()


def recognised(store: Store, files: Iterable[tuple[str, bytes]], actor: Person | str) -> list[Chosen]:
    """Recognise these files (name, bytes), without writing anything, in the order of their deposit.

    Of two files of one kind, the last by its name has the last word on a value that both tell.
    """
    looked = [_looked_at(store, name, content, actor) for name, content in files]
    forget()
    ordered = sorted(looked, key=lambda file: (not file.kind, _rank(file.kind), file.name.casefold(), file.digest))
    return [file._replace(after_others=_may_change(ordered[:place], file)) for place, file in enumerate(ordered)]


def _may_change(before: Iterable[Chosen], file: Chosen) -> bool:
    return any(one.ready and one.kind != file.kind and one.kind in REFERENCES for one in before)


def _looked_at(store: Store, name: str, content: bytes, actor: Person | str) -> Chosen:
    shown, digest = base_name(name), digest_of(content)
    try:
        report = preview(store, name, content, actor)
    except DepositRefused as refusal:
        return Chosen(shown, digest, "", "", 0, str(refusal), not_yours=isinstance(refusal, NotYours))
    reason = ALONE if report.undecided else ""
    chosen = Chosen(shown, digest, report.kind, report.kind_title, report.lines, reason, _nothing_new(report))
    return chosen._replace(rejected=report.rejected_lines)


def _nothing_new(report: DepositReport) -> str:
    # A line that is rejected now may be right after the files before it.
    if not report.nothing_to_do or report.rejected_lines:
        return ""
    return KNOWN if report.unchanged else EMPTY


def _rank(kind: str) -> tuple[int, str]:
    return (REFERENCES.index(kind) if kind in REFERENCES else len(REFERENCES)), kind


def deposit_all(
    store: Store, files: Iterable[Chosen], contents: Mapping[str, bytes], actor: Person | str
) -> Iterator[Outcome]:
    """Deposit recognised files one after the other, each checked against what those before it brought.

    Each is a deposit of its own: it can be undone alone, and one that is refused keeps no other from going in.
    `contents` has the bytes of each by its digest.
    """
    for file in files:
        yield _deposited(store, file.name, contents[file.digest], actor)


def _deposited(store: Store, name: str, content: bytes, actor: Person | str) -> Outcome:
    try:
        report = preview(store, name, content, actor)
        if report.undecided:
            return Outcome(name, None, ALONE)
        if alike := [one for one in report.unknown_labels.to_dict("records") if one["alike"]]:
            return Outcome(name, None, LIKE.format(new=quoted(alike[0]["site"]), known=quoted(alike[0]["alike"])))
        report = apply(store, name, content, actor)
    except DepositRefused as refusal:
        return Outcome(name, None, str(refusal))
    # A long file may have a million remarks.
    return Outcome(name, replace(report, warnings=Findings.of([])), "")
