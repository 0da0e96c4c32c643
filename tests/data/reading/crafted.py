"""Crafted files that ask a reader for all the memory or time there is; some kilobytes each, once packed."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable

from tests.data.reading.awkward import HEADER

Maker = Callable[[], bytes]
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK, SHEET, STRINGS = "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
STYLES, RELATIONS, ROOT, TYPES = "xl/styles.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels", "[Content_Types].xml"
TOP = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
BOTTOM = b"</sheetData></worksheet>"
BLOCK = 2**20
KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relations(**parts: str) -> bytes:
    inside = "".join(
        f'<Relationship Id="{kind}" Type="{KIND}/{kind}" Target="{part}"/>' for kind, part in parts.items()
    )
    return f"<Relationships>{inside}</Relationships>".encode()


def _inline(*texts: str) -> bytes:
    return b"<row>" + b"".join(b'<c t="inlineStr"><is><t>%s</t></is></c>' % text.encode() for text in texts) + b"</row>"


LINE = ("A", "M", "24/05/2016", "72", "68")
PARTS = {
    TYPES: b"<Types></Types>",
    ROOT: _relations(officeDocument=BOOK),
    BOOK: f'<workbook xmlns:r="{RELATION}"><sheets><sheet name="S" r:id="worksheet"/></sheets></workbook>'.encode(),
    RELATIONS: _relations(worksheet="/" + SHEET, styles="/" + STYLES, sharedStrings="/" + STRINGS),
    STYLES: b"<styleSheet></styleSheet>",
    STRINGS: b"<sst><si><t>a</t></si></sst>",
    SHEET: TOP + _inline(*HEADER.split(";")) + _inline(*LINE) + BOTTOM,
}


def rewritten(level: int = 9, **parts: Iterable[bytes]) -> bytes:
    """Return a workbook with some parts, by their short names, written anew from their pieces."""
    return repacked({SHORT[name]: pieces for name, pieces in parts.items()}, level)


SHORT = {"book": BOOK, "sheet": SHEET, "strings": STRINGS, "styles": STYLES, "relations": RELATIONS, "root": ROOT}


def repacked(parts: dict[str, Iterable[bytes]], level: int = 9) -> bytes:
    """Return a workbook with some parts written anew, or added, from their pieces."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as book:
        for name, pieces in {**{name: [content] for name, content in PARTS.items()}, **parts}.items():
            with book.open(name, "w", force_zip64=True) as part:
                for piece in pieces:
                    part.write(piece)
    return written.getvalue()


