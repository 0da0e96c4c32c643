"""ZIP bomb protection: the parts of a workbook are checked before they are unpacked, then unpacked in chunks."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from data.reading.decoding import AS_CSV, DepositRefused
from data.reading.limits import MAX_MARKS, MAX_PARTS, MAX_RATIO, MAX_UNPACKED, RATIO_FROM, damaged, too_large

CHUNK = 2**16
# The methods of office programs. The memory that other methods (bzip2, LZMA) need has no bound.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
OTHERS = {
    "content.xml": "un classeur LibreOffice (.ods) ou un document du même programme",
    "xl/workbook.bin": "un classeur Excel binaire (.xlsb)",
    "word/document.xml": "un document Word (.docx)",
    "ppt/presentation.xml": "une présentation PowerPoint (.pptx)",
    "Index/Document.iwa": "un document Numbers ou Pages",
}


class Archive:
    """The parts of a workbook by name; raises DepositRefused for any other archive, and for one that is too large."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file)
        # Some writers name their parts with backslashes, or in another case than in the relationships.
        self._parts = {_plain(part.filename): part for part in self._zip.infolist()}
        self._unpacked = self._marks = 0
        self._refuse_others()
        self._refuse_bombs()

    def __contains__(self, name: str) -> bool:
        return _plain(name) in self._parts

    def _refuse_others(self) -> None:
        for part, nature in OTHERS.items():
            if part in self:
                raise DepositRefused(f"Ce fichier n’est pas un tableau lisible ici\u00a0: c’est {nature}. {AS_CSV}")
        if "[Content_Types].xml" not in self:
            raise DepositRefused(
                "C’est une archive compressée (.zip)\u00a0: déposez un par un les fichiers qu’elle contient."
            )

    def _refuse_bombs(self) -> None:
        """Refuse an archive by its declared sizes: zipfile never unpacks more than they say."""
        parts = self._zip.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise too_large()
        if any(part.file_size > max(RATIO_FROM, MAX_RATIO * part.compress_size) for part in parts):
            raise too_large()

    def chunks(self, name: str, most: int, most_marks: int) -> Iterator[bytes]:
        """Unpack a part in chunks; the total of all parts read, and read again, is bounded too."""
        part = self._parts[_plain(name)]
        if part.compress_type not in METHODS:
            raise damaged()
        if part.file_size > most:
            raise too_large()
        last = self._marks + most_marks
        with self._zip.open(part) as stream:
            while chunk := stream.read(CHUNK):
                self._unpacked += len(chunk)
                self._marks += chunk.count(b"<")
                if self._unpacked > MAX_UNPACKED or self._marks > min(last, MAX_MARKS):
                    raise too_large()
                yield chunk


def _plain(name: str) -> str:
    return name.replace("\\", "/").lower()
