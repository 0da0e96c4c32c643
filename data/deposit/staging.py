"""Check a sheet of texts against its Table Schema, in SQL, with all the errors in one pass.

Each distinct text of a column is read once, however many lines have it. The staged tables are temporary: they belong to
the cursor. Every piece of SQL is built from our own schemas; the values of the file are passed as data.
"""

# ruff: noqa: S608
from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data.deposit.choices import NO_CHOICE, Choices
from data.deposit.twins import Settled, settle
from data.kinds import Field, Kind
from data.kinds.records import RECORD_TABLES
from data.reading.sheet import Sheet
from data.reading.texts import codes
from data.reading.times import undecided
from data.typography import QUOTE, cut_sql

DATE = "une date : écrivez jj/mm/aaaa, par exemple 24/05/2026"
MONTH = "un mois : écrivez mm/aaaa, par exemple 05/2026"
# The words of a number, and an example where its field gives none.
NUMBERS = {"integer": ("un nombre entier", "72"), "number": ("un nombre", "12,5")}
# A number, then the word of its unit alone. Its longest length is compared apart: a bounded repetition of all the
# letters of Unicode takes 20 ms to compile, for each column of each file.
NUMBER_AND_UNIT = r"^[+-]? ?[0-9][0-9 .,\x{a0}\x{202f}]*[ \x{a0}\x{202f}]*(\pL+)[.]?$"
LONGEST_UNIT = 14
ARROW_TYPES = {"date": pa.date32(), "integer": pa.int32(), "number": pa.float64()}
FIRST_DAY, LAST_DAY = "DATE '2000-01-01'", "DATE '2100-12-31'"
# Planning the statement that reads a column takes longer than the few texts of a form, most of which were read a moment
# before (an empty column, a school): what short columns were read as is kept, by kind, field and texts.
SHORT_BYTES, MOST_KEPT = 500, 1_000
_kept: dict[tuple[str, str, tuple[str | None, ...]], pa.Table] = {}


def stage(cursor: duckdb.DuckDBPyConnection, sheet: Sheet, choices: Choices = NO_CHOICE) -> Settled:
    """Create `file_lines` (values) and `rejections` (line, column, reason) for a sheet; settle its lines of one key.

    `file_lines` has one row per line and one column per field of the kind; a missing value is NULL. The lines that are
    not ours are neither rejected nor compared with others.
    """
    cursor.execute('CREATE OR REPLACE TEMP TABLE rejections (line BIGINT, "column" VARCHAR, reason VARCHAR)')
    lines = _type_cells(cursor, sheet)
    if sheet.broken:
        cursor.executemany("INSERT INTO rejections VALUES (?, NULL, ?)", [list(broken) for broken in sheet.broken])
    ours = RECORD_TABLES[sheet.kind.name].ours
    if ours != "TRUE":
        lines = _set_aside(cursor, lines, ours)
    return settle(cursor, sheet, lines, choices)


def _set_aside(cursor: duckdb.DuckDBPyConnection, lines: pa.Table, ours: str) -> pa.Table:
    """Return the lines with those that are not ours `invalid`, so that no other is compared with them."""
    cursor.register("file_lines", lines)
    aside = cursor.sql(f"SELECT line FROM file_lines WHERE NOT ({ours})").to_arrow_table()["line"]
    cursor.register("aside", pa.table({"line": aside}))
    cursor.execute("DELETE FROM rejections WHERE line IN (SELECT line FROM aside)")
    cursor.unregister("aside")
    invalid = pc.or_(lines["invalid"], pc.is_in(lines["line"], aside))
    return lines.set_column(lines.column_names.index("invalid"), "invalid", invalid)


