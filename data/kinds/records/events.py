"""The events that change the meals of a day: strikes, holidays, school years, and events of any type."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from dataclasses import replace

from data.calendar.event_kinds import EVENT_KINDS, FRENCH
from data.calendar.school import ZONE_B_SINCE
from data.kinds.records.base import Check, choose, record_table

CITY_WIDE = "(SELECT * FROM events WHERE canteen IS NULL)"
KEY = ("kind", "starts_on", "ends_on", "label")
STRIKE_OF_CITY = "type = 'grève' AND cantine_nom IS NULL"
NAMES = {french: kind.name for french, kind in EVENT_KINDS.items()}
NO_EFFECT = tuple(french for french, kind in EVENT_KINDS.items() if kind.closes or kind.off)
ONLY_EFFECT = next(french for french, kind in EVENT_KINDS.items() if not (kind.learnt or kind.closes or kind.off))
END_BEFORE_START = Check("date_fin", "date_fin < date_debut", "'la fin précède le début'", blocking=True)
SCHOOL_YEAR = """year(starts_on - INTERVAL 7 MONTHS) || '-' || (year(starts_on - INTERVAL 7 MONTHS) + 1)"""

# A line may name several zones, or the city itself. The city was in zone A at first, but its own file always writes B.
ZONE_A_ONCE = f"regexp_matches(upper(zone), '(^|[^A-Z])A([^A-Z]|$)') AND date_debut < DATE '{ZONE_B_SINCE}'"
OUR_ZONE = f"(regexp_matches(upper(zone), '(^|[^A-Z])(B|NANTES|TOUTES|FRANCE)([^A-Z]|$)') OR ({ZONE_A_ONCE}))"
# The official calendar has a line per academy: where Nantes has its own, the others of zone B do not count.
OUR_ACADEMY = "upper(academie) LIKE '%NANTES%'"
OTHER_ACADEMY = f"""academie IS NOT NULL AND NOT {OUR_ACADEMY} AND (zone IS NULL OR EXISTS (
    SELECT 1 FROM file_lines AS others WHERE upper(others.academie) LIKE '%NANTES%'))"""
TEACHERS = "enseignant|professeur|personnel"
PUPILS = f"""(population IS NULL OR NOT regexp_matches(strip_accents(lower(population)), '{TEACHERS}')
    OR regexp_matches(strip_accents(lower(population)), 'eleve'))"""
# The official calendar also has days that are no holidays: the day of return, the days of the teachers alone.
NO_HOLIDAYS = """regexp_matches(strip_accents(lower(vacances_nom)), 'enseignant|pedagogique'
    || '|^ *(pre-? ?rentree|rentree|reprise|fin des cours|sortie des|(debut|depart)( des| en)? vacances)')"""
OUR_HOLIDAYS = f"""(coalesce({OUR_ACADEMY}, FALSE) OR zone IS NULL OR {OUR_ZONE}) AND NOT ({OTHER_ACADEMY})
    AND {PUPILS} AND NOT coalesce({NO_HOLIDAYS}, FALSE)"""
SET_ASIDE = f"""CASE
    WHEN NOT {PUPILS} THEN 'jours des enseignants, pas des élèves'
    WHEN {NO_HOLIDAYS} THEN '«\u00a0' || vacances_nom || '\u00a0» n’est pas une période de vacances des élèves'
    WHEN {OTHER_ACADEMY} THEN '«\u00a0' || academie || '\u00a0» n’est pas l’académie de Nantes'
    ELSE '«\u00a0' || zone || '\u00a0» n’est pas la zone de Nantes (B, ou A avant septembre 2015)'
