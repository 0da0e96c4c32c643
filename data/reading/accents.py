"""The accents of a text, whatever wrote it: its encoding guessed, doubled encodings undone, hidden marks dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice

# All that French texts hold beyond ASCII.
FRENCH = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ«»°’‘“”–—…•€²³½¼\u00a0\u202f")
# Signs that French never puts between two letters: they betray another encoding than Windows-1252.
SIGNS = "‚ƒ„…†‡ˆ‰Š‹‘“”•˜™š›Žž¢£¤¥¦§¨©ª¬®¯±´¶¸¹º¼½¾"
IMPROBABLE = re.compile(f"[A-Za-z][{SIGNS}\ufffd]|[{SIGNS}\ufffd][A-Za-z]")
PLAIN_BYTES = bytes(sorted(set(range(256)) - set(SIGNS.encode("cp1252")) - {0x81, 0x8D, 0x8F, 0x90, 0x9D}))
OTHERS = {"cp850": "MS-DOS", "mac-roman": "Macintosh", "iso8859-15": "ISO-8859-15"}
# An accented letter in the same case as its neighbour: the right encoding has the most of them.
IN_CASE = re.compile("[a-zœà-ÿ][à-ÿœ]|[à-ÿœ][a-zœà-ÿ]|[A-ZŒÀ-Ý][À-ÝŒ]|[À-ÝŒ][A-ZŒÀ-Ý]")
TWICE = re.compile("(?:Ã[\u0080-\u00bf\u0152-\u2122]|â€[\u0080-\u00bf\u0152-\u2122]|Å[“’])")
MARKS = re.compile("[\u200b\u200e\u200f\ufeff]")
# In UTF-8: combining accents, invisible marks, the start of a letter encoded twice, the sign of a lost one.
TO_TIDY = (b"\xcc", b"\xcd", *(mark.encode() for mark in "\u200b\u200e\u200f\ufeff"))
ENCODED_TWICE = (b"\xc3\x83", b"\xc3\xa2\xe2\x82\xac")
LOST_SIGN = b"\xef\xbf\xbd"
# The bytes that are in none of these.
SOUND = bytes(sorted(set(range(256)) - set(b"\xcc\xcd\x8b\x8e\x8f\xbf\x83\x82\xbd")))
LOST = "des accents sont perdus (« \ufffd ») : le programme qui a écrit ce fichier les a remplacés"
TWICE_SAID = "des accents étaient enregistrés deux fois (« Ã© » pour « é »)"
CHECK = "vérifiez les noms accentués"


BLOCK = 2**20
SAMPLE = 4
LINE_END = re.compile(rb"[\r\n]")


def tidy(text: str) -> str:
    """Return a text with each accented letter in one piece and no invisible mark: two names that look alike are one."""
    return MARKS.sub("", unicodedata.normalize("NFC", text))


def guess(body: bytes) -> str:
    """Return the encoding of a text that is not UTF-8: Windows-1252, unless only another one makes it French."""
    if not body.translate(None, PLAIN_BYTES) or not any(map(_is_improbable, blocks(body))):
        return "cp1252"
    high = bytes(code for code in range(128, 256) if bytes((code,)) in body)
    likely = [encoding for encoding in OTHERS if FRENCH.issuperset(high.decode(encoding))]
    sample = b"".join(islice((block for block in blocks(body) if not block.isascii()), SAMPLE))
    return max(likely, key=lambda encoding: sum(1 for _ in IN_CASE.finditer(sample.decode(encoding))), default="cp1252")


def _is_improbable(block: bytes) -> bool:
    return IMPROBABLE.search(block.decode("cp1252", errors="replace")) is not None


def mended(text: bytes) -> tuple[bytes, str | None]:
    """Return a UTF-8 text without twice-encoded letters, nor marks that nobody sees; and what to say of it."""
    if any(mark in text for mark in TO_TIDY):
        text = b"".join(tidy(block.decode()).encode() for block in blocks(text))
    if any(mark in text for mark in ENCODED_TWICE):
        again = b"".join(map(_lines_once, blocks(text)))
        if again != text:
            return again, f"{TWICE_SAID} ; {CHECK}"
    if LOST_SIGN in text:
        return text, LOST
    return text, None


def blocks(text: bytes) -> Iterator[bytes]:
    """Cut a long text at its line ends: work on all of it at once takes much memory, and stops all other threads."""
    start = 0
    while start < len(text):
        stop = start + BLOCK
        if found := LINE_END.search(text, stop, stop + BLOCK):
            stop = found.end()
        elif stop + BLOCK >= len(text):
            stop = len(text)
        else:
            # A line longer than a block: refused later. It is cut before the first byte of a character.
            stop += next((ahead for ahead in range(4) if not 0x80 <= text[stop + ahead] < 0xC0), 0)
        yield text[start:stop]
        start = stop


def _lines_once(block: bytes) -> bytes:
    lines = block.decode().splitlines(keepends=True)
    return "".join(_once(line) if TWICE.search(line) else line for line in lines).encode()


def _once(line: str) -> str:
    """Return a line whose UTF-8 was taken for Windows-1252 as it was, or unchanged when it is not one."""
    try:
        return line.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return line
