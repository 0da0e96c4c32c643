"""What pages say of the exceptional days."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from ui.guide.view import WHOLE
from ui.kit import blocks, exceptional

DAYS = pd.DataFrame(
    {
        "date": pd.to_datetime(["2017-09-12", "2017-09-21", "2017-10-02"]),
        "reason": ["strike", "strike outing", "typing_error"],
        "place": [None, None, "Bois"],
    }
)


def test_each_cause_is_named_with_its_days_and_those_of_one_canteen_apart() -> None:
    assert [sentence.replace("\u00a0", " ") for sentence in exceptional.causes(DAYS)] == [
        "2 jours exceptionnels (grève le 12/09/2017 ; grève et sortie le 21/09/2017)",
        "1 journée exceptionnelle d’une seule cantine (faute de frappe, Bois, le 02/10/2017)",
    ]


def test_only_the_days_of_the_whole_selection_are_marked_on_charts() -> None:
    weeks = pd.Series(pd.to_datetime(["2017-09-11", "2017-09-18", "2017-10-02"]))
    assert exceptional.of_weeks(weeks, DAYS) == [1, 1, 0]
    assert exceptional.of_cells(DAYS) == {(2, 9), (4, 9)}


def test_a_rate_that_reads_alike_with_and_without_is_written_once() -> None:
    said = exceptional.beside("840 services", 1.21, 1.24, DAYS, with_them=True)
    assert said is not None
    assert said.replace("\u00a0", " ") == "840 services ; 1,2 % aussi avec les jours exceptionnels"
    assert "5,3" in str(exceptional.beside("840 services", 5.2, 5.3, DAYS, with_them=True))


def test_who_wants_to_read_more_is_led_to_the_part_of_the_guide_that_tells_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parts: list[str | None] = []
    monkeypatch.setattr(blocks, "link", lambda _page, _label, part=None: parts.append(part))
    monkeypatch.setattr(blocks, "note", lambda _sentence: None)
    summary: Any = SimpleNamespace(surplus_meals=9, overproduction_pct=1.0)
    exceptional.note(DAYS.assign(surplus_meals=1), summary, summary)
    assert parts == [WHOLE]
