"""The durations of the stages: a hierarchical model of their logarithms, learnt from the schools so far by sampling.

log(days of school s in stage p) = stage p + school s + residual. The mean of a stage is shrunk towards its planned
length, as much as the other stages follow their plans. The differences between schools are learnt, and may be zero. A
stage under way is censored: it counts as “at least this long”. Future residuals are drawn from the past ones with
random weights (Bayesian bootstrap), so no distribution is assumed. If lengths never vary, all draws give these lengths.

Gibbs sampling, all chains at once, one draw kept from each. Half-Cauchy scales are sampled as inverse gammas: Makalic
and Schmidt (2016), “A simple sampler for the horseshoe estimator”.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

ROUNDS = 100
# The prior scale of the log of actual over planned length: a stage is commonly a third longer or shorter than planned.
PLAN_SCALE = 0.4
# Bounds of the standard deviations of logs. No known stage varies by more than a factor of four.
LEAST, MOST = 1e-12, 1.4


@dataclass(frozen=True)
class Spans:
    """Days of each school (rows) in each stage (columns), and the days planned for each stage.

    `known` is NaN where the stage is not finished. `elapsed` has the days so far of the stage under way (at most one a
    school), NaN elsewhere.
    """

    known: np.ndarray
    elapsed: np.ndarray
    planned: np.ndarray


@dataclass(frozen=True)
class Draws:
    """Samples of the unknowns (draws first), in logs of days.

    `stages`: mean per stage; `schools`: effect per school; `spread`: standard deviation of the schools' effects;
    `under_way`: days (not logs) of the stages under way, NaN elsewhere; `residuals`: those of all stages so far, with
    the unfinished ones imputed.
    """

    stages: np.ndarray
    schools: np.ndarray
    spread: np.ndarray
    under_way: np.ndarray
    residuals: np.ndarray

    def new_schools(self, rng: np.random.Generator, count: int) -> np.ndarray:
        """Draw the days (draw × school × stage) of schools that have not begun."""
        effects = self.spread[:, None] * rng.standard_normal((len(self.spread), count))
        return self._days(rng, effects)

    def these_schools(self, rng: np.random.Generator) -> np.ndarray:
        """Draw the days (draw × school × stage) of stages that have not begun, for the schools so far."""
        return self._days(rng, self.schools)

    def _days(self, rng: np.random.Generator, effects: np.ndarray) -> np.ndarray:
        days = _resampled(rng, self.residuals, (*effects.shape, self.stages.shape[1]))
        days += self.stages[:, None, :]
        days += effects[:, :, None]
        return np.exp(days, out=days)


def sample(spans: Spans, rng: np.random.Generator, draws: int) -> Draws:
    """Return samples of the durations from their posterior distribution, by Gibbs sampling."""
    chain = _Chains(spans, rng, draws)
    for _ in range(ROUNDS):
        chain.step()
    under_way = np.full((draws, *spans.known.shape), np.nan)
    under_way[:, chain.rows[chain.censored], chain.columns[chain.censored]] = np.exp(chain.logs[:, chain.censored])
    return Draws(
        stages=chain.stages,
        schools=chain.schools,
        spread=np.sqrt(chain.school_variance),
        under_way=under_way,
        residuals=chain.residuals(),
    )


class _Chains:
    """The state of all chains: arrays with one row per chain. Stages so far, finished or under way, are in columns."""

    def __init__(self, spans: Spans, rng: np.random.Generator, chains: int) -> None:
        self.rng = rng
        days = np.where(np.isnan(spans.known), spans.elapsed, spans.known)
        self.rows, self.columns = np.nonzero(~np.isnan(days))
        self.censored = ~np.isnan(spans.elapsed)[self.rows, self.columns]
        # Indicator matrices of the school and of the stage of each column: sums by school or stage are products.
        self.of_school, self.of_stage = (
            np.eye(days.shape[0])[self.rows],
            np.eye(days.shape[1])[self.columns],
        )
        self.begun = np.unique(self.rows)
        self.plan = np.log(np.maximum(spans.planned, 1.0))
        self.floor = np.log(np.maximum(days[self.rows, self.columns], 0.01))
        start = np.where(self.censored, np.maximum(self.floor, self.plan[self.columns]), self.floor)
        self.logs = np.broadcast_to(start, (chains, len(start))).copy()
        self.drift = np.full(chains, np.mean(start - self.plan[self.columns]))
        self.stages = self.plan + self.drift[:, None]
        self.schools = np.zeros((chains, len(days)))
        self.variance, self.school_variance, self.school_prior = (np.full(chains, 0.1) for _ in range(3))
        self.plan_variance, self.plan_prior = np.full(chains, PLAN_SCALE**2), np.ones(chains)

    def residuals(self) -> np.ndarray:
        return self.logs - self.stages[:, self.columns] - self.schools[:, self.rows]

    def step(self) -> None:
        """Draw each unknown given all the others (one Gibbs step)."""
        self._draw_unfinished()
        self._draw_schools()
        self._draw_stages()
        self._draw_spreads()

    def _draw_unfinished(self) -> None:
        """Draw the stages under way given the finished stages of their school, integrating its effect out."""
        means, variances = self._effects(~self.censored)
        schools, stages = self.rows[self.censored], self.columns[self.censored]
        expected = means[:, schools] + self.stages[:, stages]
        scale = np.sqrt(self.variance[:, None] + variances[:, schools])
        least = (self.floor[self.censored] - expected) / scale
        self.logs[:, self.censored] = expected + scale * _normal_above(self.rng, least)

    def _effects(self, included: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the posterior mean and variance of each school's effect, given some of its stages."""
        of_school = self.of_school * included[:, None]
        precision = of_school.sum(axis=0) / self.variance[:, None] + 1 / self.school_variance[:, None]
        total = (self.logs - self.stages[:, self.columns]) @ of_school
        return total / self.variance[:, None] / precision, 1 / precision

    def _draw_schools(self) -> None:
        mean, variance = self._effects(np.ones(len(self.rows)))
        self.schools = mean + self.rng.standard_normal(mean.shape) * np.sqrt(variance)
        self._shift()

    def _shift(self) -> None:
        """Draw again the shift common to stages and schools, which converges very slowly when each is drawn alone."""
        begun = self.begun
        noise = self.rng.standard_normal(len(self.drift)) * np.sqrt(self.school_variance / len(begun))
        shift = self.schools[:, begun].mean(axis=1) + noise
        self.stages, self.drift = self.stages + shift[:, None], self.drift + shift
        self.schools[:, begun] -= shift[:, None]

    def _draw_stages(self) -> None:
        total = (self.logs - self.schools[:, self.rows]) @ self.of_stage
        prior = 1 / self.plan_variance[:, None]
        precision = self.of_stage.sum(axis=0) / self.variance[:, None] + prior
        mean = (total / self.variance[:, None] + prior * (self.plan + self.drift[:, None])) / precision
        self.stages = mean + self.rng.standard_normal(mean.shape) / np.sqrt(precision)
        gap = self.stages - self.plan
        self.drift = gap.mean(axis=1) + self.rng.standard_normal(len(gap)) * np.sqrt(self.plan_variance / gap.shape[1])
        square = ((gap - self.drift[:, None]) ** 2).sum(axis=1)
        self.plan_variance = self._variance((gap.shape[1] + 1) / 2, square / 2 + 1 / self.plan_prior)
        self.plan_prior = self._inverse_gamma(1.0, 1 / PLAN_SCALE**2 + 1 / self.plan_variance)

    def _draw_spreads(self) -> None:
        """Draw the variances of residuals and schools; the scale of the second is proportional to the first."""
        begun = self.begun
        square = (self.schools[:, begun] ** 2).sum(axis=1)
        self.school_variance = self._variance((len(begun) + 1) / 2, square / 2 + 1 / self.school_prior)
        self.school_prior = self._inverse_gamma(1.0, 1 / self.variance + 1 / self.school_variance)
        square = (self.residuals() ** 2).sum(axis=1)
        self.variance = self._variance((len(self.rows) + 1) / 2, square / 2 + 1 / self.school_prior)

    def _inverse_gamma(self, shape: float, scale: np.ndarray) -> np.ndarray:
        return scale / self.rng.gamma(shape, size=scale.shape)

    def _variance(self, shape: float, scale: np.ndarray) -> np.ndarray:
        return np.clip(self._inverse_gamma(shape, scale), LEAST**2, MOST**2)


