"""The references: the canteen of each label, the canteens, the schools and their number of pupils."""

from __future__ import annotations

from data.kinds.records.base import NAMESAKE, Check, Target

MAPPING = Target(
    table="mapping_rows",
    view="service_points",
    key=("site", "site_kind"),
    values=("canteen",),
    projection="site_nom AS site, site_type AS site_kind, cantine_nom AS canteen, cantine_type AS canteen_kind",
    given_back="""
        SELECT site AS site_nom, site_kind AS site_type, canteen AS cantine_nom, kind AS cantine_type
        FROM service_points LEFT JOIN canteens ON canteens.name = canteen
        ORDER BY site, site_kind
    """,
    checks=(
        Check("cantine_nom", "cantine_nom IS NULL", "'« ' || site_nom || ' » reste à rattacher à une cantine'"),
        NAMESAKE,
    ),
)

CANTEENS = Target(
    table="canteen_rows",
    view="(SELECT name AS canteen, kind AS canteen_kind, * EXCLUDE (name, kind) FROM canteens)",
    key=("canteen",),
    values=("canteen_kind", "district", "latitude", "longitude", "opened_on"),
    projection="""
        cantine_nom AS canteen, cantine_type AS canteen_kind, secteur AS district,
        latitude, longitude, ouverture AS opened_on
    """,
    given_back="""
        SELECT name AS cantine_nom, kind AS cantine_type, district AS secteur, latitude, longitude,
            opened_on AS ouverture
        FROM canteens
        ORDER BY name
    """,
    checks=(NAMESAKE,),
)

SCHOOLS = Target(
    table="school_rows",
    view="schools",
    key=("school",),
    values=("canteen",),
    projection="ecole AS school, cantine_nom AS canteen, cantine_type AS canteen_kind",
    given_back="""
        SELECT school AS ecole, canteen AS cantine_nom, kind AS cantine_type
        FROM schools LEFT JOIN canteens ON canteens.name = canteen
        ORDER BY school
    """,
    carries="cantine_nom IS NOT NULL",
    checks=(NAMESAKE,),
)

ENROLMENT = Target(
    table="enrolment_rows",
    view="enrolments",
    key=("school", "school_year"),
    values=("pupils",),
    projection="ecole AS school, annee_scolaire AS school_year, effectif AS pupils",
    given_back="""
        SELECT school AS ecole, school_year AS annee_scolaire, pupils AS effectif
        FROM enrolments
        ORDER BY school, school_year
    """,
    checks=(
        Check(
            "annee_scolaire",
            "try_cast(right(annee_scolaire, 4) AS INTEGER) <> try_cast(left(annee_scolaire, 4) AS INTEGER) + 1",
            "'écrivez deux années qui se suivent, par exemple 2025-2026'",
            blocking=True,
        ),
        Check(
            "ecole",
            "ecole NOT IN (SELECT school FROM schools)",
            "'école inconnue : déposez aussi le fichier des écoles'",
        ),
    ),
)
