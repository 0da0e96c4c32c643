"""What French spreadsheets add around the rows: totals, repeated headers, formula errors; passed over, and said."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from data.kinds import Kind, normalise
from data.reading.dates import Remark
from data.reading.decoding import DepositRefused
from data.reading.header import Header
from data.reading.records import NO_VALUE
from data.reading.texts import holds, is_empty, rewrite
from data.typography import quoted

MAX_REMARKS = 200
MAX_PASSED = 50_000
# A total stands alone as a word: a canteen may be called TOTALITÉ.
TOTAL = (
    r"(?i)^[\s*]*((grand|sous|ss|s)[\s/.-]*)?tota(l|ux)($|[^\pL\pN])"
    r"|^[\s*]*(somme|cumul|moyenne)s?($|[^\pL\pN])"
)
PLAIN_TOTAL = re.compile(r"((grand|sous|ss|s)_)?tota(l|ux)(_genera(l|ux))?|(somme|cumul|moyenne)s?(_generale?s?)?")
# LibreOffice puts a space before the exclamation mark, and numbers some of its errors.
ERROR = (
    r"^(#(N/A|(DIV/0|REF|VALUE|VALEUR|NUM|NOMBRE|NULL|NUL|SPILL|CALC)[\s\x{a0}\x{202f}]?!"
    r"|(NAME|NOM)[\s\x{a0}\x{202f}]?\?|##+|FORMULE SANS VALEUR)|Err\s?:\s?[0-9]{3})$"
)


def without_blanks(rows: pa.Table) -> pa.Table:
    """Drop the rows whose every cell is empty."""
    blank: pa.Array | None = None
    for name in rows.column_names[1:]:
        empty = holds(rows[name], is_empty)
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return rows
    return rows.filter(pc.invert(blank))


def without_totals(rows: pa.Table, header: Header) -> tuple[pa.Table, list[Remark]]:
    """Drop the total rows: their first filled cell says “Total…”, and they are not a full line of their kind."""
    dropped: list[int] = []
    remarks: list[Remark] = []
    for line, row, first in _named_total(rows, header.kind):
        if PLAIN_TOTAL.fullmatch(normalise(first)) or not _is_full(row, header.kind):
            dropped.append(line)
            remarks.append((line, None, f"ligne de total ({quoted(first)}), passée"))
        else:
            reason = f"{quoted(first)} ressemble à un total, mais la ligne est complète\u00a0: elle est lue"
            remarks.append((line, None, reason))
    if dropped:
        rows = rows.filter(pc.invert(pc.is_in(rows["line"], pa.array(dropped, pa.int64()))))
    return rows, capped(sorted(remarks, key=lambda remark: remark[0] or 0))


def _named_total(rows: pa.Table, kind: Kind) -> list[tuple[int, dict[str, str], str]]:
    """Return the line, the cells and the first filled cell of the rows where it names a total."""
    found: list[tuple[int, dict[str, str], str]] = []
    # “Moyenne” is a probability of a risk.
    values = {field.name: {*map(normalise, field.enum), *field.value_synonyms} for field in kind.fields}
    for name in rows.column_names[1:]:
        named = holds(rows[name], lambda texts: pc.match_substring_regex(texts, TOTAL))
        found += [
            (row["line"], row, row[name])
            for row in few(rows.filter(named)).to_pylist()
            if normalise(row[name]) not in values.get(name, ())
        ]
        rows = rows.filter(holds(rows[name], is_empty))
        if not rows.num_rows:
            break
    return found


def few(rows: pa.Table) -> pa.Table:
    """Return the rows that are no lines of the table, which are looked at one by one; refuse a file full of them."""
    if rows.num_rows > MAX_PASSED:
        raise DepositRefused(
            f"Plus de {MAX_PASSED // 1000}\u00a0000 lignes répètent l’en-tête ou sont des totaux. "
            "Exportez le tableau sans elles, puis déposez ce fichier."
        )
    return rows


def _is_full(row: dict[str, str], kind: Kind) -> bool:
    """Tell whether a row fills every column its kind requires, with a digit in each date."""
    needed = {field.name: row.get(field.name, "") for field in kind.fields if field.required}
    dates = {field.name for field in kind.fields if field.type == "date"}
    missing = {"", *kind.missing}
    return all(
        text.strip().upper() not in missing and (name not in dates or any(map(str.isdigit, text)))
        for name, text in needed.items()
    )


def without_formulas(cells: pa.Table, kind: Kind) -> tuple[pa.Table, list[Remark]]:
    """Empty the cells that hold a spreadsheet error, and say which; say which texts start like a formula."""
    remarks: list[Remark] = []
    for field in kind.fields:
        if field.name not in cells.column_names:
            continue
        remarks += [(line, field.name, _error(text)) for line, text in _named(cells, field.name, ERROR)]
        cells = rewrite(cells, field.name, lambda texts: pc.if_else(pc.match_substring_regex(texts, ERROR), "", texts))
        if field.type == "string":
            remarks += _formulas(cells, field.name)
    return cells, capped(remarks)


def _formulas(cells: pa.Table, name: str) -> list[Remark]:
    found = _named(cells, name, r"^[=@+].")
    return [
        (line, name, f"{quoted(text)} ressemble à une formule\u00a0: gardée comme texte, jamais calculée")
        for line, text in found
    ]


def _error(text: str) -> str:
    if text == NO_VALUE:
        return "formule sans valeur enregistrée\u00a0: considérée comme absente ; ouvrez et enregistrez le classeur"
    return f"{quoted(text)} est une erreur du tableur\u00a0: valeur considérée comme absente"


def _named(cells: pa.Table, name: str, pattern: str) -> list[tuple[int, str]]:
    """Return the line and the text of the first cells of a column that match."""
    where = holds(cells[name], lambda texts: pc.match_substring_regex(texts, pattern))
    found = cells.select(["line", name]).filter(where).slice(0, MAX_REMARKS + 1)
    return list(zip(found["line"].to_pylist(), found[name].to_pylist(), strict=True))


def capped(remarks: list[Remark]) -> list[Remark]:
    """Keep the first remarks, and say that there are more."""
    if len(remarks) <= MAX_REMARKS:
        return remarks
    rest = f"plus de {MAX_REMARKS} remarques de cette sorte\u00a0: la suite n’est pas montrée"
    return [*remarks[:MAX_REMARKS], (None, None, rest)]
