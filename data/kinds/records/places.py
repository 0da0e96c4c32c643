"""The references: the canteen of each label, the canteens, the schools and their number of pupils."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from data.kinds.records.audiences import for_schools
from data.kinds.records.base import NAMESAKE, Check, record_table
from data.kinds.records.names import plain

MAPPING = record_table(
    "mapping_rows",
    "service_points",
    ("site", "site_kind"),
    {"site_nom": "site", "site_type": "site_kind", "cantine_nom": "canteen", "cantine_type": "canteen_kind"},
    values=("canteen",),
    gives={"cantine_type": "kind"},
    rows="service_points LEFT JOIN canteens ON canteens.name = canteen",
    order="site, site_kind",
    checks=(
        Check("cantine_nom", "cantine_nom IS NULL", "'« ' || site_nom || ' » reste à rattacher à une cantine'"),
        NAMESAKE,
    ),
)

# The level of the schools that ma-cantine names in the activity of a canteen.
ACTIVITY = "strip_accents(lower(activite))"
LEVEL = f"""CASE WHEN regexp_matches({ACTIVITY}, 'primaire|maternel.*elementaire|elementaire.*maternel') THEN 'M/E'
    WHEN {ACTIVITY} LIKE '%maternel%' THEN 'M' WHEN {ACTIVITY} LIKE '%elementaire%' THEN 'E' END"""
OUR_CANTEENS = for_schools("activite")

CANTEENS = record_table(
    "canteen_rows",
    "(SELECT name AS canteen, kind AS canteen_kind, * EXCLUDE (name, kind) FROM canteens)",
    ("canteen",),
    {
        "cantine_nom": "canteen",
        "cantine_type": "canteen_kind",
        "secteur": "district",
        "latitude": "latitude",
        "longitude": "longitude",
        "ouverture": "opened_on",
    },
    reads={"canteen_kind": f"coalesce(cantine_type, {LEVEL})"},
    order="canteen",
    checks=(
        NAMESAKE,
        Check(
            "activite",
            f"NOT ({OUR_CANTEENS})",
            "'cantine d’un autre public que les écoles («\u00a0' || activite || '\u00a0»)\u00a0: ligne mise de côté'",
        ),
    ),
    ours=OUR_CANTEENS,
)

SCHOOLS = record_table(
    "school_rows",
    "schools",
    ("school",),
    {"ecole": "school", "cantine_nom": "canteen", "cantine_type": "canteen_kind"},
    values=("canteen",),
    gives={"cantine_type": "kind"},
    rows="schools LEFT JOIN canteens ON canteens.name = canteen",
    order="school",
    carries="cantine_nom IS NOT NULL",
    checks=(NAMESAKE,),
)

# A file of the ministry has every school of a department. One that never names our city is of our schools alone.
CITY_NAME = "regexp_replace(name, '(?i)^(ville|commune|mairie) d(e |’|'')', '')"
CITY = f"(SELECT {plain(CITY_NAME)} FROM publisher)"
IN_CITY = f"starts_with({plain('commune')}, {CITY})"
OUR_SCHOOLS = f"""(commune IS NULL OR {IN_CITY} OR NOT EXISTS (
    SELECT 1 FROM file_lines AS others WHERE starts_with({plain("others.commune")}, {CITY})))"""

ENROLMENT = record_table(
    "enrolment_rows",
    "enrolments",
    ("school", "school_year"),
    {"ecole": "school", "annee_scolaire": "school_year", "effectif": "pupils"},
    order="school, school_year",
    checks=(
        Check(
            "annee_scolaire",
            "try_cast(right(annee_scolaire, 4) AS INTEGER) <> try_cast(left(annee_scolaire, 4) AS INTEGER) + 1",
            "'écrivez deux années qui se suivent, par exemple 2025-2026'",
            blocking=True,
        ),
        Check(
            "ecole",
            f"ecole NOT IN (SELECT school FROM schools) AND {OUR_SCHOOLS}",
            "'école inconnue : déposez aussi le fichier des écoles'",
        ),
        Check("commune", f"NOT {OUR_SCHOOLS}", "'école d’une autre commune (' || commune || ') : ligne mise de côté'"),
    ),
    ours=OUR_SCHOOLS,
)
