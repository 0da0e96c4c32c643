"""Crafted workbooks."""

from __future__ import annotations

import random
import zipfile
from functools import partial

from tests.data.reading.awkward import archive
from tests.data.reading.crafted import (
    BOOK,
    BOTTOM,
    ENDS,
    RELATIONS,
    SHEET,
    STRINGS,
    STYLES,
    TOP,
    Maker,
    around,
    flooded,
    laughs,
    lying,
    many_parts,
    many_sheets,
    numbered,
    overlapping,
    packed_by,
    repacked,
    repeated,
    rewritten,
    sheet_of,
    strings_of,
    styles_of,
)

STRING = b"<si><t>" + b"x" * 90_000 + b"</t></si>"
ROW = b'<row r="#"><c r="A#"><v>1</v></c></row>'
CUSTOM = b'<numFmt numFmtId="#" formatCode="' + b"[" * 5_000 + b'"/>'
FIELDS = {
    **{f"60 MB of <x/> in {part}": flooded(part, b"<x/>", 60) for part in ENDS},
    **{
        f"60 MB of <x/> in {part}, less packed": flooded(part, b"<x/>", 60, 1)
        for part in (BOOK, SHEET, STRINGS, STYLES)
    },
    **{f"25 MB of <x/> in {part}": flooded(part, b"<x/>", 25) for part in ENDS},
}
WORKBOOKS: dict[str, Maker] = FIELDS | {
    "340 MB of <x/> in the workbook": flooded(BOOK, b"<x/>", 340),
    "60 MB of <c/> in one row": flooded(SHEET, b"<c/>", 60, 1, b"</row>"),
    "60 MB of <c><v>1</v></c> in one row": flooded(SHEET, b"<c><v>1</v></c>", 60, 1, b"</row>"),
    "a million cells A1 in one row": flooded(SHEET, b'<c r="A1"><v>1</v></c>', 22, 1, b"</row>"),
    "60 MB of empty rows": flooded(SHEET, b"<row/>", 60, 1, b"</sheetData>"),
    "60 MB of strings": flooded(STRINGS, b"<si/>", 60, 1),
    "60 MB of runs in a string": flooded(STRINGS, b"<r><t>a</t></r>", 60, 1, b"</si>"),
    "60 MB of empty runs in a string": flooded(STRINGS, b"<r/>", 60, 1, b"</si>"),
    "60 MB of readings in a string": flooded(STRINGS, b"<rPh><t>a</t></rPh>", 60, 1, b"</si>"),
    "a string of 60 MB": flooded(STRINGS, b"x", 60, 1, b"</t>"),
    "60 MB of line breaks in a string": flooded(STRINGS, b"\n", 60, 1, b"</t>"),
    "60 MB of &lt; in a string": flooded(STRINGS, b"&lt;", 60, 1, b"</t>"),
    "60 MB of CDATA in the workbook": flooded(BOOK, b"<![CDATA[x]]>", 30, 1),
    "60 MB of text in the workbook": flooded(BOOK, b"text ", 30, 1),
    "200 MB of text in a sheet": flooded(SHEET, b"text ", 200, 1),
    "60 MB of comments": flooded(SHEET, b"<!-- -->", 60, 1),
    "60 MB of instructions": flooded(SHEET, b"<?a b?>", 60, 1),
    "a comment of 100 MB": lambda: rewritten(1, sheet=around(TOP + b"<!--", repeated(b"x", 100), b"-->" + BOTTOM)),
    "a comment of 100 MB first": lambda: rewritten(
        1, sheet=around(b"<!--", repeated(b"x", 100), b"-->" + TOP + BOTTOM)
    ),
    "100 MB of spaces last": lambda: rewritten(1, sheet=around(TOP + BOTTOM, repeated(b" ", 100), b"")),
    "a name of 60 MB": lambda: rewritten(1, sheet=around(TOP + b"<", repeated(b"x", 60), b"/>" + BOTTOM)),
    "an attribute of 60 MB": lambda: rewritten(1, sheet=around(TOP + b'<row r="', repeated(b"1", 60), b'"/>' + BOTTOM)),
    "an attribute of 30 MB in the workbook": lambda: rewritten(1, book=around(b'<w a="', repeated(b"1", 30), b'"/>')),
    "a line break of 60 MB in a tag": lambda: rewritten(
        1, sheet=around(TOP + b"<row", repeated(b"\n", 60), b"/>" + BOTTOM)
    ),
    "a million attributes": lambda: sheet_of(around(b"<row ", numbered(b'a#="" ', 1_000_000), b"/>")),
    "30 000 attributes": lambda: sheet_of(around(b"<row ", numbered(b'a#="" ', 30_000), b"/>")),
    "three million names": lambda: sheet_of(numbered(b"<x#/>", 3_000_000)),
    "a million levels": lambda: sheet_of(around(b"<x>" * 1_000_000, [], b"</x>" * 1_000_000)),
    "20 million levels, never closed": lambda: sheet_of(repeated(b"<x>", 60)),
    "levels in the relations": flooded(RELATIONS, b"<x>", 20),
    "a formula of 60 MB": lambda: sheet_of(around(b'<row><c r="A1"><f>', repeated(b"A1+", 60), b"</f></c></row>")),
    "a number of 60 MB": lambda: sheet_of(around(b'<row><c r="A1"><v>', repeated(b"1", 60), b"</v></c></row>")),
    "a number of 90 000 digits": lambda: sheet_of([b"<row><c><v>" + b"9" * 90_000 + b"</v></c></row>"]),
    "numbers of 4 000 digits": lambda: sheet_of(repeated(b"<row><c><v>" + b"9" * 4_000 + b"</v></c></row>", 100)),
    "an inline text of 60 MB": lambda: sheet_of(
        around(b'<row><c t="inlineStr"><is><t>', repeated(b"x", 60), b"</t></is></c></row>")
    ),
    "two million rows": lambda: sheet_of(numbered(ROW, 2_000_000)),
    "a million rows of one cell": lambda: sheet_of(numbered(ROW, 1_040_000)),
    "a million rows of one far cell": lambda: sheet_of(numbered(b'<row><c r="ALL#"><v>1</v></c></row>', 500_000)),
    "a million rows of one cell out of the header": lambda: sheet_of(
        numbered(b'<row><c r="Z#"><v>#</v></c></row>', 1_000_000)
    ),
    "a row at the end of the sheet": lambda: sheet_of([b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>']),
    "a cell in column ZZZZZZZ": lambda: sheet_of([b'<row><c r="ZZZZZZZ1"><v>1</v></c></row>']),
    "a million formats in the last column": lambda: sheet_of(
        numbered(b'<row r="#"><c r="XFD#" s="1"/></row>', 1_000_000)
    ),
    "a hundred rows, each at XFD": lambda: sheet_of(numbered(b'<row r="#"><c r="XFD#"><v>1</v></c></row>', 100)),
    "a row 10**4000": lambda: sheet_of([b'<row r="1' + b"0" * 4_000 + b'"/>']),
    "a row nan": lambda: sheet_of([b'<row r="nan"/>']),
    "a row -5": lambda: sheet_of([b'<row r="-5"><c><v>1</v></c></row>']),
    "a long string said a million times": lambda: sheet_of(
        repeated(b'<row><c t="s"><v>0</v></c></row>', 30), strings=strings_of([STRING])
    ),
    "400 long strings in one row": lambda: sheet_of(
        [b"<row>" + b'<c t="s"><v>0</v></c>' * 400 + b"</row>"], strings=strings_of([STRING])
    ),
    "long strings, each distinct": lambda: sheet_of(
        numbered(b'<row><c t="s"><v>#</v></c></row>', 2_000),
        strings=strings_of(numbered(b"<si><t>#" + b"x" * 90_000 + b"</t></si>", 2_002)),
    ),
    "three million strings": lambda: sheet_of([], strings=strings_of(numbered(b"<si><t>#</t></si>", 3_000_000))),
    "2 million strings, each said": lambda: sheet_of(
        numbered(b'<row><c t="s"><v>#</v></c></row>', 1_000_000),
        strings=strings_of(numbered(b"<si><t>text #</t></si>", 1_500_000)),
    ),
    "a string number out of measure": lambda: sheet_of([b'<row><c t="s"><v>99999999999</v></c></row>']),
    "a string number -1": lambda: sheet_of([b'<row><c t="s"><v>-1</v></c></row>']),
    "a million styles": lambda: sheet_of(
        [], styles=styles_of([b"<cellXfs>", *repeated(b'<xf numFmtId="14"/>', 25), b"</cellXfs>"])
    ),
    "100 000 number formats": lambda: sheet_of(
        [], styles=styles_of([b"<numFmts>", *numbered(CUSTOM, 5_000), b"</numFmts>"])
    ),
    "5 000 number formats, each used": lambda: sheet_of(
        [],
        styles=styles_of(
            [
                b"<numFmts>",
                *numbered(CUSTOM.replace(b"[" * 5_000, b"[" * 250 + b'"' * 700), 4_990),
                b"</numFmts><cellXfs>",
                *numbered(b'<xf numFmtId="#"/>', 4_990),
                b"</cellXfs>",
            ]
        ),
    ),
    "50 000 fonts and fills": flooded(STYLES, b'<font><sz val="11"/></font><fill><a/></fill>', 10),
    "3 000 sheets of one part": partial(many_sheets, 3_000, one_part=True),
    "150 sheets of one long part": partial(many_sheets, 150, one_part=True),
    "4 000 sheets": partial(many_sheets, 4_000, one_part=False),
    "150 sheets": partial(many_sheets, 150, one_part=False),
    "400 000 relations": flooded(RELATIONS, b'<Relationship Id="x" Type="a/worksheet" Target="a"/>', 25),
    "400 000 relations, each distinct": lambda: rewritten(
        1,
        relations=around(
            b"<Relationships>", numbered(b'<Relationship Id="r#" Type="t" Target="a#"/>', 400_000), b"</Relationships>"
        ),
    ),
    "a relation to itself": lambda: rewritten(
        root=[b'<R><Relationship Id="a" Type="/officeDocument" Target="/_rels/.rels"/></R>']
    ),
    "100 000 defined names": flooded(BOOK, b'<definedName name="a">Sheet!$A$1</definedName>', 5, 1),
    "2 million defined names": flooded(BOOK, b"<definedName>A</definedName>", 56, 1),
    "100 000 merged cells": lambda: rewritten(
        sheet=around(
            TOP + b"</sheetData><mergeCells>",
            numbered(b'<mergeCell ref="A#:XFD#"/>', 100_000),
            b"</mergeCells></worksheet>",
        )
    ),
    "a million validations": flooded(SHEET, b'<dataValidation sqref="A1"/>', 30, 1),
    "billion laughs in the sheet": partial(laughs, SHEET),
    "billion laughs in the strings": partial(laughs, STRINGS),
    "billion laughs in the workbook": partial(laughs, BOOK),
    "quadratic entities in the styles": partial(laughs, STYLES, nested=False),
    "a sheet said to be short": partial(lying, 1_000),
    "a sheet said to be of 4 GB": partial(lying, 2**32 - 2),
    "4 000 overlapping parts": overlapping,
    "60 000 parts": partial(many_parts, 60_000),
    "a workbook in a workbook": lambda: repacked({"xl/embeddings/a.xlsx": [flooded(SHEET, b"<x/>", 60)()]}),
    "an archive in an archive": lambda: archive(a_zip=flooded(SHEET, b"<x/>", 60)()),
    "packed by LZMA": partial(packed_by, zipfile.ZIP_LZMA),
    "packed by bzip2": partial(packed_by, zipfile.ZIP_BZIP2),
    "calcChain, drawings and comments of 60 MB": lambda: repacked(
        {
            "xl/calcChain.xml": repeated(b'<c r="A1"/>', 60),
            "xl/drawings/drawing1.xml": repeated(b"<x/>", 60),
            "xl/comments1.xml": repeated(b"<x/>", 60),
        },
        1,
    ),
    "a sheet in UTF-16": lambda: rewritten(
        1, sheet=[("\ufeff" + "<x>" + "<y/>" * 5_000_000 + "</x>").encode("utf-16-le")]
    ),
    "bytes by chance": lambda: rewritten(sheet=[random.Random(7).randbytes(10 * 2**20)]),
}

# Left out of a run of every day: over two seconds, or less where a cheaper one of the same kind is read.
SLOW_WORKBOOKS = frozenset(
    (
        *(f"60 MB of <x/> in {part}" for part in ENDS if part != SHEET),
        "a million rows of one cell out of the header",
        "60 MB of empty rows",
        "60 MB of comments",
        "60 MB of instructions",
        "long strings, each distinct",
        "a formula of 60 MB",
        "60 MB of text in the workbook",
        "50 000 fonts and fills",
        "a million attributes",
        "400 000 relations, each distinct",
        "a sheet said to be of 4 GB",
        "a comment of 100 MB first",
        "2 million defined names",
        "60 MB of line breaks in a string",
        "an attribute of 30 MB in the workbook",
        "a line break of 60 MB in a tag",
        "3 000 sheets of one part",
        "60 MB of <x/> in xl/workbook.xml, less packed",
        "60 MB of <x/> in xl/styles.xml, less packed",
        "150 sheets of one long part",
        "200 MB of text in a sheet",
        "2 million strings, each said",
        "340 MB of <x/> in the workbook",
        "60 000 parts",
        "60 MB of <c/> in one row",
        "60 MB of empty runs in a string",
        "60 MB of readings in a string",
        "60 MB of strings",
        "60 MB of <x/> in xl/sharedStrings.xml, less packed",
        "60 MB of <x/> in xl/worksheets/sheet1.xml, less packed",
        "a million cells A1 in one row",
        "a million formats in the last column",
        "a million rows of one cell",
        "a million validations",
        "a sheet in UTF-16",
        "numbers of 4 000 digits",
        "three million names",
        "three million strings",
        "two million rows",
    )
)
