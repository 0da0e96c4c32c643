"""The meals of the central kitchen for a canteen, one day: decided, produced, returned; saved when some are left."""

from __future__ import annotations

from data.kinds.records.base import Check, record_table

UNKNOWN_CANTEEN = Check(
    "cantine_nom",
    "cantine_nom NOT IN (SELECT name FROM canteens)",
    "'« ' || cantine_nom || ' » n’est pas une cantine connue : écrivez son nom comme dans le référentiel'",
)

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
        UNKNOWN_CANTEEN,
        Check("repas_revenus", "repas_revenus > repas_produits", "'plus de repas revenus que de repas produits'"),
        Check("date", "date > current_date AND repas_produits IS NOT NULL", "'repas produits à une date future'"),
    ),
)

SURPLUS_USES = record_table(
    "surplus_use_rows",
    "surplus_uses",
    ("canteen", "date", "use"),
    {
        "cantine_nom": "canteen",
        "date": "date",
        "usage": "use",
        "repas_sauves": "meals",
        "sauve_kg": "kg",
        "association": "association",
        "commentaire": "comment",
    },
    order="date, canteen, use",
    checks=(
        UNKNOWN_CANTEEN,
        Check(
            "association",
            "usage = 'don' AND association IS NULL",
            "'un don sans association : écrivez laquelle l’a reçu'",
            blocking=True,
        ),
        Check("date", "date > current_date", "'une date future'", blocking=True),
        Check(
            "repas_sauves",
            """repas_sauves > (SELECT sum(greatest(gap, 0)) FILTER (gap IS NOT NULL) FROM located_services AS known
                WHERE known.canteen = file_lines.cantine_nom AND known.date = file_lines.date)""",
            "'plus de repas sauvés qu’il n’en est resté ce jour-là'",
            blocking=True,
        ),
    ),
)
