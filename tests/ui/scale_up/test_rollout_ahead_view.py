"""What the page Généralisation says: what is done as done, what is simulated as simulated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from data.queries.scale_up import Assumptions, Range, RolloutForecast
from ui.scale_up import charts, view

DAY = date(2026, 6, 15)


def told(done: int, span: Range, years: list[tuple]) -> RolloutForecast:
    table = pd.DataFrame(years, columns=["year", "low", "median", "high", "done"])
    fan = pd.DataFrame({"month": pd.to_datetime(["2026-06-01", "2032-09-01"]), "goal": [9, 15]})
    return RolloutForecast(done, 1, span, span, fan, table, pd.DataFrame())


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_target_passed_is_done_since_that_day_and_never_more_than_all() -> None:
    found = told(7, Range(DAY, DAY, DAY), [(2026, 7, 7, 7, 7)])
    few = Assumptions(goal=3)
    assert plain(view.fan_sentence(found, few)) == ("C’est fait depuis juin 2026 : 7 écoles équipées pour 3 à équiper.")
    row = view.figures(found, few)
    assert [(figure.value, plain(str(figure.note))) for figure in row] == [
        ("7", "pour 3 à équiper ; 1 école en cours"),
        ("juin 2026", "c’est déjà fait"),
    ]


def test_the_months_that_new_schools_add_are_those_between_the_months_shown() -> None:
    end, without = date(2033, 8, 2), date(2033, 3, 30)
    found = replace(told(7, Range(end, end, end), []), without_new=Range(without, without, without))
    said = plain(view.fan_sentence(found, Assumptions(goal=9)))
    assert said.startswith("Les 9 écoles d’aujourd’hui et 6 nouvelles d’ici là seraient toutes équipées vers août 2033")
    assert said.endswith("les nouvelles y ajoutent 5 mois.")


def test_a_year_under_way_says_what_is_no_simulation() -> None:
    assert plain(view.pace_sentence(told(7, Range(DAY, DAY, DAY), [(2026, 8, 9, 11, 7)]))) == (
        "En 2026, 9 écoles seraient finies, dont 7 déjà finies (entre 8 et 11)."
    )
    two = told(7, Range(DAY, DAY, DAY), [(2026, 8, 9, 11, 7), (2027, 1, 4, 6, 0)])
    assert plain(view.pace_sentence(two)) == "En 2027, 4 écoles seraient finies (entre 1 et 6)."


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (Range(DAY, DAY, DAY), "en juin 2026, 8 fois sur 10"),
        (Range(DAY, date(2027, 1, 1), date(2028, 3, 1)), "entre juin 2026 et mars 2028, 8 fois sur 10"),
        (Range(DAY, None, None), "pas avant juin 2026, 9 fois sur 10"),
        (Range(None, None, None), "plus de neuf fois sur dix"),
    ],
)
def test_a_range_is_told_as_far_as_it_is_known(span: Range, words: str) -> None:
    assert view.between(span) == words


@pytest.mark.parametrize(
    ("years", "said"),
    [
        ([(2026, 3, 3, 3, 3)], "En 2026, 3 écoles ont été finies."),
        ([(2026, 1, 1, 1, 1)], "En 2026, 1 école a été finie."),
    ],
)
def test_a_year_whose_schools_are_all_done_is_past(years: list[tuple], said: str) -> None:
    assert plain(view.pace_sentence(told(3, Range(DAY, DAY, DAY), years))) == said


@pytest.mark.parametrize(
    ("goal", "stages", "named"),
    [(9, ["cadrage", "installation"], ["A"]), (9, ["cadrage"], []), (2, ["cadrage", "installation"], [])],
)
def test_only_what_the_simulation_supposes_unblocked_is_told_to_be(
    goal: int, stages: list[str], named: list[str]
) -> None:
    schools = pd.DataFrame(
        {
            "school": ["École A", "École B", "École C"],
            "connection": ["bloquée", "bloquée", "faite"],
            "equipped_on": [pd.NaT, pd.Timestamp(DAY), pd.NaT],
        }
    )
    found = replace(told(2, Range(DAY, DAY, DAY), []), stages=pd.DataFrame({"stage": stages}))
    assert view.blocked(schools, found, Assumptions(goal=goal)) == named


def test_blocked_schools_are_named_in_one_or_several() -> None:
    one, two = (plain(view.blocked_sentence(names)) for names in (["A"], ["A", "B"]))
    assert one.startswith("Limite : 1 école test a son raccordement bloqué (A) et ne peut pas finir")
    assert two.startswith("Limite : 2 écoles test ont leur raccordement bloqué (A et B) et ne peuvent pas finir")


@pytest.mark.parametrize(("months", "step"), [(24, "M12"), (132, "M12"), (240, "M24"), (480, "M60"), (660, "M60")])
def test_the_fan_tells_the_past_apart_and_writes_no_more_years_than_fit(months: int, step: str) -> None:
    table = pd.DataFrame({"month": pd.date_range("2026-01-01", periods=months, freq="MS"), "goal": 9})
    table = table.assign(low=range(months), median=range(months), high=range(months))
    fig = charts.fan(table, DAY, 7)
    lines = {trace.name: trace for trace in fig.data}
    assert len(lines["Constaté"].x) == 7
    assert lines["Constaté"].x[-1] == lines["Simulation médiane"].x[0] == pd.Timestamp(DAY)
    assert lines["Constaté"].y[-1] == 7 and "aujourd’hui\u00a0: 7" in [one.text for one in fig.layout.annotations]
    assert fig.layout.xaxis.dtick == step
    table = view.fan_table(table, DAY).whole
    assert table["Constaté ou simulé"].value_counts().to_dict() == {"simulé": months - 6, "constaté": 6}
