"""What the lines of a log are compared with: the days without school, and the number of pupils of each canteen."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from data.calendar.names import WEEKDAYS
from data.calendar.school import holiday_name
from data.calendar.strikes import is_school_day, read_file

# One row per canteen and school year, when the enrolment of all its schools is known.
FULL_YEARS = """
SELECT canteen, school_year, sum(pupils) AS pupils
FROM schools CROSS JOIN (SELECT DISTINCT school_year FROM enrolments)
LEFT JOIN enrolments USING (school, school_year)
WHERE canteen IS NOT NULL
GROUP BY canteen, school_year
HAVING count(*) = count(pupils)
"""

# One row per service point of these canteens.
CAPACITIES = f"""
CREATE OR REPLACE TEMP TABLE capacities AS
WITH full_years AS ({FULL_YEARS})
SELECT site, site_kind, canteen, school_year, pupils FROM service_points JOIN full_years USING (canteen)
"""  # noqa: S608

# One row per canteen and day with more meals planned or served than pupils. Meals are summed over all its service
# points: the figures of the file where it has them, else those of the store.
CROWDED = """
CREATE OR REPLACE TEMP TABLE crowded AS
WITH points AS (
    SELECT DISTINCT site, site_kind, canteen FROM capacities
), in_file AS (
    SELECT
        canteen, site, site_kind, date,
        min(line) AS line, max(meals_planned) AS planned, max(meals_served) AS served
    FROM incoming JOIN points USING (site, site_kind)
    GROUP BY ALL
), known AS (
    SELECT canteen, site, site_kind, date, meals_planned, meals_served
    FROM services JOIN points USING (site, site_kind)
    WHERE date BETWEEN $first AND $last
), days AS (
    SELECT
        canteen, date, min(line) AS line,
        sum(coalesce(planned, meals_planned)) AS planned, sum(coalesce(served, meals_served)) AS served,
        (year(date) - (month(date) < 8)::INTEGER) AS autumn
    FROM in_file FULL JOIN known USING (canteen, site, site_kind, date)
    GROUP BY canteen, date
    HAVING min(line) IS NOT NULL
)
SELECT line, canteen, planned, served, pupils
FROM days JOIN (SELECT DISTINCT canteen, school_year, pupils FROM capacities) USING (canteen)
WHERE school_year = autumn || '-' || (autumn + 1) AND greatest(planned, served) > pupils
"""


def prepare(cursor: duckdb.DuckDBPyConnection) -> None:
    """Create `days_off` (date, reason) and `crowded` (line, canteen, planned, served, pupils) for the staged log."""
    dates = [day for (day,) in cursor.execute("SELECT DISTINCT date FROM file_lines WHERE NOT invalid").fetchall()]
    odd_days = [(day, reason) for day in dates if (reason := _why_no_school(day))]
    days, reasons = [day for day, _ in odd_days], [reason for _, reason in odd_days]
    cursor.register(
        "days_off", pa.table({"date": pa.array(days, pa.date32()), "reason": pa.array(reasons, pa.string())})
    )
    [(points,)] = cursor.execute(CAPACITIES).fetchall()
    # Most often no enrolment is known: there is nothing to compare with.
    period = {"first": min(dates), "last": max(dates)} if points and dates else {"first": None, "last": None}
    cursor.execute(CROWDED if points and dates else f"{CROWDED} LIMIT 0", period)


def prepare_strikes(cursor: duckdb.DuckDBPyConnection, column: str) -> None:
    """Create `strikes_off` (date, reason): the staged strike dates that are odd, and the day each is read as."""
    dates = [day for (day,) in cursor.execute(f"SELECT DISTINCT {column} FROM file_lines WHERE NOT invalid").fetchall()]  # noqa: S608
    days_read = read_file([day for day in dates if day])
    odd_days = [(day, reason) for day, read_as in days_read.items() if (reason := _how_it_is_read(day, read_as))]
    days, reasons = [day for day, _ in odd_days], [reason for _, reason in odd_days]
    cursor.register(
        "strikes_off", pa.table({"date": pa.array(days, pa.date32()), "reason": pa.array(reasons, pa.string())})
    )


def _how_it_is_read(day: date, read_as: date) -> str | None:
    """Return the words for an odd strike date; a Wednesday may stay, since some canteens serve on that day."""
    reason = _why_no_school(day)
    if read_as == day:
        return f"ce jour est un {reason}\u00a0: vérifiez la date" if reason else None
    why = reason or WEEKDAYS[day.weekday()]
    if is_school_day(day):
        return f"jour et mois inversés, comme dans le reste du fichier\u00a0: la grève est lue au {read_as:%d/%m/%Y}"
    shown = why if why.startswith("jour") else f"jour sans école ({why})"
    return f"{shown}\u00a0: jour et mois sont sans doute inversés, la grève est lue au {read_as:%d/%m/%Y}"


def _why_no_school(day: date) -> str | None:
    """Return why no school is expected that day, or None: “dimanche”, “jour sans école (vacances de Noël)”."""
    if day.isoweekday() > 5:
        return WEEKDAYS[day.weekday()]
    name = holiday_name(day)
    if name is None:
        return None
    # A proper name keeps its capital: Noël, Toussaint.
    shown = name[0].lower() + name[1:] if " " in name else name
    return f"jour sans école ({shown if shown.startswith(('vacances', 'pont')) else f'jour férié : {shown}'})"
