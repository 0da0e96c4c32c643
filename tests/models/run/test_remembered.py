"""Results kept from one computation to the next: the key of a task is what it reads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from data.once import content_of
from models.inputs.panel import Panel
from models.meals.backtest import Origin
from models.run.remembered import NAME, Remembered
from tests.models.synthetic import city_panel, school_days

DAYS = school_days("2023-09-04", "2024-06-28")
FRAME = pd.DataFrame({"meals": [80.0, np.nan], "kind": ["strike", None]}, DAYS[:2])
runs: list[float] = []


def _add(left: pd.DataFrame, right: float) -> pd.DataFrame:
    runs.append(right)
    return left[["meals"]] + right


def test_a_task_is_the_same_a_day_later_and_another_when_a_value_it_reads_changes() -> None:
    whole, origin = city_panel({"Bois": 80.0, "Chêne": 60.0}, DAYS), Origin(DAYS[50], DAYS[51:60])
    day_before, day_after = (city_panel({"Bois": 80.0, "Chêne": 60.0}, DAYS).until(DAYS[-back]) for back in (2, 1))
    assert _key(day_before, origin) == _key(day_after, origin)
    served = whole.served.copy()
    served.iloc[20, 1] += 1
    others = [
        _key(replace(whole, served=served), origin),
        _key(replace(whole, events=whole.events.assign(date=DAYS[:0])), Origin(DAYS[49], origin.days)),
        _key(whole, Origin(DAYS[50], DAYS[51:61])),
        _key(whole, Origin(DAYS[51], DAYS[51:60])),
    ]
    assert len({*others, _key(whole, origin)}) == 5


def _key(panel: Panel, origin: Origin) -> str:
    return content_of(_add, panel.around(origin.cutoff, origin.days[-1]), origin)


def test_what_a_folder_keeps_is_not_run_again_and_what_no_one_asked_for_goes(tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        for asked, expected in (([1.0, 2.0, 1.0], [1.0, 2.0]), ([2.0, 3.0], [3.0]), ([1.0, 3.0], [1.0])):
            runs.clear()
            tasks = Remembered(pool, tmp_path)
            sums = [tasks.submit(_add, FRAME, one).result()["meals"].iloc[0] for one in asked]
            tasks.save()
            assert sums == [80.0 + one for one in asked]
            assert runs == expected
        (tmp_path / NAME).write_bytes(b"half a file")
        assert Remembered(pool, tmp_path).submit(_add, FRAME, 3.0).result()["meals"].iloc[0] == 83.0
        assert Remembered(pool, None).submit(_add, FRAME, 4.0).result()["meals"].iloc[0] == 84.0
