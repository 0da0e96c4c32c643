"""Results kept from one computation to the next: the key of a task is what it reads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.meals.backtest import Origin
from models.run.remembered import NAME, Remembered, digest
from tests.models.synthetic import city_panel, school_days

DAYS = school_days("2023-09-04", "2024-06-28")
FRAME = pd.DataFrame({"meals": [80.0, np.nan], "kind": ["strike", None]}, DAYS[:2])
runs: list[float] = []


def _add(left: pd.DataFrame, right: float) -> pd.DataFrame:
    runs.append(right)
    return left[["meals"]] + right


def test_equal_values_have_one_digest_whatever_they_were_made_from() -> None:
    again = pd.DataFrame({"kind": ["str" + "ike", None], "meals": [80.0, np.nan], "other": 1}, FRAME.index.copy())
    assert digest(again[["meals", "kind"]], ("a", 1)) == digest(FRAME, ("a", 1))
    early, late = (city_panel({"Bois": 80.0}, days).around(DAYS[50], DAYS[60]) for days in (DAYS, DAYS))
    assert digest(early) == digest(late)


@pytest.mark.parametrize(
    "other", [FRAME.replace(80.0, 81.0), FRAME.rename(columns=str.upper), FRAME.shift(freq="D"), FRAME[::-1]]
)
def test_another_table_has_another_digest(other: pd.DataFrame) -> None:
    assert digest(other) != digest(FRAME)


def test_a_value_a_day_or_a_name_that_changes_is_another_task() -> None:
    origin, panel = Origin(DAYS[9], DAYS[10:]), city_panel({"Bois": 80.0}, DAYS)
    told = {digest(panel, origin), digest(panel.until(DAYS[-2]), origin), digest(panel, Origin(DAYS[8], DAYS[10:]))}
    assert len(told | {digest(panel, origin, "more"), digest(panel.around(DAYS[9], DAYS[20]), origin)}) == 5


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
