"""The labels of a log that have no canteen yet, and the known labels that are most like them."""

# ruff: noqa: S608 — assembled from our own constants.
from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pandas as pd

from data.access.canteens import own_canteen
from data.kinds.records.names import distinctive_part, plain
from data.reading.records import LINES

SUGGESTIONS = 3
LEAST_LIKENESS = 0.75

# One row per label of the file that the store does not know, with the canteens of the closest known names: labels, or
# the canteens' own. A label known under another kind (M, E, M/E) is the closest of all. An empty store knows none:
# nothing can be proposed. A label that is the name of one canteen, and no known label of any kind, is this canteen's.
# `alike` is a known label of the same kind that reads the same, but for capitals, accents or spaces.
UNKNOWN = f"""
WITH labels AS (
    SELECT site_nom AS site, site_type AS site_kind, min(line % {LINES}) AS line, count(*) AS lines
    FROM file_lines
    WHERE line NOT IN (SELECT line FROM rejections)
    GROUP BY ALL
), unknown AS (
    SELECT * FROM labels ANTI JOIN service_points USING (site, site_kind)
), names AS (
    SELECT canteen, site, site || ' (' || site_kind || ')' AS shown FROM service_points WHERE canteen IS NOT NULL
    UNION ALL SELECT name, name, name FROM canteens
), own AS (
    SELECT site, site_kind, {own_canteen("unknown.site")} AS own_canteen FROM unknown
), alike AS (
    SELECT unknown.site, unknown.site_kind, min(points.site) AS alike
    FROM unknown JOIN service_points AS points
        ON points.site_kind = unknown.site_kind AND {plain("points.site")} = {plain("unknown.site")}
    GROUP BY ALL
), distinctive AS (
    SELECT site, {distinctive_part("site")} AS distinctive
    FROM (SELECT site FROM unknown UNION SELECT site FROM names)
), likeness AS (
    SELECT
        unknown.*, points.canteen, points.shown,
        jaro_winkler_similarity(unknown.distinctive, points.distinctive) AS score
    FROM (FROM unknown JOIN distinctive USING (site)) AS unknown
    CROSS JOIN (FROM names JOIN distinctive USING (site)) AS points
), ranked AS (
    SELECT site, site_kind, canteen, max(score) AS best, arg_max(shown, score) AS like
    FROM likeness
    WHERE score >= $least
    GROUP BY site, site_kind, canteen
)
SELECT
    unknown.site, unknown.site_kind, any_value(unknown.line) AS line, any_value(unknown.lines) AS lines,
    coalesce(list(ranked.canteen ORDER BY best DESC) FILTER (ranked.canteen IS NOT NULL), []) AS canteens,
    arg_max(ranked.like, best) AS closest, any_value(own_canteen) AS own_canteen, any_value(alike) AS alike
FROM unknown LEFT JOIN ranked USING (site, site_kind) LEFT JOIN own USING (site, site_kind)
LEFT JOIN alike USING (site, site_kind)
WHERE EXISTS (SELECT 1 FROM names)
GROUP BY unknown.site, unknown.site_kind
ORDER BY line
"""

# Most often there is none: the names of the city need not be compared.
ANY_UNKNOWN = """
SELECT EXISTS (
    SELECT 1 FROM (SELECT DISTINCT site_nom AS site, site_type AS site_kind FROM file_lines)
    ANTI JOIN service_points USING (site, site_kind)
)
"""


def unknown_labels(cursor: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return one row per unknown label of the staged log: site, site_kind, line, lines, canteens (closest first).

    `own_canteen` is the canteen whose name the label is, or None; `alike` a known label that reads the same, or None.
    """
    [(unknown,)] = cursor.execute(ANY_UNKNOWN).fetchall()
    rows = cursor.execute(UNKNOWN if unknown else f"{UNKNOWN} LIMIT 0", {"least": LEAST_LIKENESS}).df()
    for name in ("own_canteen", "alike"):
        rows[name] = rows[name].astype(object).where(rows[name].notna(), None)
    rows["canteens"] = [
        list(dict.fromkeys([*filter(None, [own]), *canteens]))[:SUGGESTIONS]
        for own, canteens in zip(rows["own_canteen"], rows["canteens"], strict=True)
    ]
    return rows


def own_names(unknown: pd.DataFrame) -> dict[tuple[str, str], str | None]:
    """Return the canteen of each label (site, kind) that is a canteen's own name."""
    return {
        (str(row["site"]), str(row["site_kind"])): row["own_canteen"]
        for row in unknown.to_dict("records")
        if row["own_canteen"]
    }


def attach(cursor: duckdb.DuckDBPyConnection, deposit_id: int, choices: Mapping[tuple[str, str], str | None]) -> None:
    """Record the canteens chosen for labels (site, kind), with the deposit that has these labels; None: no canteen."""
    for (site, site_kind), canteen in choices.items():
        if canteen is None:
            continue
        cursor.execute(
            "INSERT INTO mapping_rows (deposit_id, line, site, site_kind, canteen)"
            " VALUES ($deposit, 0, $site, $site_kind, $canteen)",
            {"deposit": deposit_id, "site": site, "site_kind": site_kind, "canteen": canteen},
        )
