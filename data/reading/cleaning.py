"""Data cleaning: drop the totals and formula errors that French spreadsheets add, with a remark on each."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from data.kinds import Kind, normalise
from data.reading.dates import Remark
from data.reading.decoding import DepositRefused
from data.reading.header import Header
from data.reading.records import NO_VALUE
from data.reading.texts import is_empty, rewrite, where
from data.typography import quoted

MAX_REMARKS = 200
MAX_PASSED = 50_000
# “Total” must be a whole word: a canteen may be called TOTALITÉ.
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
    """Drop the rows that have only empty cells."""
    blank: pa.Array | None = None
    for name in rows.column_names[1:]:
        empty = where(rows[name], is_empty)
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return rows
    return rows.filter(pc.invert(blank))


def without_totals(rows: pa.Table, header: Header) -> tuple[pa.Table, list[Remark]]:
    """Drop the total rows: their first filled cell is “Total…”, and they do not fill the required columns."""
    dropped: list[int] = []
    remarks: list[Remark] = []
    for line, row, first in _rows_named_total(rows, header.kind):
        if PLAIN_TOTAL.fullmatch(normalise(first)) or not _is_full(row, header.kind):
            dropped.append(line)
            remarks.append((line, None, f"ligne de total ({quoted(first)}), passée"))
        else:
            reason = f"{quoted(first)} ressemble à un total, mais la ligne est complète\u00a0: elle est lue"
            remarks.append((line, None, reason))
    if dropped:
        rows = rows.filter(pc.invert(pc.is_in(rows["line"], pa.array(dropped, pa.int64()))))
    return rows, capped(sorted(remarks, key=lambda remark: remark[0] or 0))


def _rows_named_total(rows: pa.Table, kind: Kind) -> list[tuple[int, dict[str, str], str]]:
    """Return the rows whose first filled cell names a total: their line, their cells, this cell."""
    totals: list[tuple[int, dict[str, str], str]] = []
    # “Moyenne” may be a value of the column: it is a probability of a risk.
    values = {field.name: {*map(normalise, field.enum), *field.value_synonyms} for field in kind.fields}
    for name in rows.column_names[1:]:
        is_total = where(rows[name], lambda texts: pc.match_substring_regex(texts, TOTAL))
        totals += [
            (row["line"], row, row[name])
            for row in limited(rows.filter(is_total)).to_pylist()
            if normalise(row[name]) not in values.get(name, ())
        ]
        rows = rows.filter(where(rows[name], is_empty))
        if not rows.num_rows:
            break
    return totals


def limited(rows: pa.Table) -> pa.Table:
    """Return totals or repeated headers, which are examined one by one; raises DepositRefused for too many of them."""
    if rows.num_rows > MAX_PASSED:
        raise DepositRefused(
            f"Plus de {MAX_PASSED // 1000}\u00a0000 lignes répètent l’en-tête ou sont des totaux. "
            "Exportez le tableau sans elles, puis déposez ce fichier."
        )
    return rows


def _is_full(row: dict[str, str], kind: Kind) -> bool:
    """Tell whether a row fills every required column of its kind, with a digit in each date."""
    needed = {field.name: row.get(field.name, "") for field in kind.fields if field.required}
    dates = {field.name for field in kind.fields if field.type == "date"}
    missing = {"", *kind.missing}
    return all(
        text.strip().upper() not in missing and (name not in dates or any(map(str.isdigit, text)))
        for name, text in needed.items()
    )


def without_formulas(cells: pa.Table, kind: Kind) -> tuple[pa.Table, list[Remark]]:
    """Empty the cells with a spreadsheet error; return a remark on each, and on each text that looks like a formula."""
    remarks: list[Remark] = []
    for field in kind.fields:
        if field.name not in cells.column_names:
            continue
        remarks += [(line, field.name, _error(text)) for line, text in _first_matches(cells, field.name, ERROR)]
        cells = rewrite(cells, field.name, lambda texts: pc.if_else(pc.match_substring_regex(texts, ERROR), "", texts))
        if field.type == "string":
            remarks += _formulas(cells, field.name)
    return cells, capped(remarks)


def _formulas(cells: pa.Table, name: str) -> list[Remark]:
    matches = _first_matches(cells, name, r"^[=@+].")
    return [
        (line, name, f"{quoted(text)} ressemble à une formule\u00a0: gardée comme texte, jamais calculée")
        for line, text in matches
    ]


def _error(text: str) -> str:
    if text == NO_VALUE:
        return "formule sans valeur enregistrée\u00a0: considérée comme absente ; ouvrez et enregistrez le classeur"
    return f"{quoted(text)} est une erreur du tableur\u00a0: valeur considérée comme absente"


def _first_matches(cells: pa.Table, name: str, pattern: str) -> list[tuple[int, str]]:
    """Return the line and the text of the first cells of a column that match a pattern."""
    is_match = where(cells[name], lambda texts: pc.match_substring_regex(texts, pattern))
    matches = cells.select(["line", name]).filter(is_match).slice(0, MAX_REMARKS + 1)
    return list(zip(matches["line"].to_pylist(), matches[name].to_pylist(), strict=True))


def capped(remarks: list[Remark]) -> list[Remark]:
    """Keep the first remarks, with a last one that tells that there are more."""
    if len(remarks) <= MAX_REMARKS:
        return remarks
    rest = f"plus de {MAX_REMARKS} remarques de cette sorte\u00a0: la suite n’est pas montrée"
    return [*remarks[:MAX_REMARKS], (None, None, rest)]
