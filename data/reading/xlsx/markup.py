"""Streaming XML parsing (SAX) within limits of depth, distinct names and tag length; no DTD, so no entity."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Never
from xml.parsers import expat

from data.reading.decoding import DepositRefused
from data.reading.limits import MAX_DEPTH, MAX_NAMES, MAX_TOKEN, damaged, too_large


class Handler:
    """A SAX handler of the elements and texts of a part; names come without their namespace prefix."""

    depth = 0

    def opened(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""

    def closed(self, name: str) -> None:
        """Handle the end of an element."""

    def text(self, piece: str) -> None:
        """Handle a piece of text."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Enter a level, within the limit of depth: expat itself keeps a record per level."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise too_large()
        self.opened(name.rpartition(":")[2] if ":" in name else name, attributes)

    def end(self, name: str) -> None:
        """Leave a level."""
        self.depth -= 1
        self.closed(name.rpartition(":")[2] if ":" in name else name)


def parse(chunks: Iterable[bytes], handler: Handler) -> Iterable[None]:
    """Parse a part, a chunk at each step; raises DepositRefused when it is not XML or is too large."""
    parser = _parser(handler)
    fed = 0
    for chunk in chunks:
        _feed(parser, chunk, last=False)
        fed += len(chunk)
        # An incomplete tag is kept, and read again with each chunk.
        if fed - max(parser.CurrentByteIndex, 0) > MAX_TOKEN or len(parser.intern) > MAX_NAMES:
            raise too_large()
        yield
    _feed(parser, b"", last=True)
    yield


def parse_all(chunks: Iterable[bytes], handler: Handler) -> None:
    """Parse a whole part."""
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
