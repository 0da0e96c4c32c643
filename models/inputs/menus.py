"""What the words of a menu tell of its day: “épinards”, “frites”, each shrunk towards no effect (ridge regression)."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

# A word is learnt from this many days on; its effect has a normal prior of this spread (0.06: about 12 % of the grams).
LEAST_DAYS = 3
SPREAD = 0.06
WORD = re.compile(r"[a-z]{3,}")


def words_of(menus: pd.DataFrame) -> pd.DataFrame:
    """Return days × words (1.0 where a dish of the day has the word) of menus (date, dish)."""
    words = pd.Series([WORD.findall(_plain(dish)) for dish in menus["dish"]], menus.index, dtype=object)
    found = menus.assign(word=words).explode("word").dropna()
    table = pd.crosstab(found["date"], found["word"]).clip(upper=1).astype(float)
    return table.set_axis(pd.DatetimeIndex(table.index), axis=0)


def learnable(words: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the words that some of the given days have often enough to learn from."""
    return words.loc[:, words[words.index.isin(days)].sum() >= LEAST_DAYS]


def menu_effect(
    values: pd.Series, words: pd.DataFrame, days: pd.DatetimeIndex, spread: float = SPREAD, least_days: int = LEAST_DAYS
) -> tuple[pd.Series, pd.Series]:
    """Return the effect of the menu on past days, learnt from their values, and on coming days; 0 without a menu.

    A word is learnt from `least_days` on, and its effect has a normal prior of this `spread`.
    """
    past, coming = pd.Series(0.0, values.index), pd.Series(0.0, days)
    learnt = words.loc[words.index.intersection(values.index)]
    common = learnt.columns[(learnt.sum() >= least_days) & (learnt.sum() < len(learnt))]
    if len(common):
        columns = learnt[common].to_numpy()
        middle, target = columns.mean(axis=0), values[learnt.index].to_numpy()
        effects = _ridge(columns - middle, target - target.mean(), spread)
        past[learnt.index] = (columns - middle) @ effects
        told = words.index.intersection(days)
        coming[told] = (words.loc[told, common].to_numpy() - middle) @ effects
    return past, coming


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _ridge(columns: np.ndarray, values: np.ndarray, spread: float) -> np.ndarray:
    """Return the effects of the columns, shrunk by how far the values are spread beside the prior's spread."""
    shrink = float(values.var()) / spread**2 + 1e-9
    return np.linalg.solve(columns.T @ columns + shrink * np.eye(columns.shape[1]), columns.T @ values)
