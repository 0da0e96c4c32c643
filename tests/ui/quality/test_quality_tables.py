"""The tables of the page Qualité des prévisions hold on a page of 768 pixels and lose no column."""

from __future__ import annotations

import pandas as pd
import pytest

from ui.kit.tables import ROOM, Wide, widths_of
from ui.quality import archive, tables
from ui.quality.sentences import NOTHING_KNOWN

CANTEEN = "Maternelle Rosalind Franklin"
DAY = pd.Timestamp("2026-11-24")
MEASURES = dict.fromkeys(tables.METRICS, 10.25) | {"canteen_days": 12_345}
HORIZONS = {f"{name}_{days}": -1234 for name in ("forecast", "gap") for days in archive.NAMES}
MEALS = {"date": DAY, "meals_served": 16_234, "forecast": 15_987.2, "meals_planned": 16_789}
GAPS = {"gap": -1234.5, "gap_pct": -99.9}


def months() -> Wide:
    return tables.months(pd.DataFrame([MEASURES | {"month": DAY, "meals_served": 315_560}]))


def worst(**more: object) -> Wide:
    return tables.days(pd.DataFrame([MEALS | GAPS | {"known": NOTHING_KNOWN} | more]))


def archived() -> Wide:
    return tables.archived_days(pd.DataFrame([MEALS | HORIZONS | {"canteens": 87}]), archive.NAMES)


@pytest.mark.parametrize(
    "table",
    [months(), worst(canteens=87), worst(place=CANTEEN), archived()],
    ids=["months", "city", "canteen", "archive"],
)
def test_a_wide_table_stands_in_parts_that_fit_and_keeps_every_figure(table: Wide) -> None:
    shown = [value for part in table.parts for value in part.iloc[0]]
    assert all(value in shown for value in table.whole.iloc[0])
    for part in table.parts:
        assert sum(widths_of(part).values()) <= ROOM


def test_the_measures_of_a_canteen_are_read_a_few_at_a_time_and_none_is_left_out() -> None:
    found = pd.DataFrame([MEASURES | {"place": CANTEEN, "meals_per_day": 234.5}])
    whole, parts = tables.canteens(found)
    told = {title for name, part in parts.items() for title in part.columns}
    assert told >= {"Cantine", "Repas par jour", "Journées", "Prévu", "Prévision", "Fourchette tenue", "Avec le prévu"}
    first = len(["Cantine", "Repas par jour"])
    assert sum(len(part.columns) - first for part in parts.values()) == len(whole.columns) - first
    assert all(sum(widths_of(part).values()) <= ROOM for part in parts.values())
