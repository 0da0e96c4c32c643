"""The log of the canteens: meals and weighings of a service point, one day."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from data.kinds.records.base import Check, record_table

PLACES = ("preparation", "non_servi", "restes_assiette")
# A line of zeros means a day without service.
SERVICE = "(reel > 0 OR prevision > 0 OR preparation_kg > 0 OR non_servi_kg > 0 OR restes_assiette_kg > 0)"
DAY_OFF = "(SELECT reason FROM days_off WHERE days_off.date = file_lines.date)"


def _edible_check(place: str) -> Check:
    """Refuse an edible part without its total mass, or larger than it."""
    total, edible = f"{place}_kg", f"{place}_comestible_kg"
    return Check(
        edible,
        f"{edible} > coalesce({total}, -1)",
        f"""CASE WHEN {total} IS NULL THEN 'part comestible sans la masse totale\u00a0: indiquez les deux'
            ELSE 'la part comestible (' || replace({edible}::VARCHAR, '.', ',') || '\u00a0kg) dépasse la masse totale ('
                || replace({total}::VARCHAR, '.', ',') || '\u00a0kg)' END""",
        blocking=True,
    )


def _crowd_check(column: str, meals: str, verb: str) -> Check:
    """Warn, once per canteen and day, of more meals than the canteen has pupils."""
    crowd = f"FROM crowded WHERE crowded.line = file_lines.line AND {meals} > pupils"
    crowded = f"line IN (SELECT line FROM crowded WHERE {meals} > pupils)"
    words = f"{meals} || ' repas {verb} à la cantine « ' || trim(canteen) || ' » pour ' || pupils || ' élèves inscrits'"
    return Check(column, crowded, f"(SELECT {words} {crowd})")


LOG = record_table(
    "log_rows",
    "services",
    ("site", "site_kind", "date"),
    {
        "site_nom": "site",
        "site_type": "site_kind",
        "date": "date",
        "prevision": "meals_planned",
        "reel": "meals_served",
        "preparation_kg": "preparation_kg",
        "non_servi_kg": "unserved_kg",
        "restes_assiette_kg": "leftovers_kg",
        "preparation_comestible_kg": "preparation_edible_kg",
        "non_servi_comestible_kg": "unserved_edible_kg",
        "restes_assiette_comestible_kg": "leftovers_edible_kg",
        "commentaire": "comment",
    },
    order="date, site, site_kind",
    checks=(
        *(_edible_check(place) for place in PLACES),
        Check("date", f"date IN (SELECT date FROM days_off) AND {SERVICE}", f"'service un ' || {DAY_OFF}"),
        Check("date", "date > current_date AND reel IS NOT NULL", "'repas servis à une date future'"),
        Check("reel", "reel > 2 * prevision", "reel || ' servis pour ' || prevision || ' prévus : plus du double'"),
        Check(
            "reel",
            "10 * reel < 3 * prevision AND reel > 0",
            "reel || ' servis pour ' || prevision || ' prévus : moins du tiers'",
        ),
        Check(
            "restes_assiette_kg",
            "reel > 0 AND coalesce(preparation_kg, 0) + coalesce(non_servi_kg, 0)"
            " + coalesce(restes_assiette_kg, 0) > reel",
            "'plus d’un kilogramme jeté par repas servi'",
        ),
        _crowd_check("prevision", "planned", "prévus"),
        _crowd_check("reel", "served", "servis"),
    ),
)
