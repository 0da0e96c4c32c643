"""Table layout: lines above the header, headers repeated below it, columns that are not read, merged cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.kinds import Field, normalise
from data.reading.cleaning import capped, limited
from data.reading.dates import Remark
from data.reading.decoding import DepositRefused
from data.reading.header import Header, NearMiss, fields_named
from data.reading.limits import MAX_CELLS, too_large
from data.reading.records import Layout, Record
from data.reading.texts import distinct, is_empty, where, with_cells
from data.typography import quoted

LINES_NAMED = 8
IN_ONE_CELL = (
    "toute la ligne est écrite dans une seule case\u00a0: retirez les guillemets qui l’entourent, "
    "ou écrivez chaque valeur dans sa colonne"
)


class GridCell(NamedTuple):
    """A figure read in a grid: its lines, title and text in the file, then its canteen, day and column.

    A figure of several cells has their sum in its text: “1,6 + 16 = 17,6”.
    """

    lines: tuple[int, ...]
    title: str
    text: str
    site: str
    day: date
    column: str


@dataclass(frozen=True)
class Grid:
    """A grid read as lines of the log: their table and header, each figure that was read, and remarks."""

    header: Header
    table: pa.Table
    cells: list[GridCell]
    remarks: list[Remark]


GridReader = Callable[
    [Header | NearMiss | None, Mapping[str, Iterable[Record]], Callable[[str], Iterable[Record]]], Grid | None
]


def lines_above(header: Header) -> list[Remark]:
    """Return a remark on the lines above the header, which are not read: titles, or rows that a sort put there."""
    if not header.above:
        return []
    first, last = header.above
    shown = f"la ligne {first} est" if first == last else f"les lignes {first} à {last} sont"
    unread = "elle n’est pas lue" if first == last else "elles ne sont pas lues"
    return [(first, None, f"{shown} au-dessus de l’en-tête (ligne {header.line})\u00a0: {unread}")]


def without_repeated_headers(rows: pa.Table, header: Header) -> tuple[pa.Table, list[Remark]]:
    """Drop the lines that repeat the header, as in printed pages or in files joined end to end.

    Raises DepositRefused when such a line gives the columns other names: its rows would be misread.
    """
    kind = header.kind
    columns = [name for name in header.names if name]
    first = next((field.name for field in kind.fields if field.type == "date" and field.name in columns), columns[0])
    short = (text for text in distinct(rows[first]) if text and len(text) < 60)
    without_digits = (text for text in short if not any(map(str.isdigit, text)))
    titles = [text for text in without_digits if fields_named(kind.name, normalise(text))]
    if not titles:
        return rows, []
    repeated = []
    has_title = where(rows[first], lambda texts: pc.is_in(texts, pa.array(titles)))
    for row in limited(rows.filter(has_title)).to_pylist():
        fields_of = {name: fields_named(kind.name, normalise(row[name])) for name in columns if row[name].strip()}
        if sum(map(bool, fields_of.values())) < 2:
            continue
        if any(fields and name not in fields for name, fields in fields_of.items()):
            raise DepositRefused(
                f"Un second tableau, aux colonnes dans un autre ordre, commence à la ligne {row['line']}. "
                "Déposez les deux tableaux dans deux fichiers."
            )
        repeated.append(row["line"])
    remarks: list[Remark] = [(line, None, "l’en-tête est répété\u00a0: ligne passée") for line in repeated]
    return rows.filter(pc.invert(pc.is_in(rows["line"], pa.array(repeated, pa.int64())))), capped(remarks)


def unread_columns(rows: pa.Table, header: Header) -> list[Remark]:
    """Return a remark on each unread column that repeats a known title, or has filled cells and no title.

    Raises DepositRefused when these columns make a second table beside the first one.
    """
    remarks: list[Remark] = []
    twins: set[str] = set()
    titles = {name: normalise(title) for name, title in zip(header.names, header.titles, strict=True) if name}
    for place, (name, title) in enumerate(zip(header.names, header.titles, strict=True)):
        if name:
            continue
        twin = next(iter(fields_named(header.kind.name, normalise(title))), None)
        empty = pc.all(where(rows[f"#{place}"], is_empty)).as_py()
        if twin:
            reason = f"«\u00a0{twin}\u00a0» est déjà donné par une autre colonne\u00a0: celle-ci n’est pas lue"
            remarks.append((header.line, title.strip(), reason))
            twins |= {twin} if titles[twin] == normalise(title) and not empty else set()
        elif not title.strip() and not empty:
            remarks.append((header.line, None, f"la colonne {place + 1} n’a pas de titre\u00a0: elle n’est pas lue"))
    _refuse_side_by_side(twins, header, titles)
    for place, title in enumerate(header.titles):
        for name in twins if header.names[place] is None else ():
            if normalise(title) == titles[name]:
                _refuse_other_values(rows, header, name, place)
    return capped(remarks)


def _refuse_side_by_side(twins: set[str], header: Header, titles: dict[str, str]) -> None:
    """Refuse two tables side by side: the key and a measure have two columns."""
    if twins >= set(header.kind.key) & titles.keys() and not twins.isdisjoint(header.kind.measures):
        raise DepositRefused(
            "Deux tableaux sont côte à côte dans ce fichier. "
            "Mettez-les l’un sous l’autre, sous un seul en-tête, ou déposez-les dans deux fichiers."
        )


def _refuse_other_values(rows: pa.Table, header: Header, name: str, place: int) -> None:
    """Refuse two columns of one title when the one that is not read has other values: nobody knows which are right."""
    first, second = (rows[column].cast(pa.string()) for column in (name, f"#{place}"))
    differing = rows.filter(pc.and_(pc.greater(pc.binary_length(second), 0), pc.not_equal(first, second))).slice(0, 1)
    for row in differing.to_pylist():
        raise DepositRefused(
            f"Deux colonnes ont le même titre, {quoted(header.titles[place].strip())} (colonnes "
            f"{header.names.index(name) + 1} et {place + 1}), et des valeurs différentes\u00a0: ligne {row['line']}, "
            f"{quoted(row[name])} et {quoted(row[f'#{place}'])}. "
            "Gardez la bonne, ou donnez-leur deux titres différents, puis déposez le fichier."
        )


def without_whole_lines(rows: pa.Table, header: Header, separators: str) -> tuple[pa.Table, list[tuple[int, str]]]:
    """Take out the lines that are all in their first cell, as a text between quotes; return them with the reason."""
    first, *others = rows.column_names[1:]
    alone = pa.repeat(pa.scalar(bool(others)), rows.num_rows)
    for name in others:
        if not pc.any(alone).as_py():
            return rows, []
        alone = pc.and_(alone, where(rows[name], is_empty))
    whole = [
        row["line"]
        for row in limited(rows.filter(alone)).select(["line", first]).to_pylist()
        if any(_is_whole_line(row[first], len(header.names), separator) for separator in separators)
    ]
    if not whole:
        return rows, []
    return rows.filter(pc.invert(pc.is_in(rows["line"], pa.array(whole)))), [(line, IN_ONE_CELL) for line in whole]


def _is_whole_line(text: str, width: int, separator: str) -> bool:
    """Tell whether a text has as many cells as the header, one more or one less."""
    cells = next(csv.reader([" ".join(re.split(r"[\r\n]", text))], delimiter=separator), [])
    return width > 2 and abs(len(cells) - width) <= 1


def spread_merged(rows: pa.Table, header: Header, layout: Layout) -> tuple[pa.Table, list[Remark]]:
    """Give the text of a merged cell to each line it covers; empty a merged measure, with a remark that names it.

    A figure over several lines, or over several columns, cannot be shared out: it is considered absent.
    """
    fields = {field.name: field for field in header.kind.fields}
    lines, columns = rows["line"].to_numpy(), header.columns
    new_texts: dict[str, dict[int, str]] = {}
    remarks: list[Remark] = []
    spread = 0
    for first, last, left, right in layout.merged:
        start, stop = np.searchsorted(lines, (first, last + 1))
        if first <= header.line or left > len(columns) or start == stop or lines[start] != first:
            continue
        name = columns[left - 1]
        text = rows[name][int(start)].as_py()
        spread += int(stop - start)
        if spread > MAX_CELLS:
            raise too_large()
        if text and any(_is_figure(fields.get(column)) for column in columns[left - 1 : right]):
            new_texts.setdefault(name, {}).update(dict.fromkeys(range(start, stop), ""))
            remarks.append((first, name, _merged_figure(text, (first, last), columns[left - 1 : right])))
        elif text and first < last:
            new_texts.setdefault(name, {}).update(dict.fromkeys(range(start, stop), text))
    for name, texts in new_texts.items():
        rows = with_cells(rows, name, texts)
        if any(texts.values()):
            shown = header.titles[columns.index(name)].strip() or None
            remarks.append(
                (None, shown, "cellules fusionnées\u00a0: leur texte vaut pour chaque ligne qu’elles couvrent")
            )
    return rows, capped(remarks)


def _is_figure(field: Field | None) -> bool:
    """Tell whether a column has figures that a merged cell cannot share out: a rank in a menu is none."""
    return field is not None and field.type in ("integer", "number") and field.name not in ("rang", "position")


def _merged_figure(text: str, lines: tuple[int, int], columns: list[str]) -> str:
    first, last = lines
    covered = f"les lignes {first} à {last}" if first < last else f"les colonnes {', '.join(columns)}"
    return (
        f"cellule fusionnée\u00a0: {quoted(text)} vaut pour {covered} à la fois, et n’est donc pas lu ; "
        "annulez la fusion et écrivez la valeur de chaque case"
    )


def hidden_parts(rows: pa.Table, header: Header, layout: Layout) -> list[Remark]:
    """Return the remarks on hidden lines, columns and sheet: they are read like the others."""
    remarks: list[Remark] = []
    lines = pc.cast(rows["line"].filter(pc.is_in(rows["line"], pa.array(layout.hidden_lines, pa.int64()))), pa.int64())
    if count := len(lines):
        shown = ", ".join(str(line) for line in lines.slice(0, LINES_NAMED).to_pylist())
        more = "…" if count > LINES_NAMED else ""
        reason = (
            f"la ligne {shown}, masquée ou filtrée dans le classeur, est lue comme les autres"
            if count == 1
            else f"{count} lignes masquées ou filtrées sont lues comme les autres (lignes {shown}{more} du classeur)"
        )
        remarks.append((None, None, reason))
    names = [
        name
        for place, name in enumerate(header.names, 1)
        if name and any(first <= place <= last for first, last in layout.hidden_columns)
    ]
    remarks += [(None, name, "colonne masquée dans le classeur\u00a0: lue comme les autres") for name in names]
    if layout.hidden:
        remarks.append((None, None, "la feuille lue est masquée dans le classeur\u00a0: aucune autre n’a ces colonnes"))
    return remarks