def _normal_above(rng: np.random.Generator, least: np.ndarray) -> np.ndarray:
    """Draw standard normals above bounds by rejection: from a normal if the bound is ≤ 0.5, else from an exponential.

    Source: C. P. Robert, “Simulation of truncated normal variables”, Statistics and Computing 5 (1995).
    """
    values, pending = np.empty_like(least), np.ones(least.shape, dtype=bool)
    while pending.any():
        bound = least[pending]
        rate = (bound + np.sqrt(bound**2 + 4)) / 2
        far = bound > 0.5
        above = bound + rng.exponential(size=bound.shape) / np.maximum(rate, 0.5)
        tried = np.where(far, above, rng.standard_normal(bound.shape))
        kept = np.where(far, rng.random(bound.shape) < np.exp(-((tried - rate) ** 2) / 2), tried >= bound)
        place = np.flatnonzero(pending)[kept]
        values.flat[place] = tried[kept]
        pending.flat[place] = False
    return values


def _resampled(rng: np.random.Generator, residuals: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Draw from the residuals of each draw, with random weights (Bayesian bootstrap).

    Their mean stays zero: the uncertainty of a stage's mean is already in `stages`.
    """
    weights = rng.exponential(size=residuals.shape)
    centred = residuals - np.average(residuals, axis=1, weights=weights)[:, None]
    drawn = np.empty(shape)
    for row, values, steps in zip(drawn, centred, weights.cumsum(axis=1), strict=True):
        row[:] = values[np.searchsorted(steps, rng.random(row.shape) * steps[-1])]
    return drawn
