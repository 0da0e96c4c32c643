"""The text of a page, by which a change is proved to move no figure, misses none of those that move."""

from __future__ import annotations

from pathlib import Path

from benchmarks.page_text import lines_of
from tests.conftest import COUNT_AGAIN
from tests.pages.conftest import Open
from ui import session

WASTE = "pages/comite/gaspillage.py"
KINDS = ("metric.", "html.", "plotly_chart.spec.data.", "plotly_chart.alt", "dataframe.arrowData.")


def test_the_text_of_a_page_is_the_same_twice_and_tells_each_figure_that_moves(
    open_app: Open, demo_store: Path
) -> None:
    before = list(lines_of(open_app(demo_store, WASTE)))
    assert before == list(lines_of(open_app(demo_store, WASTE)))
    with session.opened().write("test", "test", {}) as cursor:
        cursor.execute("UPDATE log_rows SET meals_served = meals_served + 1")
        cursor.execute(COUNT_AGAIN)
    moved = set(lines_of(open_app(demo_store, WASTE))) - set(before)
    assert all(any(line.startswith(kind) for line in moved) for kind in KINDS)
