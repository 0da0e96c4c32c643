"""Awkward Excel workbooks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import openpyxl

from tests.data.reading.awkward import DAY, NEXT, TABLE, TITLES, Corpus, archive, bomb, rezipped, workbook

WORKBOOKS = Corpus()
add, refuse = WORKBOOKS.add, WORKBOOKS.refuse
SHEET = "xl/worksheets/sheet1.xml"
FORMULA = [*TABLE, ["C", "M", DAY, 10, "=D2+1", "=1/0", None]]


def far_format(book: openpyxl.Workbook) -> None:
    """Leave a format alone far to the right and far down, as a click on a whole row does."""
    book.worksheets[0]["ZZ2"].number_format = "0.00"
    book.worksheets[0]["A5000"].number_format = "0.00"


def hide_first(book: openpyxl.Workbook) -> None:
    book.worksheets[0].sheet_state = "hidden"


def since_1904(book: openpyxl.Workbook) -> None:
    book.epoch = datetime(1904, 1, 1)


def merge_title(book: openpyxl.Workbook) -> None:
    book.worksheets[0].insert_rows(1)
    book.worksheets[0]["A1"] = "Journal des cantines"
    book.worksheets[0].merge_cells("A1:G1")


def shown_as(shape: str) -> Callable[[openpyxl.Workbook], None]:
    """Return the change that shows the first weighing under a number format."""

    def change(book: openpyxl.Workbook) -> None:
        book.worksheets[0]["F2"].number_format = shape

    return change


def with_values(content: bytes) -> bytes:
    """Give the two formulas of the table the values Excel would have saved: a number and an error."""
    with_number = content.replace(b"<f>D2+1</f><v></v>", b"<f>D2+1</f><v>73</v>").replace(
        b"<f>D2+1</f><v />", b"<f>D2+1</f><v>73</v>"
    )
    error = b"<f>1/0</f><v>#DIV/0!</v>"
    with_error = with_number.replace(b"<f>1/0</f><v></v>", error).replace(b"<f>1/0</f><v />", error)
    return with_error.replace(b'<c r="F4"', b'<c r="F4" t="e"')


def without_values(content: bytes) -> bytes:
    """Leave formulas without any value, as programs that compute nothing do."""
    return content.replace(b"<v></v>", b"").replace(b"<v />", b"")


add(
    "a plain workbook",
    workbook(TABLE),
    stored={"site": "A", "meals_planned": 72, "date": "2016-05-24", "preparation_kg": 1.5},
)
add(
    "texts in every cell",
    workbook([[str(cell or "") for cell in row] for row in TABLE]),
    stored={"site": "A", "meals_planned": 72},
)
add(
    "serial numbers without a date format",
    workbook([TITLES, ["A", "M", 42514, 72, 68, 0.1, None]]),
    lines=1,
    accepted=1,
    stored={"site": "A", "meals_planned": 72, "date": "2016-05-24", "preparation_kg": 0.1},
)
add(
    "dates since 1904",
    workbook(TABLE, change=since_1904),
    stored={"site": "A", "meals_planned": 72, "date": "2016-05-24"},
)
add(
    "a date with a time",
    workbook([TITLES, ["A", "M", datetime(2016, 5, 24, 12, 30), 72, 68, None, None]]),
    lines=1,
    accepted=1,
    stored={"site": "A", "meals_planned": 72, "date": "2016-05-24"},
)
add(
    "a whole number computed as 71.99999999999999",
    workbook([TITLES, ["A", "M", DAY, 71.99999999999999, 68]]),
    lines=1,
    accepted=1,
    stored={"site": "A", "meals_planned": 72},
)
add("a merged title above", workbook(TABLE, change=merge_title), said=("la ligne 1 est au-dessus",))
add(
    "blank rows and a total",
    workbook([*TABLE, [], [None] * 3, ["Total", None, None, 152, 147]]),
    said=("ligne de total",),
)
add("a format far to the right and down", workbook(TABLE, change=far_format))
add(
    "a cell right of the table",
    workbook([*TABLE, ["C", "M", DAY, 1, 1, 1, "x", None, "note"]]),
    lines=3,
    rejected=((4, None),),
)
add("a first sheet of notes", workbook([["Notes"], ["à lire"]], TABLE), said=("seule la feuille",))
add("two tables", workbook(TABLE, TABLE), said=("à part",))
add(
    "a hidden sheet first",
    workbook([TITLES, ["Z", "M", DAY, 1, 1]], TABLE, change=hide_first),
    said=("Sheet1",),
    stored={"site": "A", "meals_planned": 72},
)
add("a size declared wrong", rezipped(workbook(TABLE), SHEET, lambda xml: xml.replace(b'ref="A1:G3"', b'ref="A1"')))
add(
    "formulas with their values",
    rezipped(workbook(FORMULA), SHEET, with_values),
    lines=3,
    accepted=3,
    said=("#DIV/0!",),
    stored={"site": "C", "meals_planned": 10, "date": "2016-05-24", "preparation_kg": None},
)
add(
    "formulas without values",
    rezipped(workbook(FORMULA), SHEET, without_values),
    lines=3,
    accepted=3,
    said=("formule sans valeur",),
    stored={"site": "C", "meals_planned": 10, "date": "2016-05-24", "preparation_kg": None},
)
add("formulas whose value is written empty", workbook(FORMULA), lines=3, accepted=3, said=("formule sans valeur",))
add(
    "a formula whose value is an empty text",
    rezipped(workbook(FORMULA), SHEET, lambda xml: re.sub(rb'(<c r="[EF]4")', rb'\1 t="str"', xml)),
    lines=3,
    accepted=3,
    stored={"site": "C", "meals_planned": 10, "meals_served": None, "preparation_kg": None},
)
add(
    "a text that looks like a formula",
    workbook([*TABLE[:2], ["B", "E", DAY, 1, 1, None, "@SUM(A1)"]]),
    said=("jamais calculée",),
)
add(
    "true where a number is meant",
    workbook([*TABLE[:2], ["B", "E", DAY, True, 1]]),
    accepted=1,
    rejected=((3, "prevision"),),
)

for shape in ("0%", '#,##0.00 "€"', '0" g"'):
    weighing = workbook(TABLE, change=shown_as(shape))
    add(f"a weighing shown as {shape}", weighing, accepted=1, rejected=((2, "preparation_kg"),))
add(
    "a weighing shown in kg",
    workbook(TABLE, change=shown_as('0.0" kg"')),
    stored={"site": "A", "preparation_kg": 1.5},
)
add("an empty model before the table", workbook([TITLES], TABLE), said=("seule la feuille",))
add(
    "merged cells: the site on its first row only",
    workbook([TITLES, ["A", "M", DAY, 72, 68], [None, None, NEXT, 80, 79]]),
    accepted=1,
    rejected=((3, "site_nom"), (3, "site_type")),
)
add(
    "dates that Excel took for French ones",
    workbook([TITLES, ["A", "M", "05/24/2016", 72, 68], ["B", "E", datetime(2016, 6, 1), 80, 79]]),
    said=("mois/jour", "jour et mois y sont échangés"),
)

refuse("no known table", workbook([["nom", "valeur"], ["a", 1]]), "ne sont pas reconnus")
refuse("no sheet row", workbook([]), "ne sont pas reconnus")
refuse("only a header", workbook([TITLES]), "que son en-tête")
refuse("a truncated workbook", workbook(TABLE)[:-300], "abîmé")
refuse("broken XML", rezipped(workbook(TABLE), SHEET, lambda xml: xml[:400]), "abîmé")
refuse("2 000 columns", workbook([TITLES + ["x"] * 2_000, *TABLE[1:]]), "colonnes")
refuse(
    "a row number out of measure",
    rezipped(workbook(TABLE), SHEET, lambda xml: xml.replace(b'<row r="3"', b'<row r="99999999"')),
    "démesuré",
)
refuse("a bomb of 600 MB", lambda: bomb(600), "démesuré")
refuse(
    "an entity bomb",
    rezipped(
        workbook(TABLE),
        SHEET,
        lambda xml: (
            b'<!DOCTYPE z [<!ENTITY a "'
            + b"x" * 1000
            + b'">'
            + b"".join(b'<!ENTITY %c "%s">' % (97 + n, b"&%c;" % (96 + n) * 50) for n in range(1, 8))
            + b"]>"
            + xml[xml.index(b"<worksheet") :].replace(
                b"<sheetData>", b"<sheetData><row><c t='str'><v>&h;</v></c></row>"
            )
        ),
    ),
    "abîmé",
)
refuse("a zip of files", archive(journal_csv=b"a;b"), "archive")
refuse("an .ods", archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content_xml=b"<x/>"), ".ods")
refuse("an .xlsb", archive(xl__workbook_bin=b"x"), ".xlsb")
refuse("a Word document", archive(word__document_xml=b"<x/>"), "Word")
