"""Ridge regression on the words of the menus (“épinards”, “frites”): the effect of each word, shrunk towards zero."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pandas as pd

# A word needs this many days to be learnt. Its effect has a normal prior of this spread (0.06 is about 12 % of grams).
LEAST_DAYS = 3
SPREAD = 0.06
WORD = re.compile(r"[a-z]{3,}")
# The families of main dishes that canteens answer differently, by the beginnings of their words.
FISH = (
    "brandade", "cabillaud", "calamar", "colin", "crabe", "crevette", "crustace", "dorade", "hoki", "lieu", "limande",
    "maquereau", "merlu", "poisson", "sardine", "saumon", "surimi", "thon", "truite",
)  # fmt: skip
MEAT = (
    "agneau", "blanquette", "boeuf", "bolo", "boulette", "bourguignon", "canard", "carne", "cassoulet", "chapon",
    "chipo", "choucroute", "cordon", "dinde", "emince", "escalope", "hache", "jambon", "lapin", "lardon", "lasagne",
    "merguez", "milanette", "mouton", "nem", "parmentier", "paupiette", "pilon", "porc", "poulet", "ravioli",
    "rillette", "roti", "saucisse", "saute", "steak", "tartiflette", "toulouse", "veau", "viande", "volaille",
)  # fmt: skip


def words_of(menus: pd.DataFrame) -> pd.DataFrame:
    """Return days × words (1.0 where a dish of the day has the word) of menus (date, dish)."""
    words = pd.Series([WORD.findall(_plain(dish)) for dish in menus["dish"]], menus.index, dtype=object)
    menu_words = menus.assign(word=words).explode("word").dropna()
    table = pd.crosstab(menu_words["date"], menu_words["word"]).clip(upper=1).astype(float)
    return table.set_axis(pd.DatetimeIndex(table.index), axis=0)


def learnable(words: pd.DataFrame, days: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the columns of the words that appear on enough of the given days to be learnt."""
    return words.loc[:, words[words.index.isin(days)].sum() >= LEAST_DAYS]


def families(words: pd.DataFrame, days: pd.DatetimeIndex, last: pd.Timestamp) -> pd.DataFrame:
    """Return days × (fish, meatless): 1.0 on such a day, less the mean of the menus up to `last`; 0.0 without one."""
    fish, meat = (
        words.loc[:, [word.startswith(roots) for word in words.columns]].any(axis=1) for roots in (FISH, MEAT)
    )
    table = pd.DataFrame({"fish": fish, "meatless": ~fish & ~meat}, dtype=float)
    past = table[table.index <= last] if len(table) else table
    return (table - past.mean()).reindex(days, fill_value=0.0).fillna(0.0)


def menu_effect(
    values: pd.Series, words: pd.DataFrame, days: pd.DatetimeIndex, spread: float = SPREAD, least_days: int = LEAST_DAYS
) -> tuple[pd.Series, pd.Series]:
    """Return the effect of the menu on past days, learnt from their values, and on coming days; 0 without a menu.

    A word needs `least_days` days to be learnt, and its effect has a normal prior of this `spread`.
    """
    past, coming = pd.Series(0.0, values.index), pd.Series(0.0, days)
    past_words = words.loc[words.index.intersection(values.index)]
    learnable_words = past_words.columns[(past_words.sum() >= least_days) & (past_words.sum() < len(past_words))]
    if len(learnable_words):
        columns = past_words[learnable_words].to_numpy()
        middle, target = columns.mean(axis=0), values[past_words.index].to_numpy()
        effects = _ridge(columns - middle, target - target.mean(), spread)
        past[past_words.index] = (columns - middle) @ effects
        menu_days = words.index.intersection(days)
        coming[menu_days] = (words.loc[menu_days, learnable_words].to_numpy() - middle) @ effects
    return past, coming


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower().replace("œ", "oe"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _ridge(columns: np.ndarray, values: np.ndarray, spread: float) -> np.ndarray:
    """Return the ridge regression coefficients; the penalty is the variance of the values over that of the prior."""
    shrink = float(values.var()) / spread**2 + 1e-9
    return np.linalg.solve(columns.T @ columns + shrink * np.eye(columns.shape[1]), columns.T @ values)
