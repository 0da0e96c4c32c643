"""Crafted text files of 49 MB, as large as a deposit can be."""

from __future__ import annotations

from tests.data.reading.awkward import HEADER
from tests.data.reading.crafted import Maker, repeated

TITLES = HEADER.encode() + b"\n"
MEGA = 49


def of(piece: str | bytes, top: bytes = TITLES, megabytes: float = MEGA) -> Maker:
    """Return the maker of a text file that says a piece again and again under a header."""
    written = piece.encode() if isinstance(piece, str) else piece
    return lambda: top + b"".join(repeated(written, megabytes))


TEXTS: dict[str, Maker] = {
    "one line": of("abc def "),
    "one letter": of("a", b""),
    "16 000 columns": lambda: b";".join(b"c%d" % n for n in range(16_000)) + b"\n" + b";" * 16_000 * 3_000,
    "16 000 columns, many lines": lambda: (
        b";".join(b"c%d" % n for n in range(16_000)) + b"\n" + (b";" * 16_000 + b"\n") * 3_000
    ),
    "1 000 columns, many short lines": lambda: TITLES[:-1] + b";x" * 900 + b"\n" + b"a\n" * 20_000_000,
    "1 000 columns, many full lines": lambda: TITLES[:-1] + b";x" * 900 + b"\n" + (b";" * 906 + b"\n") * 50_000,
    "quotes": of('"'),
    "quotes alone": of('"', b""),
    "quotes in lines": of('"\n'),
    "pairs of quotes in lines": of('""\n'),
    "quoted letters": of('"a";'),
    "quotes left open": of('"a\n;b;c;d;e;f;g\n'),
    "200 lines in quotes": of('"' + "a\n" * 198 + '"\n'),
    "separators": of(";"),
    "separators alone": of(";", b""),
    "separators in lines": of(";;;;;;\n"),
    "too many separators in lines": of(";;;;;;;;x\n"),
    "too many separators in some lines": of("A;M;24/05/2016;1;1\n" * 400 + "A;M;24/05/2016;1;1;1;1;1\n"),
    "commas and semicolons": of(",;\t|\n"),
    "line breaks": of("\n"),
    "line breaks alone": of("\n", b""),
    "returns": of("\r"),
    "both breaks": of("\n\r"),
    "NULs": of("\0"),
    "NULs alone": of("\0", b""),
    "spaces": of(" "),
    "tabs": of("\t"),
    "letters in lines": of("a\n"),
    "short lines": of("a;b\n"),
    "distinct lines": lambda: TITLES + b"".join(b"S%d;M;24/05/2016;%d;%d;;\n" % (n, n, n) for n in range(1_400_000)),
    "distinct short lines": lambda: TITLES + b"".join(b"%d\n" % n for n in range(5_500_000)),
    "UTF-16 of one letter": lambda: b"\xff\xfe" + b"a\0" * 24_500_000,
    "UTF-16 of line breaks": lambda: b"\xff\xfe" + HEADER.encode("utf-16-le") + b"\n\0" * 24_500_000,
    "UTF-16 of Chinese lines": lambda: b"\xff\xfe" + (HEADER + "\n" + "\u4e2d\n" * 12_000_000).encode("utf-16-le"),
    "UTF-16 of emoji": lambda: (
        "\ufeff".encode("utf-16-le") + (HEADER + "\n" + "\U0001f600" * 12_000_000).encode("utf-16-le")
    ),
    "combining accents": of("e\u0301"),
    "combining accents in lines": of("e\u0301;M\n"),
    "accents encoded twice": of("\u00c3\u00a9;M\n"),
    "lost accents": of("\ufffd\n"),
    "Windows accents": of(b"\xe9;M;\x80\n"),
    "MS-DOS accents": of(b"a\x82a;M\n"),
    "two encodings": of(b"\xe9;M\n\xc3\xa9;M\n"),
    "totals": of("Total;M;24/05/2016;1;1;;\n"),
    "headers": of(HEADER + "\n"),
    "errors": of("#N/A;#N/A;#N/A;#N/A;#N/A;#N/A;#N/A\n"),
    "formulas": of("=1+1;M;24/05/2016;1;1;;=2\n"),
    "forced texts": of('="1";M;24/05/2016;1;1;;\n'),
    "defused": of("'''''''''=1;M;24/05/2016;1;1;;\n"),
    "long cells": of("a" * 90_000 + ";M;24/05/2016;1;1;;\n"),
    "long numbers": of("A;M;24/05/2016;" + "9" * 90_000 + ";1;;\n"),
    "form feeds": of("\f\n"),
    "separators of records": of("\x1c\x1d\x1e\x85\u2028\n".encode()),
    "markup": of("<x/>", b""),
    "long totals": of("Total " + "x" * 40 + ";;;;;;1\n"),
    "long totals that are lines": of("Total " + "x" * 40 + ";M;24/05/2016;1;1;;\n"),
    "long averages": of("Moyenne;" + "x" * 40 + ";Moyenne;Moyenne;Moyenne;;\n"),
    "long errors": of("#N/A;M;#N/A;#N/A;#N/A;#REF!;" + "x" * 40 + "\n"),
    "long formulas": of("=1+1" + "x" * 40 + ";M;24/05/2016;1;1;;=2\n"),
    "dates either way": of("A" + "x" * 40 + ";M;05/06/2016;1;1;;\n24/05/2016;M;05/24/2016;1;1;;\n"),
    "long lines of MS-DOS accents": of(b"a\x82a" * 20 + b";M;24/05/2016;1;1;;\n"),
    "long lines of Windows accents": of(b"\xe9a\x80" * 20 + b";M;24/05/2016;1;1;;\n"),
    "long lines of accents encoded twice": of("\u00c3\u00a9" * 20 + ";M;24/05/2016;1;1;;\n"),
    "long lines of combining accents": of("e\u0301" * 20 + ";M;24/05/2016;1;1;;\n"),
    "750 000 distinct lines": lambda: (
        TITLES + b"".join(b"S%d;M;24/05/2016;%d;%d;1,%d;note %d\n" % (n, n, n, n, n) for n in range(750_000))
    ),
    "spaces, then a sign": of(" ", b"x", 49),
    "braces": of("[", b""),
}

# Left out of a run of every day: over two seconds, or less where a cheaper one of the same kind is read.
SLOW_TEXTS = frozenset(
    (
        "combining accents",
        "errors",
        "long averages",
        "long errors",
        "long formulas",
        "long cells",
        "long lines of MS-DOS accents",
        "long lines of Windows accents",
        "long numbers",
        "long totals that are lines",
        "750 000 distinct lines",
        "defused",
        "distinct lines",
        "distinct short lines",
        "long lines of combining accents",
        "1 000 columns, many short lines",
    )
)
