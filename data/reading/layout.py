"""Table layout: lines above the header, headers repeated below it, columns that are not read."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from data.kinds import normalise
from data.reading.cleaning import capped, limited
from data.reading.dates import Remark
from data.reading.decoding import DepositRefused
from data.reading.header import Header, fields_named
from data.reading.texts import distinct, is_empty, where


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
    if twins >= set(header.kind.key) & titles.keys() and not twins.isdisjoint(header.kind.measures):
        raise DepositRefused(
            "Deux tableaux sont côte à côte dans ce fichier. "
            "Mettez-les l’un sous l’autre, sous un seul en-tête, ou déposez-les dans deux fichiers."
        )
    return capped(remarks)
