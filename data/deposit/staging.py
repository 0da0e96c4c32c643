"""Check a sheet of texts against its Table Schema, in SQL, with all the errors in one pass.

Each distinct text of a column is read once, however many lines have it. The staged tables are temporary: they belong to
the cursor. Every piece of SQL is built from our own schemas; the values of the file are passed as data.
"""

# ruff: noqa: S608
from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.kinds import Field, Kind
from data.kinds.records import RECORD_TABLES
from data.reading.records import LINES
from data.reading.sheet import Sheet
from data.reading.texts import codes
from data.typography import QUOTE, cut_sql

DATE = "une date : écrivez jj/mm/aaaa, par exemple 24/05/2026"
MONTH = "un mois : écrivez mm/aaaa, par exemple 05/2026"
# The words of a number, and an example where its field gives none.
NUMBERS = {"integer": ("un nombre entier", "72"), "number": ("un nombre", "12,5")}
# A number, then the word of its unit alone.
NUMBER_AND_UNIT = r"^[+-]? ?[0-9][0-9 .,\x{a0}\x{202f}]*[ \x{a0}\x{202f}]*(\pL{1,14})[.]?$"
ARROW_TYPES = {"date": pa.date32(), "integer": pa.int32(), "number": pa.float64()}
FIRST_DAY, LAST_DAY = "DATE '2000-01-01'", "DATE '2100-12-31'"


def stage(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """Create `file_lines` (values), `rejections` (line, column, reason) and `repeats` (line, first line) for a sheet.

    `file_lines` has one row per line and one column per field of the kind; a missing value is NULL. The lines that are
    not ours are neither rejected nor compared with others.
    """
    ours = RECORD_TABLES[sheet.kind.name].ours
    cursor.execute('CREATE OR REPLACE TEMP TABLE rejections (line BIGINT, "column" VARCHAR, reason VARCHAR)')
    cursor.register("file_lines", _type_cells(cursor, sheet))
    if sheet.broken:
        cursor.executemany("INSERT INTO rejections VALUES (?, NULL, ?)", [list(broken) for broken in sheet.broken])
    if ours != "TRUE":
        cursor.execute(f"DELETE FROM rejections WHERE line IN (SELECT line FROM file_lines WHERE NOT ({ours}))")
    _find_twins(cursor, sheet.kind, ours)


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
    rules = " ".join(f"WHEN {condition} THEN {message}" for condition, message in _rules(field))
    cursor.register("texts", pa.table({field.name: texts}))
    results = cursor.sql(f"""
        WITH texts AS (SELECT {_text(field, kind)} AS {_name(field)} FROM texts),
        parsed AS (SELECT *, {_value(field)} AS {_value_name(field)} FROM texts)
        SELECT {_value_name(field)} AS value, {f"CASE {rules} END" if rules else "NULL::VARCHAR"} AS reason FROM parsed
    """).to_arrow_table()
    cursor.unregister("texts")
    return results


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
        rules.append((f"{value} IS NULL AND {unit} <> ''", f"{shown} || {message}"))
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


def _find_twins(cursor: duckdb.DuckDBPyConnection, kind: Kind, ours: str) -> None:
    """Create `repeats` (line, first line) for identical lines, and reject the lines that contradict each other."""
    key = ", ".join(_name(field) for field in kind.fields if field.name in kind.key)
    others = [_name(field) for field in kind.fields if field.name not in kind.key]
    differ = " OR ".join(f"min({name}) <> max({name})" for name in others) or "FALSE"
    identical = " AND ".join(f"count({name}) IN (0, count(*))" for name in others) or "TRUE"
    cursor.register("shared", _repeated_hashes(cursor, key))
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE twins AS
        SELECT list_sort(list(line)) AS lines, coalesce({differ}, FALSE) AS contradictory, {identical} AS identical
        FROM file_lines
        WHERE NOT invalid AND {ours} AND hash({key}) IN (SELECT hash FROM shared)
        GROUP BY {key}
        HAVING count(*) > 1
    """)
    cursor.unregister("shared")
    cursor.execute(
        """
        INSERT INTO rejections
        SELECT unnest(lines), $key, 'contredit une autre ligne du fichier (lignes '
            || array_to_string(list_transform(lines[:5], lambda line: line % $lines), ', ')
            || ') : gardez une seule valeur'
        FROM twins WHERE contradictory
        """,
        {"key": ", ".join(kind.key), "lines": LINES},
    )
    cursor.execute("""
        CREATE OR REPLACE TEMP TABLE repeats AS
        SELECT unnest(lines[2:]) AS line, lines[1] AS first_line FROM twins WHERE identical AND NOT contradictory
    """)


def _repeated_hashes(cursor: duckdb.DuckDBPyConnection, key: str) -> pa.Table:
    """Return the hashes that several keys have: sorting numbers is much faster than grouping texts."""
    hashes = cursor.sql(f"SELECT hash({key}) AS hash FROM file_lines WHERE NOT invalid").to_arrow_table()
    ordered = np.sort(hashes["hash"].to_numpy())
    return pa.table({"hash": np.unique(ordered[1:][ordered[1:] == ordered[:-1]])})
