"""L’essentiel judges the goal by the figure it is about, and says in meals what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from data.queries.overview import Overview
from data.queries.rollout import RolloutSummary
from tests.ui.kit.test_sentences import SITUATION, SUMMARY, plain
from ui.summary.essential import _school
from ui.summary.sentences import goal
from ui.summary.situation import alerts
from ui.summary.trend import figure


@pytest.mark.parametrize(
    ("planned", "surplus", "said"),
    [
        (10_500, 600, "6,5 % de surproduction au plus : tenu (5,0 %)."),
        (10_500, 700, "tenu (5,0 %). Pour que les repas en trop y soient aussi : 50 repas de moins."),
        (11_000, 1_100, "dépassé (10,0 %). Il reste 350 repas à ne plus prévoir."),
    ],
)
def test_the_goal_is_judged_by_what_it_is_about_and_the_rest_is_told_in_meals(
    planned: int, surplus: int, said: str
) -> None:
    now = replace(SUMMARY, pairs_planned=planned, surplus_meals=surplus)
    assert plain(goal(replace(SITUATION, now=now))).endswith(said)


def test_without_a_goal_none_is_judged() -> None:
    assert "aucun objectif" in goal(replace(SITUATION, references={}))


def test_an_alert_is_a_figure_beyond_its_limit_and_names_the_limit() -> None:
    assert [plain(one) for one in alerts(SITUATION)] == ["Aucune : tous les repères sont tenus."]
    beyond = replace(
        SITUATION,
        now=replace(SUMMARY, pairs_planned=11_000, short_services=20),
        rollout=RolloutSummary(12, 12, 7, 7, 0, 0, ("École Les Dahlias",)),
        overview=Overview(False, None, date(2017, 12, 22), 2),
    )
    assert [plain(one) for one in alerts(beyond)] == [
        "Données anciennes : dernier repas connu le 22/12/2017 (plus de 14 jours)",
        "Surproduction : 10,0 % (limite : 6,5 %)",
        "Repas manquants dans 20,0 % des services (limite : 10 %)",
        "Raccordement bloqué : Les Dahlias",
        "2 points de service sans cantine",
    ]


def test_a_late_school_is_told_by_a_sign_and_a_word_and_its_texts_are_escaped() -> None:
    row = {"school": "École <b>A</b>", "stage": "test", "weather": "pluie", "delay_days": 3.0}
    row |= {"actual_start": date(2026, 3, 2), "actual_end": None}
    shown = plain(_school(row))
    assert "▲ 3 jours" in shown and "☂ pluie" in shown and "&lt;b&gt;" in shown and "<b>" not in shown
    assert "▲" not in _school(row | {"delay_days": 0.0})
    assert "à commencer" not in shown and "test à commencer" in plain(_school(row | {"actual_start": None}))


def test_each_year_is_a_line_with_its_name_and_the_months_apart_are_marked() -> None:
    months = pd.date_range("2024-09-01", "2026-06-01", freq="MS")
    rows = pd.DataFrame({
        "month": months, "days": 10, "surplus_pct": 7.0, "place": (months.month - 8) % 12,
        "year": ["2024-2025" if month < pd.Timestamp("2025-08-01") else "2025-2026" for month in months],
        "apart": months == pd.Timestamp("2025-10-01"),
    })  # fmt: skip
    fig = figure(rows, 6.5, date(2026, 2, 3))
    assert len(fig.data) == 2
    told = " ".join(str(one.text) for one in fig.layout.annotations)
    for words in ("2024-2025", "<b>2025-2026</b>", "objectif", "début du test", "jour exceptionnel"):
        assert words in told
    assert [list(line.text).count("✱") for line in fig.data] == [0, 1]
    names = [float(one.y) for one in fig.layout.annotations if "-202" in str(one.text)]
    assert abs(names[0] - names[1]) > 0.8  # two ends at the same height stay readable