def _type_cells(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> pa.Table:
    """Return the value of every cell; a line with a cell that breaks a rule is `invalid`, and goes to `rejections`."""
    lines = sheet.cells["line"]
    columns, invalid = {"line": lines}, pa.repeat(pa.scalar(False), len(lines))
    for field in sheet.kind.fields:
        if field.name not in sheet.cells.column_names:
            columns[field.name] = pa.nulls(len(lines), ARROW_TYPES.get(field.type, pa.string()))
            continue
        texts = codes(sheet.cells[field.name])
        results = _read_texts(cursor, field, sheet.kind, texts.dictionary)
        if early := sheet.early.get(field.name):
            results = _refused_early(results, texts.dictionary, early)
        columns[field.name] = _spread(results["value"], texts.indices)
        if results["reason"].null_count < len(results):
            reasons = _spread(results["reason"], texts.indices)
            wrong = pc.is_valid(reasons)
            invalid = pc.or_(invalid, wrong)
            _reject(cursor, field, lines.filter(wrong), reasons.filter(wrong))
    return pa.table(columns | {"invalid": invalid})


def _spread(values: pa.ChunkedArray, indices: pa.Array) -> pa.Array:
    """Return the value at each index; texts stay dictionary-encoded, so that repeated texts cost nothing."""
    whole = values.combine_chunks()
    return pa.DictionaryArray.from_arrays(indices, whole) if pa.types.is_string(whole.type) else whole.take(indices)


def _reject(cursor: duckdb.DuckDBPyConnection, field: Field, lines: pa.Array, reasons: pa.Array) -> None:
    cursor.register("wrong", pa.table({"line": lines, "reason": reasons}))
    cursor.execute("INSERT INTO rejections SELECT line, $column, reason FROM wrong", {"column": field.name})
    cursor.unregister("wrong")


def _read_texts(cursor: duckdb.DuckDBPyConnection, field: Field, kind: Kind, texts: pa.Array) -> pa.Table:
    """Return the value of each text, in the same order, and the reason if it is refused."""
    if texts.nbytes > SHORT_BYTES:
        return _read_by_sql(cursor, field, kind, texts)
    key = (kind.name, field.name, tuple(texts.to_pylist()))
    results = _kept.get(key)
    if results is None:
        results = _read_by_sql(cursor, field, kind, texts)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[key] = results
    return results


def _read_by_sql(cursor: duckdb.DuckDBPyConnection, field: Field, kind: Kind, texts: pa.Array) -> pa.Table:
    rules = " ".join(f"WHEN {condition} THEN {message}" for condition, message in _rules(field))
    cursor.register("texts", pa.table({field.name: texts}))
    results = cursor.sql(f"""
        WITH texts AS (SELECT {_text(field, kind)} AS {_name(field)} FROM texts),
        parsed AS (SELECT *, {_value(field)} AS {_value_name(field)} FROM texts)
        SELECT {_value_name(field)} AS value, {f"CASE {rules} END" if rules else "NULL::VARCHAR"} AS reason FROM parsed
    """).to_arrow_table()
    cursor.unregister("texts")
    return results


def _refused_early(results: pa.Table, texts: pa.Array, early: list[str]) -> pa.Table:
    """Return what the texts of a column were read as, with the dates that may be a day early refused."""
    why = {text: undecided(text) for text in early}
    pairs = zip(texts.to_pylist(), results["reason"].to_pylist(), strict=True)
    reasons = pa.array([why.get(text, reason) for text, reason in pairs], pa.string())
    return results.set_column(1, "reason", pa.chunked_array([reasons]))


def _value_name(field: Field) -> str:
    """Return the name of the column that has the value of a field, beside the one of its text."""
    return f'"{field.name} value"'


def _name(field: Field) -> str:
    return f'"{field.name}"'


def _text(field: Field, kind: Kind) -> str:
    """Return the SQL that turns an empty cell and the kind's missing-value marks into NULL."""
    marks = ", ".join(f"'{mark}'" for mark in ("", *kind.missing))
    trimmed = f"trim({_name(field)})" if field.preserve_spaces else _name(field)
    # Only a short cell can be such a mark: the length is compared first, which is faster.
    short = f"length({trimmed}) <= {max(map(len, kind.missing))}"
    return f"CASE WHEN {short} AND upper({trimmed}) IN ({marks}) THEN NULL ELSE {_name(field)} END"


def _value(field: Field) -> str:
    name = _name(field)
    if field.type == "date":
        return date_sql(name)
    if field.type in ("integer", "number"):
        return _number(name, whole=field.type == "integer")
    return _choice(name, field.enum) if field.enum else name


def _choice(name: str, admitted: tuple[str, ...]) -> str:
    """Return the SQL that reads an admitted value in any case, with or without accents; other texts do not change."""
    exact = ", ".join(f"'{value}'" for value in admitted)
    cases = " ".join(f"WHEN strip_accents(lower('{value}')) THEN '{value}'" for value in admitted)
    loosely = f"CASE strip_accents(lower({name})) {cases} ELSE {name} END"
    return f"CASE WHEN {name} IN ({exact}) THEN {name} ELSE {loosely} END"


def _number(name: str, *, whole: bool) -> str:
    """Return the SQL that reads 1234,5 or 1 234,5 (any space), 1234.5, 1.234,5 or 1,234.5 as a number.

    Any other text is NULL; so is a number with a fraction where a `whole` one is expected. 1,234 alone is a decimal
    number, since French files write 1,234 kg so.
    """
    spaced = f"translate({name}, '\u00a0\u202f\u2009−', '   -')"
    groups = "( [0-9]{3}){0,4}([.,][0-9]*)?|([.][0-9]{3}){1,4},[0-9]*|(,[0-9]{3}){1,4}[.][0-9]*"
    decimals = "[.,][0-9]*$"
    number = f"""CASE
        WHEN regexp_full_match({name}, '[+-]?([0-9]{{1,15}}([.,][0-9]*)?|[.,][0-9]{{1,15}})')
            THEN replace({name}, ',', '.')::DOUBLE
        WHEN regexp_full_match({spaced}, '[+-]? ?[0-9]{{1,3}}({groups})')
            THEN (translate(regexp_replace({spaced}, '{decimals}', ''), ' .,', '')
                || replace(regexp_extract({spaced}, '{decimals}'), ',', '.'))::DOUBLE
    END"""
    if not whole:
        return number
    # “1.000” may be one meal or a thousand: it is refused.
    # Excel computes 71.99999999999999 where it shows 72. The list avoids writing the long expression three times.
    near = f"list_filter([{number}], lambda v: abs(v - round(v)) < 1e-9 AND abs(v) < 1e9)[1]"
    return f"""CASE WHEN regexp_full_match({name}, '[0-9]{{1,9}}') THEN {name}::INTEGER
        WHEN regexp_full_match({name}, '[+-]?[0-9]{{1,3}}[.,][0-9]{{3}}') THEN NULL
        ELSE round({near})::INTEGER END"""


def date_sql(name: str) -> str:
    """Return the SQL that reads jj/mm/aaaa (also j/m/aa, with - or .), aaaa-mm-jj or an Excel serial number."""
    slashed = f"translate(regexp_extract({name}, '^[0-9/.-]+'), '.-', '//')"
    return f"""CASE
        WHEN regexp_full_match({name}, '[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{4}}')
            THEN try_strptime({name}, '%d/%m/%Y')::DATE
        WHEN regexp_full_match({name}, '[0-9]{{4}}[/.-][0-9]{{1,2}}[/.-][0-9]{{1,2}}')
            THEN try_strptime({slashed}, '%Y/%m/%d')::DATE
        WHEN regexp_full_match({name}, '[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-][0-9]{{4}}')
            THEN try_strptime({slashed}, '%d/%m/%Y')::DATE
        WHEN regexp_full_match({name}, '[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-][0-9]{{2}}')
            THEN try_strptime({slashed}, '%d/%m/%y')::DATE
        WHEN regexp_full_match({name}, '(19|20|21)[0-9]{{6}}') THEN try_strptime({name}, '%Y%m%d')::DATE
        WHEN regexp_full_match({name}, '[0-9]{{5}}([.,][0-9]*)?') THEN DATE '1899-12-30' + left({name}, 5)::INTEGER
    END"""


def nature(field: Field) -> str:
    """Return, in French, what a value of a field is and how to write it."""
    if field.type == "date":
        return MONTH if field.month else DATE
    words, example = NUMBERS[field.type]
    return f"{words}, par exemple {field.example or example}"


def _rules(field: Field) -> list[tuple[str, str]]:
    """Return the SQL (condition, message) of each way a cell of this field can be wrong; only the first is reported."""
    text, value = _name(field), _value_name(field)
    shown = f"'« ' || {cut_sql(text, QUOTE)} || ' » '"
    rules: list[tuple[str, str]] = []
    if field.required:
        rules.append((f"{text} IS NULL", "'valeur absente : cette colonne doit être remplie'"))
    if field.units:
        # The unit of another column: the figure is doubted, and its column named.
        unit = f"regexp_extract({text}, '{NUMBER_AND_UNIT}', 1)"
        message = f"'est en ' || {unit} || ', mais cette colonne est en {field.units[0]} : vérifiez la colonne'"
        rules.append((f"{value} IS NULL AND length({unit}) BETWEEN 1 AND {LONGEST_UNIT}", f"{shown} || {message}"))
    if field.type in ARROW_TYPES:
        rules.append((f"{text} IS NOT NULL AND {value} IS NULL", f"{shown} || 'n’est pas {nature(field)}'"))
    if field.type == "date":
        in_range = f"{value} BETWEEN {FIRST_DAY} AND {LAST_DAY}"
        # A form gives its dates year first: the message shows them as people write them.
        day = f"'« ' || strftime({value}, '{field.date_format}') || ' » '"
        rules.append((f"NOT ({in_range})", f"{day} || 'est hors de la période admise, de 2000 à 2100'"))
    if field.minimum is not None:
        rules.append((f"{value} < {field.minimum}", f"{shown} || 'est inférieur au minimum, {_limit(field.minimum)}'"))
    if field.maximum is not None:
        rules.append((f"{value} > {field.maximum}", f"{shown} || 'dépasse le maximum, {_limit(field.maximum)}'"))
    if field.enum:
        admitted = ", ".join(f"'{choice}'" for choice in field.enum)
        message = f"'n’est pas admis : écrivez {', '.join(field.enum)}'"
        rules.append((f"{value} NOT IN ({admitted})", f"{shown} || {message}"))
    if field.pattern:
        unmatched = f"NOT regexp_full_match({value}, '{field.pattern}')"
        rules.append((unmatched, f"{shown} || 'n’a pas la forme attendue, par exemple {field.example}'"))
    if field.max_length is not None:
        message = f"'compte ' || length({text}) || ' caractères : {field.max_length} au plus'"
        rules.append((f"length({text}) > {field.max_length}", f"{shown} || {message}"))
    return rules


def _limit(value: float) -> str:
    return f"{value:,g}".replace(",", "\u202f")