END || '\u00a0: ligne mise de côté'"""

LEAST_SCHOOL_YEAR, LONGEST_HOLIDAYS = 200, 62
DAYS = "date_diff('day', date_debut, date_fin) + 1"


def _off_day_check(column: str, of_city: str) -> Check:
    """Warn of a strike of the city on an odd day, and of the day it is read as (`data.deposit.plausibility`)."""
    reason = f"SELECT reason FROM strikes_off WHERE strikes_off.date = file_lines.{column}"
    return Check(column, f"{of_city} AND {column} IN (SELECT date FROM strikes_off)", f"({reason})")


EVENTS = record_table(
    "event_rows",
    "events",
    ("kind", "starts_on", "ends_on", "canteen", "label"),
    {
        "type": "kind",
        "date_debut": "starts_on",
        "date_fin": "ends_on",
        "cantine_nom": "canteen",
        "libelle": "label",
        "effet_repas": "effect_meals",
        "effet_pourcent": "effect_percent",
    },
    reads={"kind": choose("type", NAMES), "ends_on": "coalesce(date_fin, date_debut)"},
    gives={"type": choose("kind", FRENCH)},
    rows="events WHERE kind <> 'school_year'",
    order="ALL",
    checks=(
        END_BEFORE_START,
        Check(
            "effet_pourcent",
            "effet_repas IS NOT NULL AND effet_pourcent IS NOT NULL",
            "'effet donné deux fois\u00a0: indiquez-le en repas ou en pour cent, pas les deux'",
            blocking=True,
        ),
        Check(
            "effet_repas",
            "effet_repas IS NOT NULL AND cantine_nom IS NULL",
            "'effet en repas sans cantine\u00a0: pour toute la ville, indiquez-le en pour cent (effet_pourcent)'",
            blocking=True,
        ),
        Check(
            "type",
            f"type IN {NO_EFFECT} AND (effet_repas IS NOT NULL OR effet_pourcent IS NOT NULL)",
            "'«\u00a0' || type || '\u00a0» veut dire aucun repas\u00a0: laissez l’effet vide ou changez de type'",
            blocking=True,
        ),
        Check(
            "effet_repas",
            f"type = '{ONLY_EFFECT}' AND effet_repas IS NULL AND effet_pourcent IS NULL",
            "'«\u00a0' || type || '\u00a0» sans effet\u00a0: écrivez combien de repas en plus ou en moins'",
            blocking=True,
        ),
        Check(
            "effet_pourcent",
            "effet_pourcent <> 0 AND abs(effet_pourcent) < 1",
            "replace(effet_pourcent::VARCHAR, '.', ',') || '\u00a0%, moins d’un pour cent\u00a0: écrivez -30 pour"
            " trente pour cent de repas en moins'",
        ),
        _off_day_check("date_debut", f"{STRIKE_OF_CITY} AND coalesce(date_fin, date_debut) = date_debut"),
        Check(
            "cantine_nom",
            "cantine_nom IS NOT NULL AND cantine_nom NOT IN (SELECT name FROM canteens)",
            "'« ' || cantine_nom || ' » n’est pas une cantine connue\u00a0: déposez aussi le fichier des cantines'",
        ),
    ),
)

STRIKES = record_table(
    "event_rows",
    CITY_WIDE,
    KEY,
    {"date": "starts_on"},
    reads={"kind": "'strike'", "ends_on": "date", "canteen": "NULL::VARCHAR", "label": "'Grève'"},
    values=(),
    gives={"greve": "1"},
    rows="events WHERE kind = 'strike' AND canteen IS NULL AND label = 'Grève' AND starts_on = ends_on",
    order="date",
    checks=(_off_day_check("date", "greve = 1"),),
    carries="greve = 1",
)

HOLIDAYS = record_table(
    "event_rows",
    CITY_WIDE,
    KEY,
    {"vacances_nom": "label", "date_debut": "starts_on", "date_fin": "ends_on"},
    reads={"kind": "'holiday'", "canteen": "NULL::VARCHAR"},
    values=(),
    gives={"annee_scolaire": SCHOOL_YEAR, "vacances": "1"},
    rows="events WHERE kind = 'holiday' AND canteen IS NULL AND label IS NOT NULL",
    order="date_debut, date_fin, vacances_nom",
    checks=(
        replace(END_BEFORE_START, when=f"{END_BEFORE_START.when} AND {OUR_HOLIDAYS}"),
        Check("zone", f"NOT ({OUR_HOLIDAYS})", SET_ASIDE),
    ),
    ours=OUR_HOLIDAYS,
)

SCHOOL_YEARS = record_table(
    "event_rows",
    CITY_WIDE,
    KEY,
    {"annee_scolaire": "label", "date_debut": "starts_on", "date_fin": "ends_on"},
    reads={"kind": "'school_year'", "canteen": "NULL::VARCHAR"},
    values=(),
    rows="events WHERE kind = 'school_year'",
    order="label, date_debut, date_fin",
    checks=(
        END_BEFORE_START,
        Check(
            "date_fin",
            f"{DAYS} BETWEEN 0 AND {LONGEST_HOLIDAYS}",
            f"({DAYS}) || ' jours\u00a0: c’est une période de vacances, pas une année scolaire ;'"
            " || ' écrivez son nom dans une colonne «\u00a0vacances_nom\u00a0»'",
            blocking=True,
        ),
        Check(
            "date_fin",
            f"{DAYS} < {LEAST_SCHOOL_YEAR}",
            f"'année scolaire de ' || ({DAYS}) || ' jours, moins de {LEAST_SCHOOL_YEAR}\u00a0: vérifiez ses dates'",
        ),
    ),
)
