"""Random bytes and mutated files: each ends in a report or in a French refusal, and a preview changes nothing.

60 inputs here; ANTIGASPI_FUZZ=20000 for the bar.
"""

from __future__ import annotations

import os
import random
import re
import resource

from data.deposit.apply import DepositRefused, apply, preview
from data.store import Store
from tests.data.reading.awkward import TABLE, rezipped, text, workbook

INPUTS = int(os.environ.get("ANTIGASPI_FUZZ", "60"))
MEMORY_KB = 400_000
LOG = text(*(f'"POINT {n}";M;{1 + n % 28:02d}/09/2016;{n};{n};1,5;"pluie ; vent"' for n in range(20)))
VALID = [
    LOG.encode(),
    LOG.encode("cp1252"),
    LOG.encode("utf-16"),
    'date;rang;plat\n01/09/2016;1;Crêpe\n01/09/2016;2;"a;b"\n'.encode("cp1252"),
    b"date,greve\n2016-01-01,1\n2016-01-04,0\n",
    "\u00c9cole\tAnn\u00e9e\tEffectif\nA\t2025-2026\t1\u202f166\nTotal\t\t1166\n".encode("utf-8-sig"),
    b"annee_scolaire,vacances_nom,date_debut,date_fin,zone,vacances\n2010-2011,Toussaint,2010-10-23,2010-11-03,B,1\n",
    b"cantine_nom|secteur|latitude|longitude\nA|Nord|47,2|-1,5\n",
    workbook(TABLE),
]
SHEET = "xl/worksheets/sheet1.xml"
WHAT_TO_DO = re.compile(r"[Dd]épos|Dépôt|Découpez|Corrigez|Enregistrez|Exportez")
PIECES = [b'"', b";", b"\n", b"\r", b"\x00", b"\xa0", b"=cmd()", b"'", b"9" * 20, b"-1", b"1e400", b"\xff\xfe", b"\t"]
PIECES += [
    "CÔTE".encode("cp850"),
    "é".encode().decode("latin-1").encode(),
    b'="7"',
    b"\xcc\x81",
    b"\xe2\x80\x8b",
    b"24/05/2016 au ",
]
PIECES += [b",,,,", b"31/02/2016", b"0000-00-00", b"99999", b"Total", b"#N/A", b"\xef\xbb\xbf", b"\xe2\x80", b";" * 50]


def mutated(chance: random.Random) -> bytes:
    """Return random bytes, or a valid file with some of its bytes changed; of a workbook, often those of its sheet."""
    if chance.random() < 0.15:
        return chance.randbytes(chance.randint(0, 300))
    valid = chance.choice(VALID)
    if valid.startswith(b"PK") and chance.random() < 0.7:
        return rezipped(valid, SHEET, lambda xml: scrambled(chance, xml))
    return scrambled(chance, valid)


def scrambled(chance: random.Random, valid: bytes) -> bytes:
    """Return some bytes with a few of them changed, added, dropped or said twice."""
    content = bytearray(valid)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        kind, place = chance.random(), chance.randrange(len(content) + 1)
        if kind < 0.4 and content:
            content[place % len(content)] = chance.randrange(256)
        elif kind < 0.6:
            content[place:place] = chance.choice(PIECES)
        elif kind < 0.8:
            del content[place : place + chance.randint(1, 30)]
        else:
            content[place:place] = content[max(0, place - 20) : place]
    return bytes(content)


def assert_french(refusal: DepositRefused, content: bytes) -> None:
    """Check that a refusal is a sentence without jargon that says what to do next."""
    said = str(refusal)
    assert said.endswith(".") and WHAT_TO_DO.search(said), (said, content)
    assert not re.search(r"(?i)unicode|utf-?8|error|exception|none\b", said), (said, content)


def peak_kb() -> int:
    """Return the most memory this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_every_input_ends_in_a_report_or_a_refusal_and_a_refused_one_leaves_the_store_as_it_was(store: Store) -> None:
    chance, before = random.Random(2026), peak_kb()
    reports = refusals = 0
    for number in range(INPUTS):
        content, version = mutated(chance), store.version()
        try:
            report = preview(store, "f.csv", content)
        except DepositRefused as refusal:
            assert_french(refusal, content)
            refusals += 1
        else:
            buckets = report.accepted + report.without_measure + report.unchanged + report.rejected_lines
            assert report.lines == buckets, (number, content)
            reports += 1
        assert store.version() == version, (number, content)
    assert reports > INPUTS / 10
    assert refusals > INPUTS / 10
    assert peak_kb() - before < MEMORY_KB


def test_an_input_applied_is_recorded_whole_or_not_at_all(store: Store) -> None:
    chance = random.Random(2027)
    for number in range(INPUTS // 5):
        content, version = mutated(chance), store.version()
        try:
            report = apply(store, "f.csv", content, "agent")
        except DepositRefused as refusal:
            assert_french(refusal, content)
            assert store.version() == version, (number, content)
        else:
            assert store.version() == version + (not report.nothing_to_do), (number, content)
