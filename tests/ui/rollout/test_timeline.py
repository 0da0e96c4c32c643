"""The timeline shows every school under its own name, and what is late by its words and a bar of its own."""

from __future__ import annotations

from datetime import date

import pandas as pd
import plotly.graph_objects as go
import pytest

from ui.rollout.timeline import timeline

LONG = ["Groupe scolaire du général de Gaulle, nord", "Groupe scolaire du général de Gaulle, sud"]
TODAY = date(2026, 6, 1)


def stages(*rows: tuple[str, int, str, str, str | None, str | None]) -> pd.DataFrame:
    columns = ["school", "position", "planned_start", "planned_end", "actual_start", "actual_end"]
    return pd.DataFrame(rows, columns=columns).assign(stage="test")


def bars(fig: go.Figure) -> dict[str, list[tuple[str, str]]]:
    """Return the first and the last day of each bar, by the name of its series."""
    shown = {}
    for series in fig.data:
        starts = pd.to_datetime(pd.Series(series.base))
        ends = starts + pd.to_timedelta(pd.Series(series.x, dtype=float), unit="ms") - pd.Timedelta(days=1)
        shown[series.name] = [(f"{start:%d/%m}", f"{end:%d/%m}") for start, end in zip(starts, ends, strict=True)]
    return shown


def test_schools_shortened_to_the_same_text_keep_a_row_each() -> None:
    day = "2026-05-04"
    fig = timeline(stages(*[(school, 1, day, day, day, day) for school in LONG]), dict.fromkeys(LONG, ""), TODAY)
    assert list(fig.data[0].y) == [0, 1]
    assert LONG[0] in fig.data[0].customdata[0]
    assert [note.y for note in fig.layout.annotations[:2]] == sorted({note.y for note in fig.layout.annotations[:2]})


@pytest.mark.parametrize("school", ["<b>A</b> & B", "<a href='//x.fr'>Groupe scolaire du nord</a>"])
def test_the_name_of_a_school_is_shown_as_it_is_typed(school: str) -> None:
    day = "2026-05-04"
    fig = timeline(stages((school, 1, day, day, day, day)), {school: ""}, TODAY)
    names = [note.text for note in fig.layout.annotations if note.xref == "paper"]
    assert names and not any("<" in name for name in names)


def test_what_happens_after_its_planned_end_is_drawn_as_late_and_said() -> None:
    rows = stages(
        ("A", 1, "2026-01-01", "2026-01-31", "2026-01-01", "2026-01-20"),
        ("A", 2, "2026-02-01", "2026-02-28", "2026-02-01", "2026-03-15"),
        ("A", 3, "2026-03-01", "2026-03-10", "2026-03-16", "2026-04-01"),
        ("A", 4, "2026-04-01", "2026-05-15", "2026-04-02", None),
        ("A", 5, "2026-08-01", "2026-08-31", None, None),
    )
    fig = timeline(rows, {"A": "17 j de retard"}, TODAY)
    assert bars(fig) == {
        "Prévu": [("01/01", "31/01"), ("01/02", "28/02"), ("01/03", "10/03"), ("01/04", "15/05"), ("01/08", "31/08")],
        "Réalisé": [("01/01", "20/01"), ("01/02", "28/02")],
        "En cours": [("02/04", "15/05")],
        "En retard": [("01/03", "15/03"), ("16/03", "01/04"), ("16/05", "01/06")],
    }
    # A late part that follows its stage has no number of its own; a stage wholly late has.
    assert list(fig.data[3].text) == ["", "3", ""]
    assert fig.data[3].marker.pattern.shape == "/"
    assert any("17 j de retard" in note.text for note in fig.layout.annotations)


def test_a_stage_without_a_plan_is_late_for_nobody_and_a_number_too_wide_for_its_bar_is_left_out() -> None:
    rows = stages(
        ("A", 1, "2026-01-01", "2026-01-01", "2026-01-01", "2026-01-01"),
        ("A", 2, "2026-02-01", "2026-12-31", "2026-02-01", "2026-03-15"),
    )
    rows.loc[1, ["planned_start", "planned_end"]] = None
    fig = timeline(pd.concat([rows, rows.assign(school="B", planned_end="2027-12-31")]), {"A": "", "B": ""}, TODAY)
    assert bars(fig)["En retard"] == []
    assert list(fig.data[1].text) == ["", "2", "", "2"]
