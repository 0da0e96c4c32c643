"""Character decoding: from the bytes of a file to UTF-8 text, or a refusal in French with what to do."""

from __future__ import annotations

import re

from data.reading.accents import CHECK, OTHERS, SOUND, blocks, guess, repaired
from data.typography import REFUSAL, cut, french

MAX_BYTES = 200 * 2**20
# The page accepts 50 MB at most: such a file stays under this limit when its lines have ten characters.
MAX_LINES = 5_000_000
AGAIN = "Exportez-le ou copiez-le à nouveau en entier, puis déposez-le."
AS_CSV = "Ouvrez le tableau d’origine et enregistrez-le au format .xlsx ou CSV, puis déposez ce fichier."
SIGNATURES = {
    b"\x89PNG": "une image PNG",
    b"\xff\xd8\xff": "une image JPEG",
    b"GIF8": "une image GIF",
    b"%PDF": "un document PDF",
    b"{\\rtf": "un document de traitement de texte (.rtf)",
    b"\x1f\x8b": "un fichier compressé (.gz)",
    b"BZh": "un fichier compressé (.bz2)",
    b"\xfd7zXZ": "un fichier compressé (.xz)",
    b"\x28\xb5\x2f\xfd": "un fichier compressé (.zst)",
    b"7z\xbc\xaf": "une archive compressée (.7z)",
    b"Rar!": "une archive compressée (.rar)",
    b"PAR1": "un fichier Parquet",
    b"SQLite format 3": "une base de données SQLite",
    b"BEGIN:VCALENDAR": "un agenda (.ics)",
    b"ID;P": "un tableau SYLK (.slk)",
    b"MIME-Version:": "une page web enregistrée (.mht)",
}
MARKUP = (b"<html", b"<!doctype", b"<!--", b"<meta", b"<head", b"<table", b"<?xml", b"<workbook")
JSON = re.compile(rb"[\[{]\s*[\[{\"\]}]")
OLE = b"\xd0\xcf\x11\xe0"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# No spreadsheet writes these bytes in a text export: they show a binary format.
BINARY_MARKS = tuple(bytes([code]) for code in (*range(9), 14, 15))
USUAL = bytes(set(SOUND) - set(b"".join(BINARY_MARKS)))
# é, œ and ’ in UTF-8: no French text in Windows-1252 has these bytes side by side.
UTF8_ACCENT = re.compile(rb"\xc3[\x80-\xbf]|\xc5[\x92\x93]|\xe2\x80")
# The first byte, in UTF-8, of each character beyond ASCII that a French text uses. A text with none of them is
# Windows-1252 that is valid UTF-8 by chance: the end of “CAFÉ»” is also the UTF-8 code of “ɻ”.
UTF8_FRENCH = re.compile(rb"[\xc2-\xc5\xcc\xcd\xe1\xe2\xef\xf0-\xf4]")
CP1252_UNUSED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
MIXED = (
    "ce fichier mélange deux façons d’enregistrer les accents ; chaque ligne a été lue avec la sienne : "
    "vérifiez les noms accentués"
)


