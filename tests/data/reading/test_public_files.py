"""Files re-made after public bug reports: merged, hidden, late, quoted after a space, written by other programs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from data.calendar.names import ENGLISH_MONTHS, MONTHS
from data.reading.sheet import DepositRefused, Sheet, read_sheet

TITLES = ["site_nom", "site_type", "date", "prevision", "reel", "service"]
ROWS = [["A", "M", date(2026, 9, 7), 72, 68, "1"], ["B", "M", date(2026, 9, 7), 50, 45, "2"]]
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/": b"http://purl.oclc.org/ooxml/officeDocument/",
}


def book(change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None] = lambda _: None) -> bytes:
    made = openpyxl.Workbook()
    sheet = made.active
    for row in [TITLES, *ROWS]:
        sheet.append(row)
    change(sheet)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def rewritten(content: bytes, change: Callable[[str, bytes], tuple[str, bytes]]) -> bytes:
    """Return a workbook with other names or other bytes in its parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(written, "w") as after:
        for part in before.namelist():
            after.writestr(*change(part, before.read(part)))
    return written.getvalue()


def column(sheet: Sheet, name: str) -> list[str]:
    return sheet.cells[name].to_pylist()


def reasons(sheet: Sheet) -> str:
    return " | ".join(reason for *_, reason in sheet.remarks)