def repeated(piece: bytes, megabytes: float) -> Iterable[bytes]:
    """Yield a piece again and again, up to a size."""
    block = piece * max(1, BLOCK // len(piece))
    for _ in range(max(1, int(megabytes * 2**20 / len(block)))):
        yield block


def around(top: bytes, middle: Iterable[bytes], bottom: bytes) -> Iterable[bytes]:
    """Yield pieces between two others."""
    yield top
    yield from middle
    yield bottom


def inside(part: str, piece: bytes, megabytes: float, before: bytes) -> Iterable[bytes]:
    """Yield a part of the plain workbook with a piece repeated before one of its closing tags."""
    content = PARTS[part]
    place = content.rindex(before)
    return around(content[:place], repeated(piece, megabytes), content[place:])


ENDS = {part: b"</" + content.rpartition(b"</")[2] for part, content in PARTS.items()}


def flooded(part: str, piece: bytes, megabytes: float, level: int = 9, before: bytes = b"") -> Maker:
    """Return the maker of a workbook one of whose parts holds a piece again and again."""
    return lambda: repacked({part: inside(part, piece, megabytes, before or ENDS[part])}, level)


def sheet_of(rows: Iterable[bytes], level: int = 1, **parts: Iterable[bytes]) -> bytes:
    """Return a workbook whose sheet has the header of a log, then these rows."""
    sheet = around(TOP + _inline(*HEADER.split(";")), rows, BOTTOM)
    return rewritten(level, sheet=sheet, **parts)


def numbered(shape: bytes, count: int) -> Iterable[bytes]:
    """Yield a piece for each number from 2 on, a thousand at a time."""
    for start in range(2, count + 2, 1000):
        yield b"".join(shape.replace(b"#", b"%d" % number) for number in range(start, min(start + 1000, count + 2)))


def strings_of(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """Return a part of shared strings."""
    return around(f'<sst xmlns="{MAIN}">'.encode(), pieces, b"</sst>")


def styles_of(pieces: Iterable[bytes]) -> Iterable[bytes]:
    """Return a part of styles."""
    return around(f'<styleSheet xmlns="{MAIN}">'.encode(), pieces, b"</styleSheet>")


def many_sheets(count: int, one_part: bool) -> bytes:
    """Return a workbook that lists many sheets, all of one part that is long to read, or each of its own."""
    sheets = (b'<sheet name="S%d" sheetId="%d" r:id="r%d"/>' % (n, n, n) for n in range(1, count + 1))
    part = b"worksheets/sheet1.xml" if one_part else b"worksheets/s%d.xml"
    targets = (part if one_part else part % n for n in range(1, count + 1))
    kind = f"{RELATION}/worksheet".encode()
    relations = (b'<Relationship Id="r%d" Type="%s" Target="%s"/>' % (n, kind, to) for n, to in enumerate(targets, 1))
    parts: dict[str, Iterable[bytes]] = {
        BOOK: around(
            f'<workbook xmlns="{MAIN}" xmlns:r="{RELATION}"><sheets>'.encode(), sheets, b"</sheets></workbook>"
        ),
        RELATIONS: around(b"<Relationships>", relations, b"</Relationships>"),
        SHEET: around(TOP, repeated(b"<x/>", 10), BOTTOM),
    }
    if not one_part:
        parts |= {f"xl/worksheets/s{n}.xml": [TOP + BOTTOM] for n in range(1, count + 1)}
    return repacked(parts)


def laughs(part: str, nested: bool = True) -> bytes:
    """Return a workbook one of whose parts has entities that grow without end, nested or one long one said again."""
    content = PARTS[part]
    last = content.rindex(b"</")
    if nested:
        entities = b"".join(b'<!ENTITY e%d "%s">' % (n + 1, b"&e%d;" % n * 10) for n in range(12))
        declared, said = b'<!ENTITY e0 "ha">' + entities, b"&e12;"
    else:
        declared, said = b'<!ENTITY e "' + b"x" * 100_000 + b'">', b"&e;" * 100_000
    doctype = b"<!DOCTYPE z [" + declared + b"]>"
    return repacked({part: [doctype, content[:last], said, content[last:]]})


def lying(size: int) -> bytes:
    """Return a workbook whose archive says another unpacked size of its sheet than the true one (60 MB)."""
    content = bytearray(flooded(SHEET, b"<x/>", 60)())
    place = content.rindex(SHEET.encode()) - 46
    struct.pack_into("<I", content, place + 24, size)
    return bytes(content)


def overlapping(count: int = 4_000) -> bytes:
    """Return an archive whose many entries all are the one same packed part."""
    written = io.BytesIO(repacked({}))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/media/a.xml", bytes(80_000))
        first = book.getinfo("xl/media/a.xml")
        for number in range(count):
            twin = zipfile.ZipInfo(f"xl/media/a{number}.xml")
            twin.compress_type, twin.CRC = first.compress_type, first.CRC
            twin.file_size, twin.compress_size = first.file_size, first.compress_size
            twin.header_offset = first.header_offset
            book.filelist.append(twin)
            book.NameToInfo[twin.filename] = twin
        book._didModify = True
    return written.getvalue()


def many_parts(count: int) -> bytes:
    """Return a workbook with many empty parts."""
    return repacked({f"xl/p{number}": [] for number in range(count)})


def packed_by(method: int) -> bytes:
    """Return a workbook packed as office programs never do."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as book:
        for name, content in PARTS.items():
            book.writestr(name, content)
    return written.getvalue()