class DepositRefused(Exception):
    """The whole file is refused; the message explains in French what is wrong and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(cut(french(message), REFUSAL))


def as_utf8(content: bytes) -> tuple[bytes, str | None]:
    """Return the text of a file in UTF-8, without byte-order mark, and a remark on its accents, if any.

    The encoding is the one of the byte-order mark, or else the first that fits: UTF-8, UTF-16, Windows-1252. Raises
    DepositRefused for a file that is empty, too large, compressed, truncated, or not text.
    """
    if len(content) > MAX_BYTES:
        raise DepositRefused("Le fichier dépasse 200\u00a0Mo. Découpez-le, par exemple par année scolaire.")
    _refuse_empty(content)
    _refuse_known_formats(content)
    _refuse_many_lines(content)
    text, remark = _decoded(content)
    _refuse_empty(text)
    # One pass over a long text: most texts have none of the unusual bytes, and need no other check.
    unusual = text.translate(None, USUAL)
    if any(mark in unusual for mark in BINARY_MARKS):
        raise DepositRefused(
            "Ce fichier n’est pas du texte (il contient des caractères de contrôle). "
            "Enregistrez le tableau au format CSV, puis déposez ce CSV."
        )
    text, repair = repaired(text) if unusual else (text, None)
    # Some old programs end their files with Ctrl-Z.
    return text.removesuffix(b"\x1a"), remark or repair


def _refuse_empty(content: bytes) -> None:
    blank = b" \t\r\n\x00\x1a"
    if not content[:4096].strip(blank) and not content.strip(blank):
        raise DepositRefused("Le fichier est vide. Vérifiez l’export, puis déposez le fichier à nouveau.")


def _refuse_many_lines(content: bytes) -> None:
    # The larger of the two counts: Windows ends each line with both characters.
    if max(content.count(b"\n"), content.count(b"\r")) > MAX_LINES:
        raise DepositRefused(
            "Le fichier a plus de cinq millions de lignes. Découpez-le, par exemple par année scolaire, "
            "puis déposez chaque partie."
        )


def _refuse_known_formats(content: bytes) -> None:
    top = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    for signature, nature in SIGNATURES.items():
        if top.startswith(signature):
            raise DepositRefused(
                f"Ce fichier n’est pas un tableau\u00a0: c’est {nature}, quel que soit son nom. {AS_CSV}"
            )
    if content.startswith(OLE):
        if ENCRYPTED in content:
            raise DepositRefused(
                "Ce classeur est protégé par un mot de passe. "
                "Enregistrez-en une copie sans mot de passe, puis déposez cette copie."
            )
        raise DepositRefused(
            "C’est un ancien classeur Excel (.xls) ou un ancien document. Ouvrez-le, choisissez "
            "«\u00a0Enregistrer sous\u00a0», type «\u00a0Classeur Excel (.xlsx)\u00a0» ou «\u00a0CSV\u00a0», "
            "puis déposez ce nouveau fichier."
        )
    if JSON.match(top):
        raise DepositRefused(f"Ce fichier contient des données JSON, pas un tableau. {AS_CSV}")
    if top.lower().startswith(MARKUP):
        raise DepositRefused(f"Ce fichier est une page web ou un document XML, quel que soit son nom. {AS_CSV}")


def _decoded(content: bytes) -> tuple[bytes, str | None]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _from(content, "utf-16"), None
    if content[:200].count(b"\x00") * 3 > len(content[:200]):
        return _from(content, "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be"), None
    body = content.removeprefix(b"\xef\xbb\xbf")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(body, error, marked=len(body) < len(content))
    marked = len(body) < len(content)
    by_chance = not (marked or body.isascii() or UTF8_FRENCH.search(body) or CP1252_UNUSED.search(body))
    return (_from(body, "cp1252") if by_chance else body), None


def _not_utf8(body: bytes, error: UnicodeDecodeError, *, marked: bool) -> tuple[bytes, str | None]:
    """Decode Windows-1252, or each line with its own encoding when two exports are joined; refuse truncated UTF-8."""
    has_utf8 = marked or UTF8_ACCENT.search(body) is not None
    if has_utf8 and error.end == len(body) and "unexpected end" in error.reason:
        raise DepositRefused(f"Le fichier est tronqué\u00a0: son dernier caractère est incomplet. {AGAIN}") from error
    if not has_utf8:
        encoding = guess(body)
        remark = f"accents lus comme ceux d’un fichier {OTHERS.get(encoding)} ; {CHECK}"
        return _from(body, encoding), remark if encoding in OTHERS else None
    lines = body.splitlines(keepends=True)
    return b"".join(line if _is_utf8(line) else _from(line, "cp1252") for line in lines), MIXED


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _from(content: bytes, encoding: str) -> bytes:
    # A text with one byte per character can be cut anywhere.
    pieces = (content,) if encoding.startswith("utf-16") else blocks(content)
    try:
        return b"".join(piece.decode(encoding).encode("utf-8") for piece in pieces)
    except UnicodeError as error:
        raise DepositRefused(
            f"Le fichier est tronqué ou abîmé\u00a0: certains de ses caractères sont incomplets. {AGAIN}"
        ) from error
