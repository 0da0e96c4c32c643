"""From the bytes of a file to lines of text under known columns: encoding, separator, header, kind."""

from __future__ import annotations

import csv
import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv

from data.schemas import Kind, kinds, normalise

SEPARATORS = ";,\t|"
HEADER_SEARCH_LINES = 10
MAX_BYTES = 200 * 2**20
MAX_CELL = 100_000
MAX_COLUMNS = 1_000
MODEL_HINT = "La page Dépôt montre les colonnes attendues de chaque type de fichier et donne un modèle vide."
SIGNATURES = {
    b"\x89PNG": "une image PNG",
    b"\xff\xd8\xff": "une image JPEG",
    b"GIF8": "une image GIF",
    b"%PDF": "un document PDF",
    b"PK\x03\x04": "un classeur ou une archive compressée (.xlsx, .ods, .zip)",
    b"\xd0\xcf\x11\xe0": "un ancien classeur Excel (.xls)",
    b"\x1f\x8b": "un fichier compressé (.gz)",
    b"BZh": "un fichier compressé (.bz2)",
    b"\xfd7zXZ": "un fichier compressé (.xz)",
    b"\x28\xb5\x2f\xfd": "un fichier compressé (.zst)",
    b"7z\xbc\xaf": "une archive compressée (.7z)",
    b"PAR1": "un fichier Parquet",
}


class DepositRefused(Exception):
    """The whole file is refused; the message says in French what is wrong and what to do."""


@dataclass(frozen=True)
class Sheet:
    """A file read as text: `cells` has the column `line` (number in the file, from 1) and one per known field."""

    kind: Kind
    cells: pa.Table
    broken: list[tuple[int, str]]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class _Header:
    kind: Kind
    separator: str
    position: int
    names: tuple[str | None, ...]
    titles: tuple[str, ...]


def read_sheet(content: bytes) -> Sheet:
    """Return the lines of a deposited file under its kind's columns.

    Blank lines are skipped; a line with more cells than the header is set apart in `broken` with its reason.
    Raises DepositRefused when the file cannot be read or its header is not known.
    """
    text = decode(content)
    header = _find_header(text)
    rows = _rows_at_once(text, header)
    broken: list[tuple[int, str]] = []
    if rows is None:
        rows, broken = _rows_one_by_one(text, header)
    if not rows.num_rows and not broken:
        raise DepositRefused(
            f"Le fichier ne contient que son en-tête ({header.kind.title.lower()}) : aucune ligne à lire. "
            "Vérifiez l’export, puis déposez le fichier à nouveau."
        )
    unnamed = (title.strip() for title, name in zip(header.titles, header.names, strict=True) if name is None)
    return Sheet(header.kind, _known_columns(rows, header), broken, tuple(filter(None, unnamed)))


