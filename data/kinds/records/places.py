"""The references: the canteen of each label, the canteens, the schools and their number of pupils."""

from __future__ import annotations

from data.kinds.records.base import NAMESAKE, Check, record_table

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
    order="canteen",
    checks=(NAMESAKE,),
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
            "ecole NOT IN (SELECT school FROM schools)",
            "'école inconnue : déposez aussi le fichier des écoles'",
        ),
    ),
)
