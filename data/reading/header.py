"""Header detection: the header of a sheet, and with it the kind of file, among its first lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise, zip_longest

from data.kinds import Kind, kinds, normalise
from data.reading.decoding import DepositRefused
from data.reading.records import SEPARATORS, Record

HEADER_SEARCH_LINES = 25
MAX_COLUMNS = 1_000
# All our titles are much shorter; a longer word is not compared, nor cached.
LONGEST_WORD = 200
LAST_RANK = 1_000
MODEL_HINT = (
    "La page «\u00a0Déposer un fichier\u00a0» montre les colonnes attendues de chaque type de fichier "
    "et donne un modèle vide."
)
ONE_CELL = (
    "Toutes les colonnes sont écrites dans une seule cellule. Dans Excel, sélectionnez la première colonne, choisissez "
    "«\u00a0Données\u00a0» puis «\u00a0Convertir\u00a0», indiquez le séparateur, enregistrez, puis déposez le fichier."
)
TWO_LINES = (
    "L’en-tête est écrit sur deux lignes. Mettez tous les noms de colonnes sur une seule ligne, "
    "sans cellules fusionnées, puis déposez le fichier."
)
# The article of “d’assiette” or “l’assiette”. A last “l” is a unit instead: litres.
ELIDED = re.compile(r"(?<![a-z0-9])[dl]_")
ARTICLES = frozenset(("de", "du", "des", "la", "le", "les"))
FILLER_WORDS = {
    "integer": frozenset(("nb", "nbr", "nbre", "nombre")),
    "number": frozenset(("en", "kg", "kgs", "kilos", "kilogrammes", "poids", "pesee", "pesees")),
    "date": frozenset(("jj", "mm", "aa", "aaaa")),
}


@dataclass(frozen=True)
class Header:
    """A header: its kind, its last line in the file (from 1), each column's field (None if not known), its titles.

    `above` has the first and last lines with a text above the header, if any.
    """

    kind: Kind
    line: int
    names: tuple[str | None, ...]
    titles: tuple[str, ...]
    above: tuple[int, ...] = ()

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
    """A line that names some columns of a kind, too few for a header of this kind."""

    kind: Kind
    fields: frozenset[str]


def find_header(top: Iterable[Record]) -> Header | NearMiss | None:
    """Return the first record that names enough columns of a kind; or else the nearest miss.

    Raises DepositRefused when a line has too many cells.
    """
    best: Header | None = None
    nearest: NearMiss | None = None
    above: list[int] = []
    for first, line, cells in top:
        if cells is None:
            continue
        if len(cells) > MAX_COLUMNS and any(map(str.strip, cells[MAX_COLUMNS:])):
            raise DepositRefused(
                f"Le fichier a plus de {MAX_COLUMNS} colonnes. Gardez les colonnes utiles, puis déposez-le."
            )
        words = [normalise(cell) for cell in cells]
        for kind in kinds().values():
            names = _fields_of_columns(kind.name, words)
            header = Header(kind, line, names, tuple(cells), tuple(above[:1] + above[-1:]))
            fields = frozenset(filter(None, header.names))
            if kind.recognises(set(fields)) and (best is None or header.score > best.score):
                best = header
            elif fields and _is_near(kind, fields) and (nearest is None or len(fields) > len(nearest.fields)):
                nearest = NearMiss(kind, fields)
        if best:
            return best
        if any(words) and not words[0].startswith("sep"):
            above += [first, line]
    return nearest


def _is_near(kind: Kind, fields: frozenset[str]) -> bool:
    """Tell whether most of the required columns of a kind are there: fewer would make a hint that misleads."""
    required = {known.name for known in kind.fields if known.required_column}
    return len(fields) > 1 and 2 * len(fields & required) > len(required)


def best_of(candidates: Iterable[Header | NearMiss | None]) -> Header | NearMiss | None:
    """Return the best header among several readings of one file; or else the nearest miss."""
    readings = list(candidates)
    headers = [header for header in readings if isinstance(header, Header)]
    misses = [miss for miss in readings if isinstance(miss, NearMiss)]
    if headers:
        return max(headers, key=lambda header: header.score)
    return max(misses, key=lambda miss: len(miss.fields), default=None)


def _fields_of_columns(kind: str, words: list[str]) -> tuple[str | None, ...]:
    """Return the field that each word of a header names; a field goes to the word nearest to its own name."""
    names: list[str | None] = [None] * len(words)
    best_places: dict[str, tuple[int, int]] = {}
    for place, word in enumerate(words):
        for name, rank in (fields_named(kind, word) or _named_beside(kind, word, words)).items():
            best_places[name] = min(best_places.get(name, (rank, place)), (rank, place))
    for name, (_, place) in best_places.items():
        names[place] = names[place] or name
    return tuple(names)


def _named_beside(kind: str, word: str, words: list[str]) -> dict[str, int]:
    """Return the fields that a word names only because of the other titles of its file."""
    fields = (known for known in kinds()[kind].fields if word in known.headers_beside)
    return {known.name: LAST_RANK for known in fields if not known.headers_beside[word].isdisjoint(words)}


def fields_named(kind: str, word: str) -> dict[str, int]:
    """Return the fields a normalised title may name, with their ranks: the lowest rank is the most certain.

    The title is compared as it is written, or else without its filler words.
    """
    as_written, bare = _fields_by_word(kind)
    exact = as_written.get(word) or as_written.get(word.replace("_", ""))
    if exact or not 0 < len(word) <= LONGEST_WORD:
        return exact or {}
    return {name: rank for type_, words in bare.items() for name, rank in words.get(_bare(word, type_), {}).items()}


@cache
def _fields_by_word(kind: str) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, dict[str, int]]]]:
    """Return the fields of each title of a kind, with ranks: as written; and, by field type, without filler words."""
    as_written: dict[str, dict[str, int]] = {}
    bare: dict[str, dict[str, dict[str, int]]] = {}
    for field in kinds()[kind].fields:
        for rank, word in enumerate(field.headers):
            as_written.setdefault(word, {})[field.name] = rank
            if short := _bare(word, field.type):
                bare.setdefault(field.type, {}).setdefault(short, {}).setdefault(field.name, len(field.headers) + rank)
    return as_written, bare


@lru_cache(maxsize=10_000)
def _bare(word: str, type_: str) -> str:
    """Return a title without its articles, its plurals, and the words that its type of field already implies."""
    fillers = ARTICLES | FILLER_WORDS.get(type_, frozenset())
    parts = ELIDED.sub("", word).split("_")
    return "".join(part.rstrip("s") if len(part) > 3 else part for part in parts if part not in fillers)


def in_one_cell(top: Iterable[Record]) -> bool:
    """Tell whether the whole header is in one cell, as when a CSV file was opened without being split into columns."""
    filled = ((first, line, list(filter(str.strip, cells or []))) for first, line, cells in top)
    single_cells = [(first, line, cells[0]) for first, line, cells in filled if len(cells) == 1]
    return any(
        isinstance(find_header((first, line, cell.split(separator)) for first, line, cell in single_cells), Header)
        for separator in SEPARATORS
    )


def on_two_lines(top: Iterable[Record]) -> bool:
    """Tell whether the header takes two lines: groups of columns above, and the columns below."""
    filled = [(last, cells) for _, last, cells in top if cells is not None and any(map(str.strip, cells))]
    pairs = (
        (line, line, [lower.strip() or upper for upper, lower in zip_longest(above, below, fillvalue="")])
        for (_, above), (line, below) in pairwise(filled)
    )
    return isinstance(find_header(pairs), Header)


def unknown_header(tops: Iterable[list[Record]], nearest: NearMiss | None) -> str:
    """Return why the first lines have no header, with the columns that are missing for the nearest kind of file."""
    first_lines = list(tops)
    if any(map(in_one_cell, first_lines)):
        return ONE_CELL
    if any(map(on_two_lines, first_lines)):
        return TWO_LINES
    message = "Les noms de colonnes de ce fichier ne sont pas reconnus. "
    if nearest:
        kind, known = nearest.kind, nearest.fields
        absent = [f"«\u00a0{f.name}\u00a0»" for f in kind.fields if f.required_column and f.name not in known]
        if absent:
            message += f"Le plus proche est «\u00a0{kind.title}\u00a0», mais il manque\u00a0: {', '.join(absent)}. "
        elif known.isdisjoint(kind.measures):
            wanted = ", ".join(f"«\u00a0{measure}\u00a0»" for measure in kind.measures)
            message += (
                f"Le plus proche est «\u00a0{kind.title}\u00a0», "
                f"mais il lui faut au moins une de ces colonnes\u00a0: {wanted}. "
            )
    return message + MODEL_HINT
