"""Finding the header of a sheet, and with it the kind of file, among its first lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from data.decoding import DepositRefused
from data.records import Record
from data.schemas import Kind, kinds, normalise

HEADER_SEARCH_LINES = 25
MAX_COLUMNS = 1_000
MODEL_HINT = "La page Dépôt montre les colonnes attendues de chaque type de fichier et donne un modèle vide."


@dataclass(frozen=True)
class Header:
    """A header found: its kind, its last line in the file (from 1), each column's field (None if not known), titles."""

    kind: Kind
    line: int
    names: tuple[str | None, ...]
    titles: tuple[str, ...]

    @property
    def columns(self) -> list[str]:
        """Name every column of the file: its field, or its place when it is not known."""
        return [name or f"#{place}" for place, name in enumerate(self.names)]

    @property
    def score(self) -> tuple[int, int]:
        """Rank headers: the most known columns, then the fewest cells."""
        return sum(name is not None for name in self.names), -len(self.names)


@dataclass(frozen=True)
class NearMiss:
    """A line that names some columns of a kind, not enough to be its header."""

    kind: Kind
    found: frozenset[str]


def find_header(top: Iterable[Record]) -> Header | NearMiss | None:
    """Return the record that names the most columns of a kind; or else the nearest one.

    Raises DepositRefused when a line has an unreasonable number of cells.
    """
    best: Header | None = None
    nearest: NearMiss | None = None
    for _, line, cells in top:
        if cells is None:
            continue
        if len(cells) > MAX_COLUMNS and any(map(str.strip, cells[MAX_COLUMNS:])):
            raise DepositRefused(f"Le fichier a plus de {MAX_COLUMNS} colonnes\u00a0: ce n’est pas un fichier attendu.")
        words = [normalise(cell) for cell in cells]
        for kind in kinds().values():
            header = Header(kind, line, _named(kind.name, words), tuple(cells))
            found = frozenset(filter(None, header.names))
            if kind.recognises(set(found)) and (best is None or header.score > best.score):
                best = header
            elif found and (nearest is None or len(found) > len(nearest.found)):
                nearest = NearMiss(kind, found)
    return best or nearest


def best_of(found: Iterable[Header | NearMiss | None]) -> Header | NearMiss | None:
    """Return the best header among several readings of one file; or else the nearest miss."""
    candidates = list(found)
    headers = [header for header in candidates if isinstance(header, Header)]
    misses = [miss for miss in candidates if isinstance(miss, NearMiss)]
    if headers:
        return max(headers, key=lambda header: header.score)
    return max(misses, key=lambda miss: len(miss.found), default=None)


def _named(kind: str, words: list[str]) -> tuple[str | None, ...]:
    """Return, for each word of a header, the field it names; of several, the one nearest to the field's own name."""
    names: list[str | None] = [None] * len(words)
    fields = _fields_by_word(kind)
    taken: dict[str, tuple[int, int]] = {}
    for place, word in enumerate(words):
        for name, rank in fields.get(word, {}).items():
            taken[name] = min(taken.get(name, (rank, place)), (rank, place))
    for name, (_, place) in taken.items():
        names[place] = names[place] or name
    return tuple(names)


@cache
def _fields_by_word(kind: str) -> dict[str, dict[str, int]]:
    """Return, for each header word of a kind, its fields: 0 when it is their name, 1 their title, 2 a synonym."""
    words: dict[str, dict[str, int]] = {}
    for field in kinds()[kind].fields:
        own = [normalise(field.name), normalise(field.title)]
        for word in field.headers:
            words.setdefault(word, {})[field.name] = own.index(word) if word in own else 2
    return words


def unknown_header(nearest: NearMiss | None) -> str:
    """Say why no header was found, naming the columns that the nearest kind of file lacks."""
    message = "Les noms de colonnes de ce fichier ne sont pas reconnus. "
    if nearest:
        kind, found = nearest.kind, nearest.found
        absent = [f"«\u00a0{f.name}\u00a0»" for f in kind.fields if f.required_column and f.name not in found]
        if absent:
            message += f"Le plus proche est «\u00a0{kind.title}\u00a0», mais il manque\u00a0: {', '.join(absent)}. "
        elif found.isdisjoint(kind.measures):
            wanted = ", ".join(f"«\u00a0{measure}\u00a0»" for measure in kind.measures)
            message += (
                f"Le plus proche est «\u00a0{kind.title}\u00a0», "
                f"mais il lui faut au moins une de ces colonnes\u00a0: {wanted}. "
            )
    return message + MODEL_HINT
