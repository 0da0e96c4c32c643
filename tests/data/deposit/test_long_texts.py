"""No file makes a report, a refusal or a page as long as it wants."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from data.cli import main
from data.deposit.apply import base_name, preview
from data.deposit.report import DepositReport
from data.kinds import Field, Kind, kinds
from data.reading.decoding import DepositRefused
from data.reading.sheet import read_sheet
from data.reading.texts import distinct
from data.store import Store

MOST = 200_000
LONG = 96_000


def free(kind: Kind) -> list[Field]:
    """Return the columns where people may write any text."""
    return [field for field in kind.fields if field.type == "string" and not field.enum and not field.pattern]


EACH_KIND = pytest.mark.parametrize("kind", kinds().values(), ids=kinds())
FREE = {name: kind for name, kind in kinds().items() if free(kind)}
WITH_TEXTS = pytest.mark.parametrize("kind", FREE.values(), ids=FREE)


def size(report: DepositReport) -> int:
    """Count the letters of all that a report says of a file, its rejected lines given back aside."""
    tables = [report.changes.to_csv(), report.unknown_labels.to_csv()]
    return len(json.dumps(report.as_dict(), ensure_ascii=False)) + sum(map(len, tables)) + len(report.file)


def file_of(kind: Kind, lines: list[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, [field.name for field in kind.fields])
    writer.writeheader()
    writer.writerows({field.name: field.example for field in kind.fields} | line for line in lines)
    return text.getvalue().encode()


# A line of another zone is set aside, whatever else it says.
NOT_ASKED = ("effacer", "zone")


@EACH_KIND
def test_every_text_of_every_kind_of_file_has_a_longest_length_that_its_model_tells(kind: Kind) -> None:
    texts = [field for field in kind.fields if field.type == "string"]
    assert [field.name for field in texts if not field.max_length or field.max_length > 600] == []
    assert [field.name for field in free(kind) if str(field.max_length) not in field.length_note] == []


@WITH_TEXTS
def test_only_a_text_one_letter_too_long_is_rejected_with_its_longest_length(store: Store, kind: Kind) -> None:
    asked = [field for field in free(kind) if field.name not in NOT_ASKED]
    longest = {field.name: "a" * (field.max_length or LONG) for field in asked}
    lines = [longest, *({name: f"{text}a"} for name, text in longest.items())]
    report = preview(store, "f.csv", file_of(kind, lines))
    assert not [finding for finding in report.rejected if finding.line == 2 and "caractères" in finding.reason]
    reasons = {finding.column: finding.reason for finding in report.rejected if "caractères" in finding.reason}
    assert set(reasons) == {field.name for field in asked}
    for field in asked:
        told = f"compte {(field.max_length or 0) + 1} caractères\u00a0: {field.max_length} au plus"
        assert reasons[field.name] == f"«\u00a0{'a' * 59}…\u00a0» {told}"


@WITH_TEXTS
def test_a_file_of_long_texts_gives_a_short_report(store: Store, kind: Kind) -> None:
    texts = [field.name for field in free(kind) if field.name not in NOT_ASKED]
    line = dict.fromkeys(texts, "a" * (LONG // len(texts)))
    report = preview(store, f"{'n' * 10_000}.csv", file_of(kind, [line] * 3))
    assert report.rejected_lines == report.lines
    assert size(report) < MOST


LOG = b"site_nom;site_type;date;reel\nA;M;01/09/2016;9\n"
LONG_PLACES = {
    "an unknown column": LOG.replace(b"reel\n", b"reel;" + b"z" * LONG + b"\n"),
    "a thousand unknown columns": b";".join([LOG[:28], *(b"z" * 90 for _ in range(990))]) + LOG[28:],
    "a column said twice": LOG.replace(b"reel\n", b"reel;reel" + b"!" * LONG + b"\n"),
    "a total": LOG + b"Total " + b"z" * LONG + b";;;9\n",
    "an error of the spreadsheet": LOG + b"B;M;01/09/2016;" + b"#" * LONG + b"\n",
    "a formula": LOG + b"=" + b"z" * LONG + b";M;01/09/2016;9\n",
    "a date": LOG + b"B;M;" + b"9" * LONG + b";9\n",
    "a number": LOG + b"B;M;01/09/2016;" + b"z" * LONG + b"\n",
    "a choice": LOG + b"B;" + b"z" * LONG + b";01/09/2016;9\n",
}


@pytest.mark.parametrize("content", LONG_PLACES.values(), ids=LONG_PLACES)
def test_whatever_a_report_quotes_of_a_file_is_cut(store: Store, content: bytes) -> None:
    report = preview(store, "f.csv", content)
    assert size(report) < 60_000
    told = [f"{finding.column}{finding.reason}" for finding in [*report.rejected, *report.warnings]]
    assert max(map(len, told)) < 720
    assert any("z…" in text or "9…" in text or "#…" in text or "!…" in text or "suite" in text for text in told)


@pytest.mark.filterwarnings("ignore:Title is more")
def test_the_name_of_a_sheet_is_cut(store: Store) -> None:
    workbook, content = Workbook(), io.BytesIO()
    workbook.active.title = "feuille" * 1_000  # type: ignore[union-attr]
    for row in (line.split(";") for line in LOG.decode().splitlines()):
        workbook.active.append(row)  # type: ignore[union-attr]
    workbook.create_sheet("autre")
    workbook.save(content)
    assert size(preview(store, "f.xlsx", content.getvalue())) < 5_000


def test_a_refusal_quotes_little_of_the_file() -> None:
    with pytest.raises(DepositRefused) as refusal:
        raise DepositRefused("x" * LONG)
    assert len(str(refusal.value)) == 1_000


def test_the_name_of_a_file_is_cut_and_keeps_its_ending() -> None:
    assert base_name("n" * 10_000 + ".csv") == "n" * 115 + "….csv"
    assert base_name("dossier/" + "n." + "z" * 10_000) == "n." + "z" * 117 + "…"
    assert base_name("facture\u202evsc.exe\x00\u200b") == "facturevsc.exe "
    assert base_name("C:\\a\\journal 2026.xlsx") == "journal 2026.xlsx"


def test_an_address_too_long_for_an_account_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTIGASPI_DB", str(tmp_path / "s.duckdb"))
    assert main(["user", f"{'a' * 10_000}@ville.fr", "mission"]) == 1
    told = capsys.readouterr().err
    assert "254 caractères au plus" in told and len(told) < 200
    assert main(["import", "n" * 10_000 + ".csv"]) == 1
    assert len(capsys.readouterr().err) < 700
    store = Store(tmp_path / "s.duckdb")
    assert store.version() == 0
    store.close()


def test_no_text_of_the_city_s_real_files_is_too_long(nantes: Path) -> None:
    for file in nantes.glob("*.csv"):
        sheet = read_sheet(file.read_bytes())
        for field in free(sheet.kind):
            if field.name in sheet.cells.column_names:
                assert max(map(len, distinct(sheet.cells[field.name]))) <= (field.max_length or 900), (file, field.name)
