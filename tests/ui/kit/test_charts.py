"""A chart shows every row under its own name, and both sides of the plan."""

from __future__ import annotations

import pandas as pd

from ui.kit import chart
from ui.waste.charts import surplus_by_week

LONG = ["Groupe scolaire du général de Gaulle, nord", "Groupe scolaire du général de Gaulle, sud"]


def test_names_shortened_to_the_same_text_keep_a_bar_each() -> None:
    fig = chart.ranking(pd.Series(LONG), pd.Series([5, 3]), ["5", "3"], "repas")
    assert list(fig.data[0].y) == [0, 1]
    names = [name.text for name in fig.layout.annotations]
    assert names[0] == names[1]


def test_quotes_are_shown_and_tags_are_not_read() -> None:
    fig = chart.ranking(pd.Series(['<b>"A"</b>']), pd.Series([0]), ["0"], "repas")
    assert fig.layout.annotations[0].text == '&lt;b&gt;"A"&lt;/b&gt;'
    assert fig.layout.xaxis.range[1] > 0


def test_the_target_is_compared_with_surplus_minus_shortage() -> None:
    weeks = pd.DataFrame(
        {
            "week": pd.to_datetime(["2017-06-05"]),
            "surplus_pct": [9.0], "shortage_pct": [2.0], "overproduction_pct": [7.0],
            "exceptional_days": [0], "finished": [True],
        }
    )  # fmt: skip
    surplus, shortage, net, target = surplus_by_week(weeks, 6.5).data
    assert (surplus.y[0], shortage.y[0], net.y[0], target.y[0]) == (9.0, -2.0, 7.0, 6.5)
    assert "Surproduction" in net.name and "surproduction" in target.name
    *_, marks, _ = surplus_by_week(weeks.assign(exceptional_days=[2]), 6.5).data
    assert marks.text == ("✱",) and marks.customdata[0].replace("\u00a0", " ") == "2 jours"


def test_a_name_stands_above_its_bar_and_a_bar_is_as_long_as_its_text_says() -> None:
    fig = chart.ranking(
        pd.Series(["LEDRU ROLLIN/SARAH BERNHARDT", "Vienne"]), pd.Series([5, -8]), ["+5", "−8"], "repas"
    )
    assert [name.text for name in fig.layout.annotations] == ["LEDRU ROLLIN/SARAH BERNHARDT", "Vienne"]
    assert list(fig.data[0].x) == [5, -8]
    low, high = fig.layout.xaxis.range
    assert low < -8 and high > 5
