"""What French spreadsheets add around the rows: totals, repeated headers, formula errors; passed over, and said."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from data.dates import Remark
from data.header import Header
from data.schemas import Kind, normalise

MAX_REMARKS = 200
NO_VALUE = "#FORMULE SANS VALEUR"
# A total stands alone as a word: a canteen may be called TOTALITÉ.
TOTAL = r"(?i)^[\s*]*((grand|sous)[\s-]*)?tota(l|ux)($|[^\pL\pN])|^[\s*]*(somme|cumul|moyenne)s?[\s:]*$"
PLAIN_TOTAL = re.compile(r"(grand_|sous_)?tota(l|ux)(_genera(l|ux))?")
ERROR = r"^#(N/A|DIV/0!|REF!|NAME\?|NOM\?|VALUE!|VALEUR!|NUM!|NOMBRE!|NULL!|NUL!|SPILL!|CALC!|##+|FORMULE SANS VALEUR)$"


def without_blanks(rows: pa.Table) -> pa.Table:
    """Drop the rows whose every cell is empty."""
    blank: pa.Array | None = None
    for name in rows.column_names[1:]:
        empty = _is_empty(rows[name])
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return rows
    return rows.filter(pc.invert(blank))


def without_totals(rows: pa.Table, header: Header) -> tuple[pa.Table, list[Remark]]:
    """Drop the total rows: their first filled cell says “Total…”, and they are not a full line of their kind."""
    dropped: list[int] = []
    remarks: list[Remark] = []
    for line, row, first in _named_total(rows):
        if PLAIN_TOTAL.fullmatch(normalise(first)) or not _is_full(row, header.kind):
            dropped.append(line)
            remarks.append((line, None, f"ligne de total («\u00a0{first[:60]}\u00a0»), passée"))
        else:
            reason = f"«\u00a0{first[:60]}\u00a0» ressemble à un total, mais la ligne est complète\u00a0: elle est lue"
            remarks.append((line, None, reason))
    if dropped:
        rows = rows.filter(pc.invert(pc.is_in(rows["line"], pa.array(dropped, pa.int64()))))
    return rows, capped(sorted(remarks, key=lambda remark: remark[0] or 0))


def _named_total(rows: pa.Table) -> list[tuple[int, dict[str, str], str]]:
    """Return the line, the cells and the first filled cell of the rows where it names a total."""
    found: list[tuple[int, dict[str, str], str]] = []
    for name in rows.column_names[1:]:
        words = pc.unique(rows[name])
        totals = words.filter(pc.match_substring_regex(words, TOTAL))
        if len(totals):
            named = rows.filter(pc.is_in(rows[name], totals))
            found += [(row["line"], row, row[name]) for row in named.to_pylist()]
        rows = rows.filter(_is_empty(rows[name]))
        if not rows.num_rows:
            break
    return found


def _is_full(row: dict[str, str], kind: Kind) -> bool:
    """Tell whether a row fills every column its kind requires, with a digit in each date."""
    needed = {field.name: row.get(field.name, "") for field in kind.fields if field.required}
    dates = {field.name for field in kind.fields if field.type == "date"}
    missing = {"", *kind.missing}
    return all(
        text.strip().upper() not in missing and (name not in dates or any(map(str.isdigit, text)))
        for name, text in needed.items()
    )


def without_repeated_headers(rows: pa.Table, header: Header) -> tuple[pa.Table, list[Remark]]:
    """Drop the lines that say the header again, as files put end to end do."""
    known = [(name, title.strip()) for name, title in zip(header.names, header.titles, strict=True) if name]
    repeated: pa.Array | None = None
    for name, title in known:
        if repeated is None and not pc.any(pc.starts_with(rows[name], title)).as_py():
            return rows, []
        same = pc.equal(pc.utf8_trim_whitespace(rows[name]), title)
        repeated = same if repeated is None else pc.and_(repeated, same)
    lines = rows["line"].filter(repeated).to_pylist()
    remarks: list[Remark] = [(line, None, "l’en-tête est répété\u00a0: ligne passée") for line in lines]
    return rows.filter(pc.invert(repeated)), capped(remarks)


def unread_columns(rows: pa.Table, header: Header) -> list[Remark]:
    """Say which columns are not read although their title is known (said twice) or absent (over filled cells)."""
    remarks: list[Remark] = []
    by_header = {text: field.name for field in header.kind.fields for text in field.headers}
    for place, (name, title) in enumerate(zip(header.names, header.titles, strict=True)):
        if name:
            continue
        twin = by_header.get(normalise(title))
        if twin:
            reason = f"«\u00a0{twin}\u00a0» est déjà donné par une autre colonne\u00a0: celle-ci n’est pas lue"
            remarks.append((header.line, title.strip(), reason))
        elif not title.strip() and not pc.all(_is_empty(rows[f"#{place}"])).as_py():
            remarks.append((header.line, None, f"la colonne {place + 1} n’a pas de titre\u00a0: elle n’est pas lue"))
    return remarks


def without_formulas(cells: pa.Table, kind: Kind) -> tuple[pa.Table, list[Remark]]:
    """Empty the cells that hold a spreadsheet error, and say which; say which texts start like a formula."""
    remarks: list[Remark] = []
    for field in kind.fields:
        if field.name not in cells.column_names:
            continue
        column = cells[field.name]
        if pc.any(pc.starts_with(column, "#")).as_py():
            wrong = pc.match_substring_regex(column, ERROR)
            remarks += [(line, field.name, _error(text)) for line, text in _named(cells, field.name, wrong)]
            emptied = pc.if_else(wrong, "", column)
            cells = cells.set_column(cells.column_names.index(field.name), field.name, emptied)
        if field.type == "string":
            remarks += _formulas(cells, field.name)
    return cells, capped(remarks)


def _formulas(cells: pa.Table, name: str) -> list[Remark]:
    column = cells[name]
    if not any(pc.any(pc.starts_with(column, mark)).as_py() for mark in "=@+"):
        return []
    found = _named(cells, name, pc.match_substring_regex(column, r"^[=@+]."))
    return [
        (line, name, f"«\u00a0{text[:60]}\u00a0» ressemble à une formule\u00a0: gardée comme texte, jamais calculée")
        for line, text in found
    ]


def _error(text: str) -> str:
    if text == NO_VALUE:
        return "formule sans valeur enregistrée\u00a0: considérée comme absente ; ouvrez et enregistrez le classeur"
    return f"«\u00a0{text}\u00a0» est une erreur du tableur\u00a0: valeur considérée comme absente"


def _named(cells: pa.Table, name: str, where: pa.Array) -> list[tuple[int, str]]:
    found = cells.select(["line", name]).filter(where).slice(0, MAX_REMARKS + 1)
    return list(zip(found["line"].to_pylist(), found[name].to_pylist(), strict=True))


def capped(remarks: list[Remark]) -> list[Remark]:
    """Keep the first remarks, and say that there are more."""
    if len(remarks) <= MAX_REMARKS:
        return remarks
    rest = f"plus de {MAX_REMARKS} remarques de cette sorte\u00a0: la suite n’est pas montrée"
    return [*remarks[:MAX_REMARKS], (None, None, rest)]


def _is_empty(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.equal(pc.binary_length(column), 0)
