"""Encoding detection and mojibake repair: accents encoded twice are decoded again, invisible marks are dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

# Every character beyond ASCII that a French text uses.
FRENCH = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ«»°’‘“”–—…•€²³½¼\u00a0\u202f")
# Signs that French never puts between two letters. Such a sign shows that the encoding is not Windows-1252.
SIGNS = "‚ƒ„…†‡ˆ‰Š‹‘“”•˜™š›Žž¢£¤¥¦§¨©ª¬®¯±´¶¸¹º¼½¾"
IMPROBABLE = re.compile(f"[A-Za-z][{SIGNS}\ufffd]|[{SIGNS}\ufffd][A-Za-z]")
PLAIN_BYTES = bytes(sorted(set(range(256)) - set(SIGNS.encode("cp1252")) - {0x81, 0x8D, 0x8F, 0x90, 0x9D}))
OTHERS = {"cp850": "MS-DOS", "mac-roman": "Macintosh", "iso8859-15": "ISO-8859-15"}
# An accented letter in the same case as its neighbour. The right encoding gives the most of them.
IN_CASE = re.compile("[a-zœà-ÿ][à-ÿœ]|[à-ÿœ][a-zœà-ÿ]|[A-ZŒÀ-Ý][À-ÝŒ]|[À-ÝŒ][A-ZŒÀ-Ý]")
TWICE = re.compile("(?:Ã[\u0080-\u00bf\u0152-\u2122]|â€[\u0080-\u00bf\u0152-\u2122]|Å[“’])")
# Invisible marks. Some turn round the text after them, so that a name would show the rest of a sentence backwards.
MARKS = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# The UTF-8 bytes of combining accents and invisible marks, of a letter encoded twice, and of a lost letter.
TO_TIDY = re.compile(b"[\xcc\xcd]|\xe2(?:\x80[\x8b\x8e\x8f\xaa-\xae]|\x81[\xa0\xa6-\xa9])|\xef\xbb\xbf")
ENCODED_TWICE = (b"\xc3\x83", b"\xc3\xa2\xe2\x82\xac")
LOST_SIGN = b"\xef\xbf\xbd"
# The bytes that appear in none of the three lines above.
SOUND = bytes(sorted(set(range(256)) - set(b"\xcc\xcd\xe2\xef\x83")))
LOST = "des accents sont perdus (« \ufffd ») : le programme qui a écrit ce fichier les a remplacés"
TWICE_REMARK = "des accents étaient enregistrés deux fois (« Ã© » pour « é »)"
CHECK = "vérifiez les noms accentués"


BLOCK = 2**20
SAMPLE = 4
LINE_END = re.compile(rb"[\r\n]")


def tidy(text: str) -> str:
    """Return a text in Unicode normal form C, without invisible marks: two names that look the same are then equal."""
    return MARKS.sub("", unicodedata.normalize("NFC", text))


def guess(body: bytes) -> str:
    """Detect the encoding of a text that is not UTF-8: Windows-1252, unless only another encoding makes it French."""
    if not body.translate(None, PLAIN_BYTES) or not any(map(_is_improbable, blocks(body))):
        return "cp1252"
    high = bytes(code for code in range(128, 256) if bytes((code,)) in body)
    likely = [encoding for encoding in OTHERS if FRENCH.issuperset(high.decode(encoding))]
    sample = b"".join(islice((block for block in blocks(body) if not block.isascii()), SAMPLE))
    return max(likely, key=lambda encoding: sum(1 for _ in IN_CASE.finditer(sample.decode(encoding))), default="cp1252")


def _is_improbable(block: bytes) -> bool:
    return IMPROBABLE.search(block.decode("cp1252", errors="replace")) is not None


def repaired(text: bytes) -> tuple[bytes, str | None]:
    """Repair mojibake in a UTF-8 text and drop invisible marks; return the text and a remark in French, if any."""
    if TO_TIDY.search(text):
        text = b"".join(tidy(block.decode()).encode() for block in blocks(text))
    if any(mark in text for mark in ENCODED_TWICE):
        decoded = b"".join(map(_decode_lines_again, blocks(text)))
        if decoded != text:
            return decoded, f"{TWICE_REMARK} ; {CHECK}"
    if LOST_SIGN in text:
        return text, LOST
    return text, None


def blocks(text: bytes) -> Iterator[bytes]:
    """Cut a long text into blocks at its line ends: the whole text at once takes much memory and blocks all threads."""
    start = 0
    while start < len(text):
        stop = start + BLOCK
        if line_end := LINE_END.search(text, stop, stop + BLOCK):
            stop = line_end.end()
        elif stop + BLOCK >= len(text):
            stop = len(text)
        else:
            # This line is longer than a block, and is refused later. It is cut before the first byte of a character.
            stop += next((ahead for ahead in range(4) if not 0x80 <= text[stop + ahead] < 0xC0), 0)
        yield text[start:stop]
        start = stop


def _decode_lines_again(block: bytes) -> bytes:
    lines = block.decode().splitlines(keepends=True)
    return "".join(_decode_again(line) if TWICE.search(line) else line for line in lines).encode()


def _decode_again(line: str) -> str:
    """Decode a line whose UTF-8 bytes were read as Windows-1252; any other line stays unchanged."""
    try:
        return line.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return line
