"""The log of the canteens: meals and weighings of a service point, one day."""

from __future__ import annotations

from data.targets.base import WEEKDAYS, Check, Target

PLACES = ("preparation", "non_servi", "restes_assiette")


def _edible_check(place: str) -> Check:
    """Refuse an edible part without its total, or above it."""
    total, edible = f"{place}_kg", f"{place}_comestible_kg"
    return Check(
        edible,
        f"{edible} > coalesce({total}, -1)",
        f"""CASE WHEN {total} IS NULL THEN 'part comestible sans la masse totale\u00a0: indiquez les deux'
            ELSE 'la part comestible (' || replace({edible}::VARCHAR, '.', ',') || '\u00a0kg) dépasse la masse totale ('
                || replace({total}::VARCHAR, '.', ',') || '\u00a0kg)' END""",
        blocking=True,
    )


LOG = Target(
    table="log_rows",
    view="services",
    key=("site", "site_kind", "date"),
    values=(
        "meals_planned",
        "meals_served",
        "preparation_kg",
        "unserved_kg",
        "leftovers_kg",
        "preparation_edible_kg",
        "unserved_edible_kg",
        "leftovers_edible_kg",
        "comment",
    ),
    projection="""
        site_nom AS site, site_type AS site_kind, date, prevision AS meals_planned, reel AS meals_served,
        preparation_kg, non_servi_kg AS unserved_kg, restes_assiette_kg AS leftovers_kg,
        preparation_comestible_kg AS preparation_edible_kg, non_servi_comestible_kg AS unserved_edible_kg,
        restes_assiette_comestible_kg AS leftovers_edible_kg, commentaire AS comment
    """,
    given_back="""
        SELECT site AS site_nom, site_kind AS site_type, date, meals_planned AS prevision, meals_served AS reel,
            preparation_kg, unserved_kg AS non_servi_kg, leftovers_kg AS restes_assiette_kg,
            preparation_edible_kg AS preparation_comestible_kg, unserved_edible_kg AS non_servi_comestible_kg,
            leftovers_edible_kg AS restes_assiette_comestible_kg, comment AS commentaire
        FROM services
        ORDER BY date, site, site_kind
    """,
    checks=(
        *(_edible_check(place) for place in PLACES),
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
)