def _rows_at_once(text: str, header: _Header) -> pa.Table | None:
    """Read a plain file (no quote, no blank line, no odd line) with Arrow, or return None when it is not one."""
    body = text.rstrip("\r\n")
    if '"' in body or "\n\n" in body or "\n\r" in body or "\r\r" in body:
        return None
    columns = _column_names(header)
    try:
        rows = pa_csv.read_csv(
            io.BytesIO(body.encode()),
            pa_csv.ReadOptions(skip_rows=header.position, column_names=columns),
            pa_csv.ParseOptions(delimiter=header.separator, quote_char=False),
            pa_csv.ConvertOptions(column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    if any((pc.max(pc.binary_length(column)).as_py() or 0) > MAX_CELL for column in rows.columns):
        return None
    lines = pa.array(range(header.position + 1, header.position + 1 + rows.num_rows), pa.int64())
    filled = functools.reduce(pc.or_, (pc.not_equal(pc.utf8_trim_whitespace(column), "") for column in rows.columns))
    return rows.add_column(0, "line", lines).filter(filled)


def _rows_one_by_one(text: str, header: _Header) -> tuple[pa.Table, list[tuple[int, str]]]:
    """Read any file, record by record; return its rows, and the lines that have too many cells with the reason.

    Raises DepositRefused when the file stops in the middle of a line.
    """
    lines: list[int] = []
    rows: list[list[str]] = []
    broken: list[tuple[int, str]] = []
    width = len(header.names)
    last_width = width
    for line, row in _records(text, header.separator):
        if line <= header.position or not "".join(row).strip():
            continue
        last_width = len(row)
        if last_width > width and any(map(str.strip, row[width:])):
            broken.append((line, _too_many_cells(last_width, width, header.separator)))
            continue
        lines.append(line)
        rows.append(row[:width] + [""] * (width - last_width))
    if last_width < width and not text.endswith(("\n", "\r")):
        raise DepositRefused(
            f"Le fichier est tronqué : sa dernière ligne n’a que {last_width} colonnes sur {width}. "
            "Exportez-le ou copiez-le à nouveau en entier, puis déposez-le."
        )
    columns = [pa.array(cells, pa.string()) for cells in zip(*rows, strict=True)] or [pa.array([], pa.string())] * width
    return pa.Table.from_arrays([pa.array(lines, pa.int64()), *columns], ["line", *_column_names(header)]), broken


def _column_names(header: _Header) -> list[str]:
    """Name every column of a file: its field, or its place when it is not known."""
    return [name or f"#{place}" for place, name in enumerate(header.names)]


def _known_columns(rows: pa.Table, header: _Header) -> pa.Table:
    """Keep `line` and the known columns, without outer spaces unless they are part of a name."""
    as_written = {field.name for field in header.kind.fields if field.preserve_spaces} | {"line"}
    names = ["line", *filter(None, header.names)]
    return pa.table({n: rows[n] if n in as_written else pc.utf8_trim_whitespace(rows[n]) for n in names})


def decode(content: bytes) -> str:
    """Return the text of a file: byte-order mark, then UTF-8, then UTF-16, then Windows-1252.

    Raises DepositRefused for an empty file, a compressed one, a truncated one, or one that is not text.
    """
    if not content.strip(b" \t\r\n\x00"):
        raise DepositRefused("Le fichier est vide. Vérifiez l’export, puis déposez le fichier à nouveau.")
    if len(content) > MAX_BYTES:
        raise DepositRefused("Le fichier dépasse 200 Mo. Découpez-le, par exemple par année scolaire.")
    for signature, nature in SIGNATURES.items():
        if content.startswith(signature):
            raise DepositRefused(
                f"Ce fichier n’est pas un CSV : c’est {nature}, quel que soit son nom. "
                "Ouvrez le tableau d’origine et enregistrez-le au format CSV, puis déposez ce CSV."
            )
    text = _decoded(content)
    if "\x00" in text or sum(map(text.count, "\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f")) > 0:
        raise DepositRefused(
            "Ce fichier n’est pas du texte (il contient des caractères de contrôle). "
            "Enregistrez le tableau au format CSV, puis déposez ce CSV."
        )
    return text


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strict(content, "utf-16")
    if content.startswith(b"\xef\xbb\xbf"):
        return _strict(content, "utf-8-sig")
    if content[:200].count(b"\x00") * 3 > len(content[:200]):
        return _strict(content, "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _strict(content, "cp1252")


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise DepositRefused(
            "Le fichier est tronqué ou abîmé : certains de ses caractères sont incomplets. "
            "Exportez-le ou copiez-le à nouveau en entier, puis déposez-le."
        ) from error


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of its first line in the file."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    start = 1
    try:
        for row in reader:
            yield start, row
            start = reader.line_num + 1
    except csv.Error as error:
        raise DepositRefused(
            f"La ligne {start} ne peut pas être lue : une cellule dépasse {MAX_CELL} caractères ou un guillemet "
            "n’est pas refermé. Corrigez cette ligne, puis déposez le fichier à nouveau."
        ) from error


def _find_header(text: str) -> _Header:
    """Return the line, separator and kind that name the most known columns among the first lines."""
    csv.field_size_limit(MAX_CELL)
    top = "\n".join(text[: MAX_CELL * HEADER_SEARCH_LINES].splitlines()[:HEADER_SEARCH_LINES])
    best: tuple[int, int, _Header] | None = None
    nearest: tuple[int, Kind, set[str]] | None = None
    for separator in SEPARATORS:
        for line, row in _records(top, separator):
            if len(row) > MAX_COLUMNS:
                raise DepositRefused(f"Le fichier a plus de {MAX_COLUMNS} colonnes : ce n’est pas un fichier attendu.")
            for kind in kinds().values():
                names = _named(kind, row)
                found = {name for name in names if name}
                if kind.recognises(found) and (best is None or (len(found), -len(row)) > best[:2]):
                    best = (len(found), -len(row), _Header(kind, separator, line, names, tuple(row)))
                elif found and (nearest is None or len(found) > nearest[0]):
                    nearest = (len(found), kind, found)
    if best is None:
        raise DepositRefused(_unknown_header(nearest))
    return best[2]


def _named(kind: Kind, row: list[str]) -> tuple[str | None, ...]:
    """Return, for each cell of a header, the field of the kind it names; a second mention is ignored."""
    by_header = {header: field.name for field in kind.fields for header in field.headers}
    names: list[str | None] = []
    for cell in row:
        name = by_header.get(normalise(cell))
        names.append(None if name in names else name)
    return tuple(names)


def _unknown_header(nearest: tuple[int, Kind, set[str]] | None) -> str:
    message = "Les noms de colonnes de ce fichier ne sont pas reconnus. "
    if nearest:
        _, kind, found = nearest
        absent = [f"« {field.name} »" for field in kind.fields if field.required_column and field.name not in found]
        if absent:
            message += f"Le plus proche est « {kind.title} », mais il manque : {', '.join(absent)}. "
        elif found.isdisjoint(kind.measures):
            wanted = ", ".join(f"« {measure} »" for measure in kind.measures)
            message += (
                f"Le plus proche est « {kind.title} », mais il lui faut au moins une de ces colonnes : {wanted}. "
            )
    return message + MODEL_HINT


def _too_many_cells(found: int, expected: int, separator: str) -> str:
    shown = "tabulation" if separator == "\t" else f"« {separator} »"
    return (
        f"{found} cellules au lieu de {expected} : un texte contient sans doute le séparateur {shown} ; "
        "mettez ce texte entre guillemets"
    )
