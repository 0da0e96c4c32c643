"""Files as people have them: whatever the encoding, separator or title lines, the same rows; or a French refusal."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.deposit.staging import stage
from data.reading.sheet import DepositRefused, read_sheet

HEADER = ["site_nom", "site_type", "date", "prevision", "reel"]
ROWS = [["CHAUVINIÈRE M", "M", "24/05/2016", "72", "68"], ["CÔTE D'OR", "E", "25/05/2016", "NA", ""]]


def written(separator: str = ";", encoding: str = "utf-8", end: str = "\r\n", top: str = "") -> bytes:
    lines = [separator.join(row) for row in [HEADER, *ROWS]]
    return (top + end.join(lines) + end).encode(encoding)


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_file_reads_the_same_in_any_encoding_separator_and_line_ending(
    separator: str, encoding: str, end: str
) -> None:
    sheet = read_sheet(written(separator, encoding, end))
    assert sheet.kind.name == "log"
    assert sheet.cells.drop_columns("line").to_pydict() == dict(
        zip(HEADER, map(list, zip(*ROWS, strict=True)), strict=True)
    )


def test_headers_are_known_in_any_case_order_and_accent_and_by_their_synonyms() -> None:
    sheet = read_sheet("Réel;Prévision;JOUR;Type;Nom site\n1;2;01/09/2016;M;A\n".encode())
    assert tuple(sheet.cells.column_names) == ("line", "reel", "prevision", "date", "site_type", "site_nom")


def test_title_lines_and_blank_lines_are_passed_over_and_line_numbers_stay_those_of_the_file() -> None:
    content = b"Journal de la cantine\n\nsite_nom;site_type;date;reel\n\nA;M;01/09/2016;5\n;;;\nB;M;01/09/2016;6\n"
    sheet = read_sheet(content)
    assert sheet.cells["line"].to_pylist() == [5, 7]


def test_a_quoted_line_break_keeps_the_numbers_of_the_following_lines() -> None:
    sheet = read_sheet(b'site_nom;site_type;date;reel\n"A\nB";M;01/09/2016;5\nC;M;01/09/2016;6\n')
    assert sheet.cells["line"].to_pylist() == [2, 4]


def test_a_separator_inside_free_text_is_said_on_its_line_and_shifts_no_column() -> None:
    sheet = read_sheet(b"site_nom;site_type;date;reel\nA;M;01/09/2016;5;oups\nB;M;01/09/2016;6;\n")
    assert sheet.cells["line"].to_pylist() == [3]
    assert sheet.broken[0][0] == 2
    assert "séparateur" in sheet.broken[0][1]


def test_an_unknown_column_is_ignored_and_named() -> None:
    sheet = read_sheet(b"site_nom;site_id;site_type;date;reel\nA;12;M;01/09/2016;5\n")
    assert sheet.ignored == ("site_id",)


WEIGHT = st.integers(0, 9_999_999).map(lambda grams: grams / 1000)
LINES = st.lists(st.tuples(st.text("ABÉœ’ '", min_size=1, max_size=8), st.dates(date(2001, 1, 1)), WEIGHT), min_size=1)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
NUMBERS: dict[str, Callable[[float], str]] = {
    "point": lambda kg: f"{kg:.3f}",
    "comma": lambda kg: f"{kg:.3f}".replace(".", ","),
    "spaces": lambda kg: f"{kg:,.3f}".replace(",", " ").replace(".", ","),
    "no-break spaces": lambda kg: f"{kg:,.3f}".replace(",", "\u00a0").replace(".", ","),
}
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%Y-%m-%dT00:00:00")


@settings(max_examples=25)
@given(LINES, st.data())
def test_the_same_lines_give_the_same_rows_in_any_encoding_separator_and_format(
    lines: list[tuple[str, date, float]], data: st.DataObject
) -> None:
    expected = [(name.strip() or None, day, kg) for name, day, kg in lines]
    shown, day_format = data.draw(st.sampled_from(sorted(NUMBERS))), data.draw(st.sampled_from(DATES))
    encoding, separator = data.draw(st.sampled_from(ENCODINGS)), data.draw(st.sampled_from(";,\t|"))
    quoting = data.draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
    end = data.draw(st.sampled_from(["\r\n", "\n"]))
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator=end)
    writer.writerow(["site_nom", "site_type", "date", "preparation_kg"])
    # A day over 12 settles which of day and month comes first.
    for name, day, kg in [*lines, ("Z", date(2016, 5, 24), 0.0)]:
        writer.writerow([name, "M", day.strftime(day_format), NUMBERS[shown](kg)])
    sheet = read_sheet(text.getvalue().encode(encoding))
    with duckdb.connect() as cursor:
        stage(cursor, sheet)
        rows = cursor.execute("SELECT site_nom, date, preparation_kg FROM file_lines ORDER BY line").fetchall()
    assert rows == [*expected, ("Z", date(2016, 5, 24), 0.0)]


UTF16 = written(encoding="utf-16")
REFUSED = {
    "PNG renamed": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image PNG"),
    "empty": (b"", "vide"),
    "spaces": (b" \r\n\r\n", "vide"),
    "header alone": (b"site_nom;site_type;date;reel\r\n", "que son en-tête"),
    "unknown header": (b"nom;valeur\r\na;1\r\n", "La page «\u00a0Déposer un fichier\u00a0» montre les colonnes"),
    "nearly a log": (b"site_nom;date;reel\r\nA;01/09/2016;1\r\n", "il manque\u00a0: «\u00a0site_type\u00a0»"),
    "UTF-16 cut inside a character": (UTF16[:-1], "tronqué"),
    "UTF-16 cut inside a line": (UTF16[:-20], "tronqué"),
    "gzip": (gzip.compress(written()), "compressé"),
    "zip": (b"PK\x03\x04" + b"\x00" * 50, "abîmé"),
    "NUL bytes": (b"site_nom;site_type;date;reel\r\nA\x00;M;01/09/2016;5\r\n", "pas du texte"),
    "50 000 columns": (b";".join(b"c%d" % n for n in range(50_000)) + b"\n1\n", "colonnes"),
    "a huge cell": (written() + b"x" * 300_000 + b";M;01/09/2016;1;1\r\n", "dépasse"),
    "undecodable": (b"\x81\x8d\x8f\x90\x9d" * 10, "abîmé"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_in_french_with_what_to_do(name: str) -> None:
    content, said = REFUSED[name]
    with pytest.raises(DepositRefused, match=said):
        read_sheet(content)


@given(st.binary(max_size=400))
def test_random_bytes_end_in_a_sheet_or_a_refusal(content: bytes) -> None:
    try:
        read_sheet(content)
    except DepositRefused as refusal:
        assert str(refusal).endswith(".")


@given(st.integers(0, 400), st.integers(0, 255))
def test_a_valid_file_with_one_changed_byte_ends_in_a_sheet_or_a_refusal(position: int, value: int) -> None:
    content = bytearray(written())
    content[position % len(content)] = value
    try:
        read_sheet(bytes(content))
    except DepositRefused as refusal:
        assert str(refusal).endswith(".")


PIECES = ['"', '"', ";", "\n", "\r\n", "\r", " ", "é", '"x";', "1,5", "\n\n", ";;;", '""', "Total"]


@settings(max_examples=150)
@given(st.integers(1, 5), st.booleans(), st.lists(st.tuples(st.integers(28, 200), st.sampled_from(PIECES)), max_size=4))
def test_a_file_reads_the_same_all_at_once_and_line_by_line(
    count: int, quoted: bool, pieces: list[tuple[int, str]]
) -> None:
    mark = '"' if quoted else ""
    lines = [
        ["site_nom", "site_type", "date", "reel"],
        *([f"A{n}", "M", f"{n:02d}/09/2016", "1"] for n in range(count)),
    ]
    text = "".join(";".join(f"{mark}{cell}{mark}" for cell in line) + "\n" for line in lines)
    for place, piece in pieces:
        text = text[:place] + piece + text[place:]
    with pytest.MonkeyPatch.context() as patch:
        fast = outcome(text.encode())
        patch.setattr("data.reading.sheet._rows_at_once", lambda *_: None)
        assert fast == outcome(text.encode())


def outcome(content: bytes) -> object:
    """Return all that reading a file says."""
    try:
        sheet = read_sheet(content)
    except DepositRefused as refusal:
        return str(refusal)
    return sheet.cells.to_pydict(), sheet.broken, sheet.ignored, sheet.remarks
