"""A sheet of text checked against its Table Schema, in SQL, all errors in one pass.

The tables live on the cursor that stages them (TEMP) and vanish with it. Every piece of SQL is built from our own
schemas; what people wrote in the file travels as data.
"""

# ruff: noqa: S608
from __future__ import annotations

import duckdb

from data.reading import Sheet
from data.schemas import Field, Kind

FIRST_DAY, LAST_DAY = "DATE '2000-01-01'", "DATE '2100-12-31'"


def stage(cursor: duckdb.DuckDBPyConnection, sheet: Sheet) -> None:
    """Create `cells` (text as written), `typed` (values) and `rejections` (line, column, reason) for a sheet.

    `cells` and `typed` have one row per line and one column per field of the kind; a missing value is NULL.
    """
    cursor.register("sheet", sheet.cells)
    present = set(sheet.cells.column_names)
    texts = [f"{_text(field, sheet.kind)} AS {_name(field)}" for field in sheet.kind.fields if field.name in present]
    absent = [f"NULL::VARCHAR AS {_name(field)}" for field in sheet.kind.fields if field.name not in present]
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE cells AS SELECT line, {', '.join(texts + absent)} FROM sheet")
    cursor.unregister("sheet")
    values = [f"{_value(field)} AS {_name(field)}" for field in sheet.kind.fields]
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE typed AS SELECT line, {', '.join(values)} FROM cells")
    cursor.execute('CREATE OR REPLACE TEMP TABLE rejections (line BIGINT, "column" VARCHAR, reason VARCHAR)')
    for field in sheet.kind.fields:
        if field.name in present:
            cursor.execute(f"INSERT INTO rejections {_checks(field)}")
    if sheet.broken:
        cursor.executemany("INSERT INTO rejections VALUES (?, NULL, ?)", [list(broken) for broken in sheet.broken])
    _find_twins(cursor, sheet.kind)


def _name(field: Field) -> str:
    return f'"{field.name}"'


def _text(field: Field, kind: Kind) -> str:
    """Turn an empty cell and the kind's missing-value marks into NULL."""
    marks = ", ".join(f"'{mark}'" for mark in ("", *kind.missing))
    trimmed = f"trim({_name(field)})" if field.preserve_spaces else _name(field)
    return f"CASE WHEN upper({trimmed}) NOT IN ({marks}) THEN {_name(field)} END"


def _value(field: Field) -> str:
    name = _name(field)
    if field.type == "date":
        return _date(name)
    if field.type in ("integer", "number"):
        return _number(name, whole=field.type == "integer")
    return f"upper({name})" if field.enum else name


def _number(name: str, *, whole: bool) -> str:
    """Read 1 234,5 or 1234.5; anything else, and a fraction where a whole number is meant, is NULL."""
    plain = f"replace(regexp_replace({name}, '[ \u00a0\u202f]', '', 'g'), ',', '.')"
    number = f"CASE WHEN regexp_full_match({plain}, '[+-]?[0-9]{{1,15}}(\\.[0-9]*)?') THEN {plain}::DOUBLE END"
    if not whole:
        return number
    return f"CASE WHEN ({number}) = trunc({number}) AND abs({number}) < 1e9 THEN ({number})::INTEGER END"


def _date(name: str) -> str:
    """Read jj/mm/aaaa (also j/m/aa, with - or .), aaaa-mm-jj with or without a time, or an Excel serial number."""
    french = f"regexp_replace({name}, '[.-]', '/', 'g')"
    return f"""CASE
        WHEN regexp_full_match({name}, '[0-9]{{4}}-[0-9]{{1,2}}-[0-9]{{1,2}}([ T].*)?')
            THEN try_strptime(regexp_extract({name}, '^[0-9-]+'), '%Y-%m-%d')::DATE
        WHEN regexp_full_match({name}, '[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-][0-9]{{4}}')
            THEN try_strptime({french}, '%d/%m/%Y')::DATE
        WHEN regexp_full_match({name}, '[0-9]{{1,2}}[/.-][0-9]{{1,2}}[/.-][0-9]{{2}}')
            THEN try_strptime({french}, '%d/%m/%y')::DATE
        WHEN regexp_full_match({name}, '[0-9]{{5}}') THEN DATE '1899-12-30' + {name}::INTEGER
    END"""


