"""The names at the ends of lines never cover one another, and stay as near to their line as that allows."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ui.kit import chart, direct
from ui.kit.direct import Name, apart

ROOM = 270.0


@given(st.lists(st.tuples(st.floats(0, ROOM), st.sampled_from([15.0, 30.0])), min_size=1, max_size=6))
def test_names_never_touch_and_those_with_room_stay_where_they_are(labels: list[tuple[float, float]]) -> None:
    labels.sort()
    own, heights = [place for place, _ in labels], [height for _, height in labels]
    steps = [(lower + upper) / 2 for lower, upper in pairwise(heights)]
    places = apart(own, heights, ROOM)
    assert all(above - below >= step - 1e-6 for (below, above), step in zip(pairwise(places), steps, strict=True))
    assert places[0] >= -1e-6 and places[-1] <= ROOM + 1e-6
    if all(above - below >= step for (below, above), step in zip(pairwise(own), steps, strict=True)):
        assert all(abs(place - wanted) < 1e-6 for place, wanted in zip(places, own, strict=True))


def test_a_series_without_a_value_at_its_end_has_no_name_and_each_name_has_its_mark() -> None:
    fig = chart.base(height=360)
    names = [Name("prévu", 5.0, chart.PLAN, "diamond"), Name("prévision", float("nan"), chart.FORECAST)]
    direct.ends(fig, names, 0, 10)
    assert [one.text for one in fig.layout.annotations] == [f'<span style="color:{chart.PLAN}">◆</span> prévu']
    assert fig.layout.showlegend is False and fig.layout.yaxis.range == (0, 10)
