"""What is made once and shown many times: values kept in memory for all sessions, bounded, never stale.

A value is known by all that it is made of: the state of the store and the arguments of a question, the very data that a
chart draws. So nothing has to be thrown away when something changes: another key is asked for.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import pandas as pd
import plotly.graph_objects as go
from pandas.io.formats.style import Styler

from data.once import Kept, content_of, forget

__all__ = ["Kept", "content_of", "drawn_once", "forget", "lent", "made_once", "styled_once"]

Value = TypeVar("Value")
Arguments = ParamSpec("Arguments")
MOST_CELLS = 20_000  # of the data of a value that is kept


def lent(value: Any) -> Any:  # noqa: ANN401
    """Return a value that its reader may change without changing it for others; nothing is copied before that.

    pandas copies a column when it is written in a frame that shares it.
    """
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.copy(deep=False)
    if isinstance(value, dict):
        return {key: lent(one) for key, one in value.items()}
    if isinstance(value, list):
        return [lent(one) for one in value]
    if type(value) is tuple:
        return tuple(lent(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: lent(getattr(value, one.name)) for one in fields(value) if one.init})
    return value


def _once(
    most: int, ready: Callable[[Any, str], Any] = lambda value, _: value
) -> Callable[[Callable[Arguments, Value]], Callable[Arguments, Value]]:
    """Return the decorator of functions that read nothing but their arguments: the same ones give the same value.

    The value is everybody's: nobody changes it afterwards. `ready` prepares it for those who will read it often.
    """
    values = Kept(most)

    def decorate(make: Callable[Arguments, Value]) -> Callable[Arguments, Value]:
        @wraps(make)
        def made(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Value:
            if sum(one.size for one in args if isinstance(one, pd.DataFrame)) > MOST_CELLS:
                return make(*args, **kwargs)
            try:
                content = content_of(args, kwargs)
            except (pickle.PicklingError, AttributeError, TypeError):  # a function without a name: made each time
                return make(*args, **kwargs)
            key = make.__module__, make.__qualname__, content
            return values.get(key, lambda: ready(make(*args, **kwargs), content))

        return made

    return decorate


def _ready_chart(chart: go.Figure, _: str) -> go.Figure:
    """Let a chart give its plain form, which takes as long to make as the chart itself, from memory."""
    plain = chart.to_dict()
    chart.to_dict = lambda: plain  # type: ignore[method-assign]
    return chart


def _ready_grid(styler: Any, content: str) -> Styler:  # noqa: ANN401  its methods below are not public
    """Let a styled grid give what Streamlit reads of it, which takes the longest, from memory."""
    styler.set_uuid(content)
    styler._compute()
    read = styler._translate(False, False)
    body = [[{name: cell.get(name) for name in ("id", "display_value")} for cell in row] for row in read["body"]]
    known = {name: read[name] for name in ("table_styles", "cellstyle") if name in read} | {"body": body}
    styler._compute = lambda: styler
    styler._translate = lambda *_: known
    return styler


# For charts, for styled grids, for texts and small tables: those of the same data are made once.
drawn_once, styled_once, made_once = _once(300, _ready_chart), _once(100, _ready_grid), _once(500)
