"""XML read as a stream, bounded: depth, distinct names, longest tag; no DTD, hence no entity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Never
from xml.parsers import expat

from data.reading.decoding import DepositRefused
from data.reading.limits import MAX_DEPTH, MAX_NAMES, MAX_TOKEN, damaged, too_large


class Handler:
    """What is done of the elements and texts of a part; names come without their namespace."""

    depth = 0

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """Do what the start of an element asks for."""

    def closed(self, name: str) -> None:
        """Do what the end of an element asks for."""

    def text(self, piece: str) -> None:
        """Take a piece of text in."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Bound the depth, of which expat itself keeps a record per level."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_large()
        self.opened(name.rpartition(":")[2] if ":" in name else name, attributes)

    def end(self, name: str) -> None:
        """Leave a level."""
        self.depth -= 1
        self.closed(name.rpartition(":")[2] if ":" in name else name)


def parse(chunks: Iterable[bytes], handler: Handler) -> Iterable[None]:
    """Hand a part to its handler, a chunk at each step; raises DepositRefused when it is not XML or out of measure."""
    parser = _parser(handler)
    fed = 0
    for chunk in chunks:
        _feed(parser, chunk, last=False)
        fed += len(chunk)
        # A tag that is not yet whole is kept, and read again with each chunk.
        if fed - max(parser.CurrentByteIndex, 0) > MAX_TOKEN or len(parser.intern) > MAX_NAMES:
            raise too_large()
        yield
    _feed(parser, b"", last=True)
    yield


def parse_all(chunks: Iterable[bytes], handler: Handler) -> None:
    """Hand a whole part to its handler."""
    for _ in parse(chunks, handler):
        pass


def _parser(handler: Handler) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = handler.start
    parser.EndElementHandler = handler.end
    parser.CharacterDataHandler = handler.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_: object) -> Never:
    raise damaged()


def _feed(parser: expat.XMLParserType, chunk: bytes, *, last: bool) -> None:
    try:
        parser.Parse(chunk, last)
    except DepositRefused:
        raise
    except expat.ExpatError as error:
        no_memory = error.code == expat.errors.codes[expat.errors.XML_ERROR_NO_MEMORY]
        raise (too_large() if no_memory else damaged()) from error
