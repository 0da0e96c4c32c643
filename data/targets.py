"""Where each kind of file goes: its record table, the SQL that turns a checked line into a row, what to warn about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """A warning, or a rejection if `blocking`, said of the lines where `when` holds (SQL over `typed`, as `reason`)."""

    column: str
    when: str
    reason: str
    blocking: bool = False


@dataclass(frozen=True)
class Target:
    """The record table of a kind, the view of what is true now, and the projection of a line into a row.

    A line that does not `carries` anything is counted “without measure” and leaves no row.
    """

    table: str
    view: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    projection: str
    checks: tuple[Check, ...] = ()
    carries: str = "TRUE"


WEEKDAYS = "['lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi', 'dimanche']"
OFF_DAY = "isodow(date) > 5"
OFF_DAY_REASON = f"'ce jour est un ' || {WEEKDAYS}[isodow(date)] || ' : jour et mois sont peut-être inversés'"
NAMESAKES = """trim(cantine_nom) IN (
    SELECT trim(name) FROM (SELECT name FROM canteens UNION SELECT cantine_nom FROM typed WHERE cantine_nom IS NOT NULL)
    GROUP BY trim(name) HAVING count(*) > 1)"""
NAMESAKES_REASON = """'« ' || cantine_nom || ' » ne diffère d’une autre cantine que par une espace :'
    || ' deux cantines distinctes sont gardées, comme dans le fichier'"""
NAMESAKE = Check("cantine_nom", NAMESAKES, NAMESAKES_REASON)
END_BEFORE_START = Check("date_fin", "date_fin < date_debut", "'la fin précède le début'", blocking=True)

TARGETS = {
    "log": Target(
        table="log_rows",
        view="services",
        key=("site", "site_kind", "date"),
        values=("meals_planned", "meals_served", "preparation_kg", "unserved_kg", "leftovers_kg", "comment"),
        projection="""
            site_nom AS site, site_type AS site_kind, date, prevision AS meals_planned, reel AS meals_served,
            preparation_kg, non_servi_kg AS unserved_kg, restes_assiette_kg AS leftovers_kg, commentaire AS comment
        """,
        checks=(
            Check("date", "isodow(date) > 5", f"'service un ' || {WEEKDAYS}[isodow(date)]"),
            Check("date", "date > current_date AND reel IS NOT NULL", "'repas servis à une date future'"),
            Check("reel", "reel > 2 * prevision", "reel || ' servis pour ' || prevision || ' prévus : plus du double'"),
            Check(
                "reel",
                "reel < 0.3 * prevision AND reel > 0",
                "reel || ' servis pour ' || prevision || ' prévus : moins du tiers'",
            ),
            Check(
                "restes_assiette_kg",
                "reel > 0 AND coalesce(preparation_kg, 0) + coalesce(non_servi_kg, 0)"
                " + coalesce(restes_assiette_kg, 0) > reel",
                "'plus d’un kilogramme jeté par repas servi'",
            ),
        ),
    ),
    "mapping": Target(
        table="mapping_rows",
        view="service_points",
        key=("site", "site_kind"),
        values=("canteen",),
        projection="site_nom AS site, site_type AS site_kind, cantine_nom AS canteen, cantine_type AS canteen_kind",
        checks=(
            Check("cantine_nom", "cantine_nom IS NULL", "'« ' || site_nom || ' » reste à rattacher à une cantine'"),
            NAMESAKE,
        ),
    ),
    "canteens": Target(
        table="canteen_rows",
        view="(SELECT name AS canteen, kind AS canteen_kind, * EXCLUDE (name, kind) FROM canteens)",
        key=("canteen",),
        values=("canteen_kind", "district", "latitude", "longitude", "opened_on"),
        projection="""
            cantine_nom AS canteen, cantine_type AS canteen_kind, secteur AS district,
            latitude, longitude, ouverture AS opened_on
        """,
        checks=(NAMESAKE,),
    ),
    "schools": Target(
        table="school_rows",
        view="schools",
        key=("school",),
        values=("canteen",),
        projection="ecole AS school, cantine_nom AS canteen, cantine_type AS canteen_kind",
        carries="cantine_nom IS NOT NULL",
        checks=(NAMESAKE,),
    ),
    "enrolment": Target(
        table="enrolment_rows",
        view="enrolments",
        key=("school", "school_year"),
        values=("pupils",),
        projection="ecole AS school, annee_scolaire AS school_year, effectif AS pupils",
        checks=(
            Check(
                "ecole",
                "ecole NOT IN (SELECT school FROM schools)",
                "'école inconnue : déposez aussi le fichier des écoles'",
            ),
        ),
    ),
    "menus": Target(
        table="menu_rows",
        view="menus",
        key=("date", "position", "dish"),
        values=("course",),
        projection="""
            date, coalesce(rang, position, 0) AS position,
            CASE rang WHEN 0 THEN 'potage' WHEN 1 THEN 'entrée' WHEN 2 THEN 'plat' WHEN 3 THEN 'garniture'
                WHEN 5 THEN 'fromage' WHEN 6 THEN 'dessert' WHEN 8 THEN 'dépannage' END AS course,
            plat AS dish
        """,
        carries="plat IS NOT NULL",
    ),
    "strikes": Target(
        table="event_rows",
        view="(SELECT * FROM events WHERE canteen IS NULL)",
        key=("kind", "starts_on", "ends_on"),
        values=("label",),
        projection="'strike' AS kind, date AS starts_on, date AS ends_on, NULL::VARCHAR AS canteen, 'Grève' AS label",
        checks=(Check("date", OFF_DAY, OFF_DAY_REASON),),
        carries="greve = 1",
    ),
    "holidays": Target(
        table="event_rows",
        view="(SELECT * FROM events WHERE canteen IS NULL)",
        key=("kind", "starts_on", "ends_on", "label"),
        values=(),
        projection="""
            'holiday' AS kind, date_debut AS starts_on, date_fin AS ends_on, NULL::VARCHAR AS canteen,
            vacances_nom AS label
        """,
        checks=(END_BEFORE_START,),
    ),
    "school_years": Target(
        table="event_rows",
        view="(SELECT * FROM events WHERE canteen IS NULL)",
        key=("kind", "starts_on", "ends_on", "label"),
        values=(),
        projection="""
            'school_year' AS kind, date_debut AS starts_on, date_fin AS ends_on, NULL::VARCHAR AS canteen,
            annee_scolaire AS label
        """,
        checks=(END_BEFORE_START,),
    ),
}
