"""The checks that the files of the programme share: known schools, days that follow each other, days to come."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from data.schemas import kinds
from data.targets.base import Check

STAGES = next(field.enum for field in kinds()["stages"].fields if field.name == "etape")


def known_school(*references: str) -> Check:
    """Refuse a school that none of these tables knows."""
    known = f"({' UNION '.join(f'SELECT school FROM {table}' for table in references)})"
    closest = f"(SELECT arg_max(school, jaro_winkler_similarity(school, typed.ecole)) FROM {known})"
    return Check(
        "ecole",
        # Before any school is known, as when a whole export comes back file by file, nothing tells a wrong name.
        f"ecole NOT IN {known} AND EXISTS (FROM {known})",
        f"'école inconnue : le nom connu le plus proche est « ' || {closest} || ' » ;"
        " une école nouvelle s’ajoute par le fichier des écoles'",
        blocking=True,
    )


KNOWN_SCHOOL = known_school("schools", "enrolments", "pilot_sites")

# Shown, and added up with the others, though not among the schools whose rollout is followed; or not shown at all.
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
    """Return the SQL that says which stages have no date in `table`, between the last dated one and this one."""
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
    """Refuse a last day before the first one, both being as they would be once the line is applied."""
    return Check(
        column,
        f"now.{last} < now.{first}",
        f"'{words} : ' || {day(f'now.{last}')} || ' avant le ' || {day(f'now.{first}')}",
        blocking=True,
    )


def happened(column: str) -> Check:
    """Refuse a day still to come for what has happened."""
    reason = f"'le ' || {day(column)} || ' est à venir : indiquez le jour réel, une fois passé'"
    return Check(column, f"{column} > current_date", reason, blocking=True)


def not_over(column: str, part: str, whole: str, words: str) -> Check:
    """Refuse a count above the count it is a part of."""
    return Check(column, f"now.{part} > now.{whole}", f"now.{part} || ' {words} ' || now.{whole}", blocking=True)


def together(column: str, given: str, lacking: str, words: str) -> Check:
    """Refuse a value that says nothing without another one."""
    return Check(column, f"now.{given} IS NOT NULL AND now.{lacking} IS NULL", f"'{words}'", blocking=True)