def _checks(field: Field) -> str:
    """Return one SELECT of (line, column, reason) for every way a cell of this field can be wrong."""
    name, quoted = _name(field), f"'« ' || left(cells.{_name(field)}, 60) || ' » '"
    cases: list[tuple[str, str]] = []
    if field.required:
        cases.append((f"cells.{name} IS NULL", "'valeur absente : cette colonne doit être remplie'"))
    if field.type == "date":
        expected = "n’est pas une date : écrivez jj/mm/aaaa, par exemple 24/05/2026"
        cases.append((f"cells.{name} IS NOT NULL AND typed.{name} IS NULL", f"{quoted} || '{expected}'"))
        in_range = f"typed.{name} BETWEEN {FIRST_DAY} AND {LAST_DAY}"
        cases.append((f"NOT ({in_range})", f"{quoted} || 'est hors de la période admise, de 2000 à 2100'"))
    if field.type in ("integer", "number"):
        nature = "nombre entier, par exemple 72" if field.type == "integer" else "nombre, par exemple 12,5"
        cases.append((f"cells.{name} IS NOT NULL AND typed.{name} IS NULL", f"{quoted} || 'n’est pas un {nature}'"))
    if field.minimum is not None:
        cases.append((f"typed.{name} < {field.minimum}", f"{quoted} || 'est inférieur au minimum, {field.minimum:g}'"))
    if field.maximum is not None:
        cases.append((f"typed.{name} > {field.maximum}", f"{quoted} || 'dépasse le maximum, {field.maximum:g}'"))
    if field.enum:
        admitted = ", ".join(f"'{value}'" for value in field.enum)
        shown = ", ".join(field.enum)
        cases.append((f"typed.{name} NOT IN ({admitted})", f"{quoted} || 'n’est pas admis : écrivez {shown}'"))
    if field.pattern:
        unmatched = f"NOT regexp_full_match(typed.{name}, '{field.pattern}')"
        cases.append((unmatched, f"{quoted} || 'n’a pas la forme attendue, par exemple {field.example}'"))
    if not cases:
        return "SELECT 0, '', '' WHERE FALSE"
    reason = "CASE " + " ".join(f"WHEN {condition} THEN {message}" for condition, message in cases) + " END"
    any_case = " OR ".join(f"({condition})" for condition, _ in cases)
    return f"SELECT line, '{field.name}', {reason} FROM cells JOIN typed USING (line) WHERE {any_case}"


def _find_twins(cursor: duckdb.DuckDBPyConnection, kind: Kind) -> None:
    """Create `repeats` (line, first line) for identical lines, and reject the lines that contradict each other."""
    same_key = " AND ".join(f'typed."{name}" IS NOT DISTINCT FROM shared."{name}"' for name in kind.key)
    key = ", ".join(f'"{name}"' for name in kind.key)
    typed_key = ", ".join(f'typed."{name}"' for name in kind.key)
    others = [_name(field) for field in kind.fields if field.name not in kind.key]
    differ = " OR ".join(f"min(typed.{name}) <> max(typed.{name})" for name in others) or "FALSE"
    identical = " AND ".join(f"count(typed.{name}) IN (0, count(*))" for name in others) or "TRUE"
    cursor.execute(f"""
        CREATE OR REPLACE TEMP TABLE twins AS
        WITH sound AS (SELECT * FROM typed WHERE line NOT IN (SELECT line FROM rejections)),
        shared AS (SELECT {key} FROM sound GROUP BY ALL HAVING count(*) > 1)
        SELECT list_sort(list(line)) AS lines, coalesce({differ}, FALSE) AS contradictory, {identical} AS identical
        FROM sound AS typed JOIN shared ON {same_key}
        GROUP BY {typed_key}
    """)
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
