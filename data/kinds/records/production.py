"""The production of the central kitchen: meals decided, produced and returned, of a canteen, one day."""

from __future__ import annotations

from data.kinds.records.base import Check, record_table

KNOWN_CANTEEN = "cantine_nom IN (SELECT name FROM canteens)"

PRODUCTION = record_table(
    "production_rows",
    "production",
    ("canteen", "date"),
    {
        "cantine_nom": "canteen",
        "date": "date",
        "repas_decides": "decided",
        "repas_produits": "produced",
        "repas_revenus": "returned",
        "commentaire": "comment",
    },
    order="date, canteen",
    checks=(
        Check(
            "cantine_nom",
            f"NOT {KNOWN_CANTEEN}",
            "'« ' || cantine_nom || ' » n’est pas une cantine connue : écrivez son nom comme dans le référentiel'",
            blocking=True,
        ),
        Check("repas_revenus", "repas_revenus > repas_produits", "'plus de repas revenus que de repas produits'"),
        Check("date", "date > current_date AND repas_produits IS NOT NULL", "'repas produits à une date future'"),
    ),
)
