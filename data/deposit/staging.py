"""A sheet of text checked against its Table Schema, in SQL, all errors in one pass.

Each distinct text of a column is read once, however many lines say it. What is staged lives on the cursor and vanishes
with it. Every piece of SQL is built from our own schemas; what people wrote in the file travels as data.
"""

# ruff: noqa: S608
from __future__ import annotations

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data.kinds import Field, Kind
from data.reading.sheet import Sheet
from data.reading.texts import codes
from data.typography import QUOTE, cut_sql

DATE = "une date : écrivez jj/mm/aaaa, par exemple 24/05/2026"
MONTH = "un mois : écrivez mm/aaaa, par exemple 05/2026"
# The words of a number, and an example where its field gives none.
NUMBERS = {"integer": ("un nombre entier", "72"), "number": ("un nombre", "12,5")}
ARROW_TYPES = {"date": pa.date32(), "integer": pa.int32(), "number": pa.float64()}
FIRST_DAY, LAST_DAY = "DATE '2000-01-01'", "DATE '2100-12-31'"


def stage(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """Create `typed` (values), `rejections` (line, column, reason) and `repeats` (line, first line) for a sheet.

    `typed` has one row per line and one column per field of the kind; a missing value is NULL.
    """
    cursor.execute('CREATE OR REPLACE TEMP TABLE rejections (line BIGINT, "column" VARCHAR, reason VARCHAR)')
    cursor.register("typed", _type_cells(cursor, sheet))
    if sheet.broken:
        cursor.executemany("INSERT INTO rejections VALUES (?, NULL, ?)", [list(broken) for broken in sheet.broken])
    _find_twins(cursor, sheet.kind)


def _type_cells(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> pa.Table:
    """Return the value of every cell; a line with a cell that breaks a rule is `doubtful`, its reasons are noted."""
    lines = sheet.cells["line"]
    typed, doubtful = {"line": lines}, pa.repeat(pa.scalar(False), len(lines))
    for field in sheet.kind.fields:
        if field.name not in sheet.cells.column_names:
            typed[field.name] = pa.nulls(len(lines), ARROW_TYPES.get(field.type, pa.string()))
            continue
        texts = codes(sheet.cells[field.name])
        read = _read_texts(cursor, field, sheet.kind, texts.dictionary)
        typed[field.name] = _spread(read["value"], texts.indices)
        if read["reason"].null_count < len(read):
            reasons = _spread(read["reason"], texts.indices)
            wrong = pc.is_valid(reasons)
            doubtful = pc.or_(doubtful, wrong)
            _reject(cursor, field, lines.filter(wrong), reasons.filter(wrong))
    return pa.table(typed | {"doubtful": doubtful})


def _spread(values: pa.ChunkedArray, places: pa.Array) -> pa.Array:
    """Return the value at each place; a text stays a code, so that its many repetitions cost nothing."""
    whole = values.combine_chunks()
    return pa.DictionaryArray.from_arrays(places, whole) if pa.types.is_string(whole.type) else whole.take(places)


def _reject(cursor: duckdb.DuckDBPyConnection, field: Field, lines: pa.Array, reasons: pa.Array) -> None:
    cursor.register("wrong", pa.table({"line": lines, "reason": reasons}))
    cursor.execute("INSERT INTO rejections SELECT line, $column, reason FROM wrong", {"column": field.name})
    cursor.unregister("wrong")


def _read_texts(cursor: duckdb.DuckDBPyConnection, field: Field, kind: Kind, texts: pa.Array) -> pa.Table:
    """Return the value of each text, in the same order, and the reason why it is refused, if it is."""
    rules = " ".join(f"WHEN {condition} THEN {message}" for condition, message in _rules(field))
    cursor.register("texts", pa.table({field.name: texts}))
    read = cursor.sql(f"""
        WITH texts AS (SELECT {_text(field, kind)} AS {_name(field)} FROM texts),
        parsed AS (SELECT *, {_value(field)} AS {_typed(field)} FROM texts)
        SELECT {_typed(field)} AS value, {f"CASE {rules} END" if rules else "NULL::VARCHAR"} AS reason FROM parsed
    """).to_arrow_table()
    cursor.unregister("texts")
    return read


def _typed(field: Field) -> str:
    """Name the value of a field beside its text."""
    return f'"{field.name} typed"'


def _name(field: Field) -> str:
    return f'"{field.name}"'


def _text(field: Field, kind: Kind) -> str:
    """Turn an empty cell and the kind's missing-value marks into NULL."""
    marks = ", ".join(f"'{mark}'" for mark in ("", *kind.missing))
    trimmed = f"trim({_name(field)})" if field.preserve_spaces else _name(field)
    # Only short cells can be such a mark: comparing lengths first spares most of the work.
    short = f"length({trimmed}) <= {max(map(len, kind.missing))}"
    return f"CASE WHEN {short} AND upper({trimmed}) IN ({marks}) THEN NULL ELSE {_name(field)} END"


def _value(field: Field) -> str:
    name = _name(field)
    if field.type == "date":
        return _date(name)
    if field.type in ("integer", "number"):
        return _number(name, whole=field.type == "integer")
    return _choice(name, field.enum) if field.enum else name


def _choice(name: str, admitted: tuple[str, ...]) -> str:
    """Read an admitted value whatever its case and accents; any other text stays as written, to be refused."""
    exact = ", ".join(f"'{value}'" for value in admitted)
    cases = " ".join(f"WHEN strip_accents(lower('{value}')) THEN '{value}'" for value in admitted)
    loosely = f"CASE strip_accents(lower({name})) {cases} ELSE {name} END"
    return f"CASE WHEN {name} IN ({exact}) THEN {name} ELSE {loosely} END"


def _number(name: str, *, whole: bool) -> str:
    """Read 1234,5 or 1 234,5 (any space), 1234.5, 1.234,5 or 1,234.5; other text, and a fraction of a meal, is NULL.

    1,234 alone stays a decimal number: French files mean 1,234 kg by it.
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
    # 1.000 meals may be one or a thousand: refused.
    # Excel computes 71.99999999999999 where it shows 72. The list says the long expression once.
    near = f"list_filter([{number}], lambda v: abs(v - round(v)) < 1e-9 AND abs(v) < 1e9)[1]"
    return f"""CASE WHEN regexp_full_match({name}, '[0-9]{{1,9}}') THEN {name}::INTEGER
        WHEN regexp_full_match({name}, '[+-]?[0-9]{{1,3}}[.,][0-9]{{3}}') THEN NULL
        ELSE round({near})::INTEGER END"""


def _date(name: str) -> str:
    """Read jj/mm/aaaa (also j/m/aa, with - or .) and aaaa-mm-jj, or an Excel serial number; times are gone by now."""
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
    """Say what a value of a field is, and how it is written."""
    if field.type == "date":
        return MONTH if field.month else DATE
    words, example = NUMBERS[field.type]
    return f"{words}, par exemple {field.example or example}"


def _rules(field: Field) -> list[tuple[str, str]]:
    """Return (condition, message), in SQL, for every way a cell of this field can be wrong; the first one is said."""
    text, value = _name(field), _typed(field)
    shown = f"'« ' || {cut_sql(text, QUOTE)} || ' » '"
    rules: list[tuple[str, str]] = []
    if field.required:
        rules.append((f"{text} IS NULL", "'valeur absente : cette colonne doit être remplie'"))
    if field.type in ARROW_TYPES:
        rules.append((f"{text} IS NOT NULL AND {value} IS NULL", f"{shown} || 'n’est pas {nature(field)}'"))
    if field.type == "date":
        in_range = f"{value} BETWEEN {FIRST_DAY} AND {LAST_DAY}"
        # A form writes it year first.
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


def _find_twins(cursor: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """Create `repeats` (line, first line) for identical lines, and reject the lines that contradict each other."""
    key = ", ".join(_name(field) for field in kind.fields if field.name in kind.key)
    others = [_name(field) for field in kind.fields if field.name not in kind.key]
    differ = " OR ".join(f"min({name}) <> max({name})" for name in others) or "FALSE"
    identical = " AND ".join(f"count({name}) IN (0, count(*))" for name in others) or "TRUE"
    cursor.register("shared", _hashes_met_twice(cursor, key))
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE twins AS
        SELECT list_sort(list(line)) AS lines, coalesce({differ}, FALSE) AS contradictory, {identical} AS identical
        FROM typed
        WHERE NOT doubtful AND hash({key}) IN (SELECT hash FROM shared)
        GROUP BY {key}
        HAVING count(*) > 1
    """)
    cursor.unregister("shared")
    cursor.execute(
        """
        INSERT INTO rejections
        SELECT unnest(lines), $key, 'contredit une autre ligne du fichier (lignes ' || array_to_string(lines[:5], ', ')
            || ') : gardez une seule valeur'
        FROM twins WHERE contradictory
        """,
        {"key": ", ".join(kind.key)},
    )
    cursor.execute("""
        CREATE OR REPLACE TEMP TABLE repeats AS
        SELECT unnest(lines[2:]) AS line, lines[1] AS first_line FROM twins WHERE identical AND NOT contradictory
    """)


def _hashes_met_twice(cursor: duckdb.DuckDBPyConnection, key: str) -> pa.Table:
    """Return the hash of each key that several lines may share: sorting numbers is far cheaper than grouping texts."""
    hashes = cursor.sql(f"SELECT hash({key}) AS hash FROM typed WHERE NOT doubtful").to_arrow_table()
    ordered = np.sort(hashes["hash"].to_numpy())
    return pa.table({"hash": np.unique(ordered[1:][ordered[1:] == ordered[:-1]])})
