"""The labels of a log that have no canteen yet, and the known labels that are most like them."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

import duckdb
import pandas as pd

from data.kinds.records.names import distinctive_part
from data.reading.records import LINES

SUGGESTIONS = 3
LEAST_LIKENESS = 0.75

# One row per label of the file that the store does not know, with the canteens of the closest known labels. A label
# known under another kind (M, E, M/E) is the closest of all. An empty store knows none: nothing can be proposed.
UNKNOWN = f"""
WITH labels AS (
    SELECT site_nom AS site, site_type AS site_kind, min(line % {LINES}) AS line, count(*) AS lines
    FROM file_lines
    WHERE line NOT IN (SELECT line FROM rejections)
    GROUP BY ALL
), unknown AS (
    SELECT * FROM labels ANTI JOIN service_points USING (site, site_kind)
), distinctive AS (
    SELECT site, {distinctive_part("site")} AS distinctive
    FROM (SELECT site FROM unknown UNION SELECT site FROM service_points)
), likeness AS (
    SELECT
        unknown.*, points.canteen, points.site AS known_site, points.site_kind AS known_kind,
        jaro_winkler_similarity(unknown.distinctive, points.distinctive) AS score
    FROM (FROM unknown JOIN distinctive USING (site)) AS unknown
    JOIN (FROM service_points JOIN distinctive USING (site)) AS points ON points.canteen IS NOT NULL
), ranked AS (
    SELECT
        site, site_kind, canteen, max(score) AS best, arg_max(known_site || ' (' || known_kind || ')', score) AS like
    FROM likeness
    WHERE score >= $least
    GROUP BY site, site_kind, canteen
)
SELECT
    unknown.site, unknown.site_kind, any_value(unknown.line) AS line, any_value(unknown.lines) AS lines,
    coalesce(list(ranked.canteen ORDER BY best DESC) FILTER (ranked.canteen IS NOT NULL), []) AS canteens,
    arg_max(ranked.like, best) AS closest
FROM unknown LEFT JOIN ranked USING (site, site_kind)
WHERE EXISTS (SELECT 1 FROM service_points)
GROUP BY unknown.site, unknown.site_kind
ORDER BY line
"""


def unknown_labels(cursor: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row per unknown label of the staged log: site, site_kind, line, lines, canteens (closest first)."""
    rows = cursor.execute(UNKNOWN, {"least": LEAST_LIKENESS}).df()
    rows["canteens"] = [list(canteens)[:SUGGESTIONS] for canteens in rows["canteens"]]
    return rows


def attach(cursor: duckdb.DuckDBPyConnection, deposit_id: int, choices: dict[tuple[str, str], str]) -> None:
    """Record the canteens chosen for labels (site, kind), with the deposit that has these labels."""
    for (site, site_kind), canteen in choices.items():
        cursor.execute(
            "INSERT INTO mapping_rows (deposit_id, line, site, site_kind, canteen)"
            " VALUES ($deposit, 0, $site, $site_kind, $canteen)",
            {"deposit": deposit_id, "site": site, "site_kind": site_kind, "canteen": canteen},
        )
