"""The checks that the files of the programme share: known schools, dates in order, dates in the future."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from data.kinds import kinds
from data.kinds.records.base import Check
from data.kinds.records.names import distinctive_part, plain

STAGES = next(field.enum for field in kinds()["stages"].fields if field.name == "etape")


def schools_of(*references: str) -> str:
    """Return the SQL of the schools of these tables."""
    return f"({' UNION '.join(f'SELECT school FROM {table}' for table in references)})"


def known_school(known: str) -> Check:
    """Refuse a school that is not among these."""
    # Of several schools with an equally close distinctive part, the one whose whole name is closest.
    likeness = ", ".join(
        f"jaro_winkler_similarity({name('school')}, {name('file_lines.ecole')})" for name in (distinctive_part, plain)
    )
    closest = f"(SELECT arg_max(school, row({likeness})) FROM {known})"
    return Check(
        "ecole",
        # While no school is known (a whole export is deposited again, file by file), no name is refused.
        f"ecole NOT IN {known} AND EXISTS (FROM {known})",
        f"'école inconnue : le nom connu le plus proche est « ' || {closest} || ' » ;"
        " une école nouvelle s’ajoute par le fichier des écoles'",
        blocking=True,
    )


KNOWN_SCHOOLS = schools_of("schools", "enrolments", "pilot_sites")
KNOWN_SCHOOL = known_school(KNOWN_SCHOOLS)

# The figures of such a school are added to the totals or not shown at all, depending on the page: hence a warning.
NOT_A_TEST_SCHOOL = Check(
    "ecole",
    "ecole NOT IN (SELECT school FROM pilot_sites) AND EXISTS (FROM pilot_sites)",
    "'« ' || ecole || ' » n’est pas une école test : vérifiez son nom ; si c’en est une, ajoutez-la aux écoles test'"
    " || ' (page Déploiement, « La situation d’une école »)'",
)


def day(name: str) -> str:
    """Return the SQL that writes a day as people read it."""
    return f"strftime({name}, '%d/%m/%Y')"


def undated_before(table: str, school: str, stage: str) -> str:
    """Return the SQL of a sentence on the stages without a date in `table`, between the last dated one and this one."""
    return f"""(
        SELECT 'aucune date, prévue ou réelle, n’est connue pour '
            || string_agg('« ' || name || ' »', ', ' ORDER BY stage_rank(name)) || ' : est-ce un oubli ?'
        FROM (SELECT unnest({list(STAGES)}) AS name)
        WHERE stage_rank(name) < stage_rank({stage}) AND stage_rank(name) > coalesce((
            SELECT max(stage_rank(dated.stage)) FROM {table} AS dated
            WHERE dated.school = {school} AND stage_rank(dated.stage) < stage_rank({stage})
                AND coalesce(dated.planned_start, dated.planned_end, dated.actual_start) IS NOT NULL
        ), 0))"""


def in_order(column: str, first: str, last: str, words: str) -> Check:
    """Refuse a last day before the first day, as both would be once the line is applied."""
    return Check(
        column,
        f"now.{last} < now.{first}",
        f"'{words} : ' || {day(f'now.{last}')} || ' avant le ' || {day(f'now.{first}')}",
        blocking=True,
    )


def happened(column: str) -> Check:
    """Refuse a future date for an event that has happened."""
    reason = f"'le ' || {day(column)} || ' est à venir : indiquez le jour réel, une fois passé'"
    return Check(column, f"{column} > current_date", reason, blocking=True)


def not_over(column: str, part: str, words: str, wholes: dict[str, str]) -> Check:
    """Refuse a count larger than one of its wholes (column → words); the reason names the first of these."""
    over = {whole: f"now.{part} > now.{whole}" for whole in wholes}
    cases = " ".join(f"WHEN {over[whole]} THEN '{name} de ' || now.{whole}" for whole, name in wholes.items())
    reason = f"now.{part} || ' {words} pour un nombre ' || CASE {cases} END"
    return Check(column, " OR ".join(over.values()), reason, blocking=True)


def far_away(column: str, own: str) -> Check:
    """Warn of a planned day, new or changed, that is more than five years away."""
    return Check(
        column,
        f"{column} NOT BETWEEN current_date - INTERVAL 5 YEARS AND current_date + INTERVAL 5 YEARS"
        f" AND {column} IS DISTINCT FROM now.before.{own}",
        f"'le ' || {day(column)} || ' est à plus de cinq ans d’aujourd’hui : vérifiez l’année'",
    )


def known_by_another_spelling(column: str, own: str, view: str) -> Check:
    """Warn of a new name that differs from a known one only by case, accents or punctuation."""
    alike = f"{plain(own)} = {plain(f'file_lines.{column}')} AND {plain(own)} <> ''"
    known = f"(SELECT min({own}) FROM {view} WHERE {alike})"
    return Check(
        column,
        f"NOT now.known AND file_lines.{column} NOT IN (SELECT {own} FROM {view}) AND {known} IS NOT NULL",
        f"'« ' || {column} || ' » est déjà connu sous le nom « ' || {known} || ' » : est-ce le même ?'",
    )


def together(column: str, given: str, lacking: str, words: str) -> Check:
    """Refuse a value (`given`) that has no meaning without another one (`lacking`)."""
    return Check(column, f"now.{given} IS NOT NULL AND now.{lacking} IS NULL", f"'{words}'", blocking=True)