def test_merged_names_and_dates_are_spread_over_the_lines_they_cover() -> None:
    def merge(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("C2:C3")

    sheet = read_sheet(book(merge))
    assert column(sheet, "site_nom") == ["A", "A"]
    assert column(sheet, "date") == ["2026-09-07"] * 2
    assert "leur texte vaut pour chaque ligne" in reasons(sheet)


def test_an_unread_column_that_is_merged_is_spread_too() -> None:
    assert read_sheet(book(lambda sheet: sheet.merge_cells("F2:F3"))).others["service"].to_pylist() == ["1", "1"]


@pytest.mark.parametrize(("cells", "named"), [("E2:E3", "les lignes 2 à 3"), ("D2:E2", "les colonnes prevision, reel")])
def test_a_merged_measure_is_not_taken_and_is_named(cells: str, named: str) -> None:
    sheet = read_sheet(book(lambda sheet: sheet.merge_cells(cells)))
    field = "reel" if cells == "E2:E3" else "prevision"
    assert column(sheet, field)[0] == ""
    [(line, name, reason)] = [remark for remark in sheet.remarks if "fusionnée" in remark[2]]
    assert (line, name) == (2, field)
    assert named in reason


def test_hidden_and_filtered_lines_columns_and_sheets_are_read_and_said() -> None:
    def hide(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True
        sheet.parent.create_sheet("Notes")
        sheet.sheet_state = "hidden"

    sheet = read_sheet(book(hide))
    assert column(sheet, "reel") == ["68", "45"]
    assert "la ligne 3, masquée ou filtrée" in reasons(sheet)
    assert "la feuille lue est masquée" in reasons(sheet)
    assert any(name == "prevision" and "masquée" in reason for _, name, reason in sheet.remarks)


def strict(part: str, content: bytes) -> tuple[str, bytes]:
    for usual, of_strict in STRICT.items():
        content = content.replace(usual, of_strict)
    if "sheet1" in part:
        content = re.sub(rb't="n"><v>46272</v>', b't="d"><v>2026-09-07T00:00:00</v>', content)
    return part, content


def universal(part: str, content: bytes) -> tuple[str, bytes]:
    """Write the days as midnight in Paris in universal time, as SheetJS does."""
    return part, re.sub(rb't="n"><v>46272</v>', b't="d"><v>2026-09-06T22:00:00.000Z</v>', content)


WRITERS: dict[str, Callable[[str, bytes], tuple[str, bytes]]] = {
    "an empty fill": lambda part, content: (part, re.sub(rb"<fill>.*?</fill>", b"<fill/>", content)),
    "strict Open XML": strict,
    "universal time": universal,
    "backslashes": lambda part, content: (part.replace("/", "\\"), content),
    "capitals": lambda part, content: (part.replace("styles.xml", "Styles.xml"), content),
    "no styles": lambda part, content: (part, b"" if "theme" in part else content),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_the_workbooks_of_other_writers_are_read(writer: str) -> None:
    sheet = read_sheet(rewritten(book(), WRITERS[writer]))
    assert column(sheet, "date") == ["2026-09-07"] * 2
    assert column(sheet, "reel") == ["68", "45"]


def test_days_counted_from_1904_are_the_same_days() -> None:
    def since_1904(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet.parent.epoch = datetime(1904, 1, 1)

    assert column(read_sheet(book(since_1904)), "date") == ["2026-09-07"] * 2


def test_the_sheets_that_are_not_read_are_named() -> None:
    def second(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        other = sheet.parent.create_sheet("Octobre")
        for row in [TITLES, *ROWS]:
            other.append(row)

    assert "« Octobre »".replace(" ", "\u00a0") in reasons(read_sheet(book(second)))


@pytest.mark.parametrize("time", ["22:00:00", "23:00:00", "23:59:12", "23:50:39"])
def test_a_workbook_whose_dates_are_all_late_in_the_evening_is_doubted(time: str) -> None:
    def late(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        for line in (2, 3):
            sheet.cell(line, 3).value = datetime.fromisoformat(f"2026-09-06 {time}")

    content = book(late)
    assert read_sheet(content).early_columns == {"date": f"2026-09-06 {time}"}
    assert column(read_sheet(content, early_dates="next_day"), "date") == ["2026-09-07"] * 2
    assert column(read_sheet(content, early_dates="as_written"), "date") == ["2026-09-06"] * 2


def test_a_midnight_that_falls_short_by_less_than_a_second_is_midnight() -> None:
    def short(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        sheet["C2"].value, sheet["C3"].value = 46271.999999, 46272

    def shown_as_day(part: str, content: bytes) -> tuple[str, bytes]:
        return part, content

    def dated(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
        short(sheet)
        for cell in ("C2", "C3"):
            sheet[cell].number_format = "dd/mm/yyyy"

    assert column(read_sheet(rewritten(book(dated), shown_as_day)), "date") == ["2026-09-07"] * 2


@pytest.mark.parametrize("separator", [",", ";"])
def test_quotes_after_a_space_are_quotes(separator: str) -> None:
    lines = ['"site_nom", "site_type", "date", "reel", "commentaire"', '"A", "M", "2026-09-07", 68, "sortie, ""bus"""']
    sheet = read_sheet("\n".join(line.replace(", ", f"{separator} ") for line in lines).encode())
    assert column(sheet, "site_nom") == ["A"]
    assert column(sheet, "commentaire")[0].replace("; ", ", ") == 'sortie, "bus"'


def test_a_line_that_is_one_quoted_cell_is_said_so_and_the_others_are_read() -> None:
    head = b"site_nom,site_type,date,reel,commentaire\n"
    sheet = read_sheet(head + b'A,M,2026-09-07,68,\n"A,M,2026-09-08,66,""sortie, bus"""\n"A,M,2026-09-10,6,",,,,\n')
    assert column(sheet, "date") == ["2026-09-07"]
    assert [line for line, _ in sheet.broken] == [3, 4]
    assert all("une seule case" in reason for _, reason in sheet.broken)


@pytest.mark.parametrize("form", ["{day}-{short}-{year}", "{short} {day}, {year}", "{day} {month} {year}"])
def test_the_twelve_english_months_are_read_like_the_french_ones(form: str) -> None:
    for names in (ENGLISH_MONTHS, MONTHS) if "{month}" in form else (ENGLISH_MONTHS,):
        days = [form.format(day="02", short=name[:3].upper(), month=name, year=2026) for name in names]
        lines = "".join(f"A;M;{day};1\n" for day in days)
        read = column(read_sheet(f"site_nom;site_type;date;reel\n{lines}".encode()), "date")
        assert read == [f"2026-{month:02}-02" for month in range(1, 13)]


def test_two_columns_of_one_title_with_other_values_are_refused_by_that_title() -> None:
    head = b"site_nom;site_type;date;reel;Reel\n"
    with pytest.raises(DepositRefused, match=r"même titre, «\u00a0Reel\u00a0» \(colonnes 4 et 5\).*ligne 3"):
        read_sheet(head + b"A;M;07/09/2026;5;5\nA;M;08/09/2026;6;7\n")
    assert column(read_sheet(head + b"A;M;07/09/2026;5;5\nA;M;08/09/2026;6;\n"), "reel") == ["5", "6"]


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        ("date_fusionnee.xlsx", 4, "leur texte vaut pour chaque ligne"),
        ("mesures_fusionnees.xlsx", 2, "«\u00a0118\u00a0» vaut pour les lignes 2 à 3"),
        ("lignes_masquees.xlsx", 6, "2 lignes masquées ou filtrées"),
        ("style_fill_vide.xlsx", 6, ""),
        ("guillemets_apres_espace.csv", 2, ""),
        ("guillemets_apres_espace_plats.csv", 2, ""),
        ("dates_oct.csv", 4, ""),
        ("lignes_requotees_en_partie.csv", 2, ""),
    ],
)
def test_the_public_files_end_as_described(public_cases: Path, name: str, lines: int, said: str) -> None:
    sheet = read_sheet((public_cases / name).read_bytes())
    assert sheet.cells.num_rows == lines
    assert said in reasons(sheet)
    texts = [text for title in sheet.cells.column_names[1:] for text in column(sheet, title)]
    assert not any('"' in text for text in texts)
    dates = column(sheet, "date")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", text) for text in dates)
    assert len(sheet.broken) == (name == "lignes_requotees_en_partie.csv")
