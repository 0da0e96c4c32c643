"""File reading: from the bytes of a deposited file to cells of text under the columns of its kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as pa_csv

from data.kinds import Kind, normalise
from data.reading.cleaning import without_blanks, without_formulas, without_totals
from data.reading.dates import Remark, normalise_dates
from data.reading.decoding import DepositRefused, as_utf8
from data.reading.formulas import unescaped
from data.reading.header import (
    HEADER_SEARCH_LINES,
    Header,
    best_of,
    fields_named,
    find_header,
    unknown_header,
)
from data.reading.layout import (
    GridCell,
    GridReader,
    hidden_parts,
    lines_above,
    spread_merged,
    unread_columns,
    without_repeated_headers,
    without_whole_lines,
)
from data.reading.records import (
    MAX_CELL,
    SEPARATORS,
    Layout,
    Record,
    body_span,
    has_spaced_quotes,
    line_breaks,
    records,
)
from data.reading.texts import CODED, coded, codes, rewrite
from data.reading.values import as_ours, denomination, normalise_values
from data.reading.workbook import is_zip, open_workbook
from data.typography import TITLE, cut, quoted

__all__ = ["DepositRefused", "Sheet", "read_sheet"]

BATCH_CELLS = 200_000
MAX_CELLS = 12_000_000
MAX_BROKEN = 50_000
# Larger blocks than Arrow's default: fewer dictionaries to merge.
BLOCK = 4 * 2**20
# From this size in bytes, one thread reads the file: each thread keeps tens of megabytes of it in memory.
LARGE = 40 * 2**20


@dataclass(frozen=True)
class Sheet:
    """A file read as text: `cells` has the column `line` (number in the file, from 1) and one per known field, coded.

    `broken` has the lines that could not be split into cells, with the reason. `remarks` (line, column, reason) has
    what was decided or dropped: total rows, the order of day and month… `others` has the column `line` and the columns
    that are not read, under their titles. `early` has, by column, the dates that may be a day early and that nobody
    decided how to read (`data.reading.times`); `early_columns` has an example for each such column, decided or not.
    `grid` has the figures of a grid, each with its cells: its lines are those of the file, and those of `cells` follow
    `data.reading.records.LINES`.
    """

    kind: Kind
    cells: pa.Table
    broken: list[tuple[int, str]]
    ignored: tuple[str, ...]
    others: pa.Table
    remarks: list[Remark] = field(default_factory=list)
    early: dict[str, list[str]] = field(default_factory=dict)
    early_columns: dict[str, str] = field(default_factory=dict)
    grid: list[GridCell] = field(default_factory=list)


@dataclass
class _Rows:
    """The rows of a file under all its columns, the lines that are not rows, and what else the file shows.

    `separators` may separate the cells of a line that stands in one cell.
    """

    table: pa.Table
    broken: list[tuple[int, str]] = field(default_factory=list)
    separators: str = SEPARATORS
    layout: Layout = field(default_factory=Layout)
    grid: list[GridCell] = field(default_factory=list)


def read_sheet(
    content: bytes, *, typed: bool = False, early_dates: str | None = None, grid_of: GridReader | None = None
) -> Sheet:
    """Return the lines of a deposited file (text or .xlsx) under its kind's columns.

    Blank lines and total rows are dropped; a line with more cells than the header goes to `broken` with its reason.
    Lines `typed` in a form are never totals. `early_dates` says how to read dates that may be a day early; `grid_of`
    reads the files that are grids. Raises DepositRefused when the file cannot be read or its header is not known.
    """
    # Arrow keeps the memory of the file before.
    pa.default_memory_pool().release_unused()
    header, rows, remarks = _read_workbook(content, grid_of) if is_zip(content) else _read_text(content, grid_of)
    table = without_blanks(_trimmed(unescaped(rows.table), header))
    table, totals = (table, []) if typed else without_totals(table, header)
    table, whole = without_whole_lines(table, header, rows.separators)
    table, merged = spread_merged(table, header, rows.layout)
    table, repeated = without_repeated_headers(table, header)
    broken = sorted(rows.broken + whole)
    if not table.num_rows and not broken:
        raise DepositRefused(
            f"Le fichier ne contient que son en-tête ({header.kind.title.lower()})\u00a0: aucune ligne à lire. "
            "Vérifiez l’export, puis déposez le fichier à nouveau."
        )
    table, header, meant = as_ours(table, header)
    remarks += meant + lines_above(header) + unread_columns(table, header) + totals + merged + repeated
    remarks += hidden_parts(table, header, rows.layout)
    cells, formulas = without_formulas(table.select(["line", *filter(None, header.names)]), header.kind)
    read = normalise_dates(normalise_values(cells, header.kind), header.kind, early_dates)
    undecided = {} if early_dates else read.early
    return Sheet(
        kind=header.kind,
        cells=read.cells,
        broken=broken,
        ignored=_ignored(header),
        others=_others(table, header),
        remarks=remarks + formulas + read.remarks,
        early=undecided,
        early_columns={name: texts[0] for name, texts in read.early.items()},
        grid=rows.grid,
    )


def _others(table: pa.Table, header: Header) -> pa.Table:
    """Return the columns that are not read, under their titles or their numbers; two of one title are numbered."""
    columns, known = {"line": table["line"]}, set(filter(None, header.names))
    for place, (name, title) in enumerate(zip(header.names, header.titles, strict=True)):
        if name is None and not fields_named(header.kind.name, normalise(title)):
            short = cut(title.strip(), TITLE)
            unique = short and short != "line" and short not in columns and short not in known
            columns[short if unique else f"colonne {place + 1}"] = table[f"#{place}"]
    return pa.table(columns)


def _ignored(header: Header) -> tuple[str, ...]:
    """Return the titles of the columns that are no field of the kind."""
    columns = enumerate(zip(header.titles, header.names, strict=True))
    used = denomination(header)
    without_field = (title.strip() for place, (title, name) in columns if name is None and place != used)
    return tuple(title for title in without_field if title and not fields_named(header.kind.name, normalise(title)))


def _trimmed(table: pa.Table, header: Header) -> pa.Table:
    """Drop the outer spaces of every cell, unless they are part of a name."""
    untrimmed = {known.name for known in header.kind.fields if known.preserve_spaces} | {"line"}
    for name in table.column_names:
        if name not in untrimmed:
            table = rewrite(table, name, pc.utf8_trim_whitespace)
    return table


def _top(lines: Iterable[Record]) -> Iterator[Record]:
    return islice(lines, HEADER_SEARCH_LINES)


def _read_text(content: bytes, grid_of: GridReader | None) -> tuple[Header, _Rows, list[Remark]]:
    text, accents = as_utf8(content)
    headers = {separator: find_header(_top(records(text, separator))) for separator in SEPARATORS}
    header = best_of(headers.values())
    readings = {separator: records(text, separator) for separator in SEPARATORS}
    if grid_of and (grid := grid_of(header, readings, lambda separator: records(text, separator))):
        return grid.header, _Rows(coded(grid.table), grid=grid.cells), grid.remarks
    if not isinstance(header, Header):
        tops = (list(_top(records(text, separator))) for separator in SEPARATORS)
        raise DepositRefused(unknown_header(tops, header))
    separator = next(separator for separator in SEPARATORS if headers[separator] is header)
    table = _rows_at_once(text, header, separator)
    remarks: list[Remark] = [(None, None, accents)] if accents else []
    if table is not None:
        return header, _Rows(table, separators=separator), remarks
    rows = _rows_one_by_one(records(text, separator), header, separator)
    _refuse_if_truncated(text, header, separator)
    return header, rows, remarks


def _read_workbook(content: bytes, grid_of: GridReader | None) -> tuple[Header, _Rows, list[Remark]]:
    with open_workbook(content) as workbook:
        candidates = {name: find_header(top) for name, top in workbook.tops.items()}
        headers = {name: header for name, header in candidates.items() if isinstance(header, Header)}
        tables = [name for name, header in headers.items() if _has_rows(workbook.tops[name], header)] or list(headers)
        header = headers[tables[0]] if tables else best_of(candidates.values())
        if grid_of and (grid := grid_of(header, workbook.tops, workbook.records)):
            return grid.header, _Rows(coded(grid.table), grid=grid.cells), grid.remarks
        if not isinstance(header, Header):
            raise DepositRefused(unknown_header(workbook.tops.values(), header))
        rows = _rows_one_by_one(workbook.records(tables[0]), header, None)
        rows.layout = workbook.layout
        return header, rows, _other_sheets(tables[0], tables[1:], len(workbook.names))


def _has_rows(top: list[Record], header: Header) -> bool:
    """Tell whether a sheet has a filled row under its header: a long one does, else its first lines are examined."""
    return len(top) == HEADER_SEARCH_LINES or any(line > header.line and any(cells or ()) for _, line, cells in top)


def _other_sheets(read: str, tables: list[str], sheets: int) -> list[Remark]:
    """Return a remark that names the sheet that is read, when the workbook has several."""
    if sheets == 1:
        return []
    reason = f"seule la feuille {quoted(read)} est lue"
    if tables:
        others = ", ".join(quoted(name) for name in tables[:5])
        reason += f" ; ces feuilles ont aussi un tableau reconnu, déposez-les à part\u00a0: {others}"
    return [(None, None, reason)]


def _rows_at_once(text: bytes, header: Header, separator: str) -> pa.Table | None:
    """Read with Arrow a plain file (one record per line, all of the same width); return None for any other file."""
    if has_spaced_quotes(text, separator):
        return None
    start, end = body_span(text, header.line)
    _refuse_many_cells(max(text.count(b"\n", start, end), text.count(b"\r", start, end)), header)
    quoted = text.find(b'"', start) >= 0
    try:
        rows = coded(_read_plain(pa.py_buffer(text).slice(start, end - start), header, separator, quoted=quoted))
    except pa.ArrowInvalid:
        return None
    if any((pc.max(pc.binary_length(codes(column).dictionary)).as_py() or 0) > MAX_CELL for column in rows.columns):
        return None
    if quoted and (rows.num_rows != line_breaks(text, start, end) + 1 or not _ends_closed(text, start, end, separator)):
        return None
    return rows.add_column(0, "line", pa.array(np.arange(header.line + 1, header.line + 1 + rows.num_rows)))


def _read_plain(text: pa.Buffer, header: Header, separator: str, *, quoted: bool) -> pa.Table:
    return pa_csv.read_csv(
        pa.BufferReader(text),
        pa_csv.ReadOptions(column_names=header.columns, block_size=BLOCK, use_threads=text.size < LARGE),
        pa_csv.ParseOptions(
            delimiter=separator,
            quote_char='"' if quoted else False,
            newlines_in_values=quoted,
            ignore_empty_lines=False,
        ),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(header.columns, CODED), strings_can_be_null=False),
    )


def _ends_closed(text: bytes, start: int, end: int, separator: str) -> bool:
    """Tell whether the last line closes its quotes: Arrow accepts one that does not."""
    last = max(text.rfind(b"\n", start, end), text.rfind(b"\r", start, end), start - 1) + 1
    return all(cells is not None for *_, cells in records(text[last:], separator))


def _rows_one_by_one(lines: Iterable[Record], header: Header, separator: str | None) -> _Rows:
    """Read any file record by record, in batches that bound the memory."""
    broken: list[tuple[int, str]] = []
    schema = pa.schema([("line", pa.int64()), *((name, CODED) for name in header.columns)])
    sound = _sound_rows(lines, header, separator, broken)
    batches: list[pa.RecordBatch] = []
    rows = 0
    while batch := list(islice(sound, max(1, BATCH_CELLS // len(schema)))):
        rows += len(batch)
        _refuse_many_cells(rows, header)
        columns = zip(zip(*batch, strict=True), schema, strict=True)
        batches.append(pa.record_batch([pa.array(cells, column.type) for cells, column in columns], schema=schema))
    return _Rows(coded(pa.Table.from_batches(batches, schema)), broken, separator or SEPARATORS)


def _refuse_many_cells(rows: int, header: Header) -> None:
    """Refuse a file with too many cells: each line counts as many cells as the header has columns."""
    if rows * len(header.names) > MAX_CELLS:
        raise DepositRefused(
            f"Le fichier a plus de {MAX_CELLS // 10**6}\u00a0millions de cellules. "
            "Gardez les colonnes utiles ou découpez-le, par exemple par année scolaire, puis déposez-le à nouveau."
        )


def _sound_rows(
    lines: Iterable[Record], header: Header, separator: str | None, broken: list[tuple[int, str]]
) -> Iterator[list[int | str]]:
    """Yield the line and cells of each row that fits under the header; add the others to `broken`."""
    width = len(header.names)
    for first, last, cells in lines:
        if last <= header.line:
            continue
        if len(broken) > MAX_BROKEN:
            raise DepositRefused(
                f"Plus de {MAX_BROKEN // 1000}\u00a0000 lignes ne tiennent pas sous l’en-tête. "
                "Exportez le tableau à nouveau, puis déposez ce fichier."
            )
        if cells is None:
            broken.append((first, "un guillemet ouvert n’est pas refermé\u00a0: corrigez cette ligne"))
        elif len(cells) > width and (any(map(str.strip, cells[width:])) or _splits_a_number(cells, header, separator)):
            broken.append((first, _too_many_cells(len(cells), width, separator)))
        else:
            yield [first, *cells[:width], *[""] * (width - len(cells))]


def _splits_a_number(cells: list[str], header: Header, separator: str | None) -> bool:
    """Tell whether a line that is too long by empty cells only seems to have a decimal number split at its comma."""
    decimal = {known.name for known in header.kind.fields if known.type == "number"}
    pairs = zip(header.names, cells, cells[1:], strict=False)
    return separator == "," and any(name in decimal and f"{a}{b}".isdigit() and a and b for name, a, b in pairs)


def _refuse_if_truncated(text: bytes, header: Header, separator: str) -> None:
    """Refuse a file whose last line, and no other, is shorter than the header, when it ends without a line break."""
    if text.endswith((b"\n", b"\r")):
        return
    width, last, short = len(header.names), [""], 0
    needed = {
        name for name in header.names[1:] for known in header.kind.fields if known.name == name and known.required
    }
    for _, line, cells in records(text, separator):
        if cells is not None and line > header.line and "".join(cells).strip():
            last = cells
            short += len(cells) < width
    # A note under the table is one cell alone: its line is rejected later, with a reason for each empty column.
    if short == 1 and len(last) < width and not (len(last) == 1 and needed):
        raise DepositRefused(
            f"Le fichier est tronqué\u00a0: sa dernière ligne n’a que {len(last)} colonnes sur {width}. "
            "Exportez-le ou copiez-le à nouveau en entier, puis déposez-le."
        )


def _too_many_cells(count: int, expected: int, separator: str | None) -> str:
    if separator is None:
        return f"{count} cellules au lieu de {expected}\u00a0: des cellules débordent à droite du tableau ; videz-les"
    shown = "tabulation" if separator == "\t" else f"«\u00a0{separator}\u00a0»"
    return (
        f"{count} cellules au lieu de {expected}\u00a0: un texte contient sans doute le séparateur {shown} ; "
        "mettez ce texte entre guillemets"
    )
