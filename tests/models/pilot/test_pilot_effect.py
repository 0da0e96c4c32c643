"""The effect of the pilot: nothing but the pilot moves it, and its interval is honest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.pilot.comparisons import COMPARED, LEAST_DAYS, NOBODY, Outcome, Pilot, slots_of
from models.pilot.effect import estimate
from models.pilot.permutations import draw_permutations

DAYS = pd.bdate_range("2024-01-01", periods=160)
CANTEENS = 20
LOTS = 199


def city(seed: int, canteens: int = CANTEENS, gaps: float = 0.2) -> Outcome:
    """Draw canteens of three kinds, each with its level, days in common, noise and days missing."""
    rng = np.random.default_rng(seed)
    whole = rng.uniform(60, 300, canteens) * rng.uniform(0.8, 1.2, (len(DAYS), canteens))
    rate = rng.uniform(0.03, 0.12, canteens) + rng.normal(0, 0.01, (len(DAYS), 1)) + rng.normal(0, 0.03, whole.shape)
    whole[rng.random(whole.shape) < gaps] = np.nan
    return Outcome(
        DAYS, rng.choice(["M", "E", "M/E"], canteens), np.nan_to_num(np.maximum(rate, 0) * whole), whole, 100.0
    )


def pilots(*starts: int, prepared: int = 10) -> list[Pilot]:
    """Place one pilot per column from 0, which starts on that day, `prepared` days after it began to get ready."""
    return [
        Pilot(column, DAYS[max(start - 70, 0)], DAYS[start - prepared], DAYS[start], DAYS[min(start + 60, 159)])
        for column, start in enumerate(starts)
    ]


TURNS = pilots(80, 85, 85, 100, 110)
TOGETHER = pilots(*[80] * 6, prepared=0)


def naive(outcome: Outcome, chosen: list[Pilot]) -> tuple[list[float], list[list[int]]]:
    """Return the effect of each pilot and who it is compared with, one canteen and one day at a time."""
    ready = {one.canteen: (one.until, one.start) for one in chosen}
    whole, part = outcome.whole.tolist(), outcome.part.tolist()

    def known(day: int, canteen: int) -> bool:
        began, ended = ready.get(canteen, (pd.Timestamp.max, pd.Timestamp.max))
        return whole[day][canteen] == whole[day][canteen] and not began <= DAYS[day] < ended

    def rate(canteen: int, days: list[int]) -> float:
        return 100 * sum(part[day][canteen] for day in days) / sum(whole[day][canteen] for day in days)

    effects, compared = [], []
    for one in chosen:
        before = [day for day in range(len(DAYS)) if one.since <= DAYS[day] < one.until]
        after = [day for day in range(len(DAYS)) if one.start <= DAYS[day] < one.end]

        def size(canteen: int, before: list[int] = before) -> float:
            return float(np.mean([whole[day][canteen] for day in before if known(day, canteen)]))

        def common(other: int, days: list[int], own: int = one.canteen) -> list[int]:
            return [day for day in days if known(day, own) and known(day, other)]

        others = [other for other in range(outcome.whole.shape[1]) if other not in ready]
        others = [other for other in others if len(common(other, before)) >= LEAST_DAYS]
        others.sort(
            key=lambda other, own=one.canteen: (
                outcome.kinds[other] != outcome.kinds[own],
                abs(np.log(size(other)) - np.log(size(own))),
            )
        )
        kept = [other for other in others[:COMPARED] if len(common(other, after)) >= LEAST_DAYS]
        gaps = [
            (rate(one.canteen, common(other, after)) - rate(other, common(other, after)))
            - (rate(one.canteen, common(other, before)) - rate(other, common(other, before)))
            for other in kept
        ]
        effects.append(float(np.mean(gaps)))
        compared.append(sorted(kept))
    return effects, compared


@pytest.mark.parametrize("chosen", [TURNS, TOGETHER], ids=["in turn", "together"])
def test_the_effect_is_the_one_counted_canteen_by_canteen_and_day_by_day(chosen: list[Pilot]) -> None:
    outcome = city(1)
    found = estimate(outcome, chosen, LOTS)
    assert found is not None
    own, compared = naive(outcome, chosen)
    assert found.own == pytest.approx(own)
    assert [sorted(row[row != NOBODY].tolist()) for row in found.compared] == compared
    assert found.effect == pytest.approx(np.mean(own))
    (before, after), (others_before, others_after) = found.rates
    assert found.effect == pytest.approx((after - before) - (others_after - others_before))


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), size=st.floats(0.1, 5))
def test_what_all_canteens_share_on_a_day_changes_nothing(seed: int, size: float) -> None:
    outcome = city(seed)
    outcome = replace(outcome, whole=np.where(np.isfinite(outcome.whole), 100.0, np.nan))
    shared = np.random.default_rng(seed).normal(0, size, (len(DAYS), 1))
    found, moved = (estimate(replace(outcome, part=outcome.part + more), TURNS, 19) for more in (0, shared))
    assert found is not None
    assert moved is not None
    assert moved.own == pytest.approx(found.own, abs=1e-8)


@settings(max_examples=15)
@given(cut=st.floats(0.05, 0.6), level=st.floats(1, 20))
def test_a_known_effect_is_found_exactly_where_nothing_else_moves(cut: float, level: float) -> None:
    outcome = city(3)
    part = level / 100 * np.nan_to_num(outcome.whole)
    for one in TURNS:
        part[one.start <= DAYS, one.canteen] *= 1 - cut
    found = estimate(replace(outcome, part=part), TURNS, LOTS)
    assert found is not None
    assert found.own == pytest.approx([-cut * level] * len(TURNS))
    assert (found.lower, found.upper) == pytest.approx((-cut * level, -cut * level), rel=1e-4)


def test_comparison_canteens_are_chosen_without_looking_at_any_outcome_nor_at_what_comes_after() -> None:
    outcome, rng = city(4), np.random.default_rng(4)
    blind = replace(outcome, part=rng.permuted(outcome.part, axis=0))
    whole = outcome.whole.copy()
    whole[TOGETHER[0].start <= DAYS] *= rng.uniform(0.1, 10, CANTEENS)
    grown = replace(outcome, whole=whole)
    chosen = [estimate(one, TOGETHER, 19) for one in (outcome, blind, grown)]
    assert chosen[0] is not None
    for other in chosen[1:]:
        assert other is not None
        assert (other.compared == chosen[0].compared).all()


def test_a_school_of_the_pilot_is_never_a_comparison_canteen() -> None:
    found = estimate(city(5), TURNS, LOTS)
    assert found is not None
    assert not np.isin(found.compared, [one.canteen for one in TURNS]).any()


def test_the_weeks_of_preparation_count_neither_before_nor_after() -> None:
    outcome = city(6)
    spoilt = outcome.part.copy()
    for one in TURNS:
        spoilt[outcome.within(one.until, one.start), one.canteen] *= 50
    found, same = (estimate(replace(outcome, part=part), TURNS, LOTS) for part in (outcome.part, spoilt))
    assert found is not None
    assert same is not None
    assert (same.effect, same.lower, same.upper) == (found.effect, found.lower, found.upper)


def test_a_pilot_without_enough_days_is_left_out_and_still_not_compared_with() -> None:
    outcome = city(7)
    outcome.whole[TURNS[0].start <= DAYS, 0] = np.nan
    found = estimate(outcome, TURNS, LOTS)
    assert found is not None
    assert np.isnan(found.own).tolist() == [True, False, False, False, False]
    assert not (found.compared == 0).any()
    assert found.effect == pytest.approx(np.nanmean(found.own))


def test_one_pilot_alone_or_no_comparison_canteen_tells_nothing() -> None:
    outcome = city(8)
    assert estimate(outcome, TURNS[:1], LOTS) is None
    outcome.whole[:, len(TURNS) :] = np.nan
    assert estimate(outcome, TURNS, LOTS) is None


def test_too_few_canteens_give_no_bounded_interval_rather_than_a_false_one() -> None:
    found = estimate(city(9, canteens=4), pilots(80, 80, prepared=0), LOTS)
    assert found is not None
    assert (found.lower, found.upper) == (-np.inf, np.inf)


def test_lots_put_each_canteen_where_it_has_figures_and_only_once() -> None:
    outcome = city(10)
    outcome.whole[TURNS[3].until > DAYS, 19] = np.nan
    slots = slots_of(outcome, TURNS)
    lots = draw_permutations(slots, LOTS)
    assert all(len(set(lot)) == len(TURNS) for lot in lots.tolist())
    assert not (lots[:, :4] == 19).any()
    assert (draw_permutations(slots, LOTS) == lots).all()


def test_without_any_pilot_the_interval_leaves_zero_out_about_one_time_in_twenty() -> None:
    alarms = 0
    for seed in range(100):
        found = estimate(city(100 + seed), TOGETHER, 99)
        assert found is not None
        assert found.lower <= found.effect <= found.upper
        alarms += found.lower > 0 or found.upper < 0
    assert 1 <= alarms <= 11
