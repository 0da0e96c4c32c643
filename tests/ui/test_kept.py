"""What is made once for everybody is never another's, never changed by its reader, and bounded."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go
import pytest
from pandas.io.formats.style import Styler

from data import once
from ui import kept


def test_a_value_is_made_once_even_when_many_ask_at_the_same_time() -> None:
    values, made = kept.Kept(2), []

    def make() -> str:
        time.sleep(0.05)
        made.append(1)
        return "made"

    threads = [threading.Thread(target=values.get, args=("key", make)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (values.get("key", make), len(made)) == ("made", 1)


def test_the_oldest_values_are_forgotten_and_a_failure_is_not_kept() -> None:
    values = kept.Kept(2)
    for key in ("a", "b", "a", "c"):
        values.get(key, lambda key=key: key.upper())
    assert values.values() == {"a": "A", "c": "C"}
    with pytest.raises(ZeroDivisionError):
        values.get("d", lambda: 1 / 0)
    assert values.get("d", lambda: "later") == "later"


@dataclass(frozen=True)
class Answer:
    rows: pd.DataFrame
    count: int


def test_a_reader_that_changes_an_answer_changes_it_for_nobody_else() -> None:
    rows = pd.DataFrame({"day": [1, 2], "name": ["a", "b"]})
    answer = {"whole": Answer(rows, 2), "list": [rows, (rows["day"],)]}
    mine = kept.lent(answer)
    mine["whole"].rows["day"] = 0
    mine["whole"].rows.loc[0, "name"] = "changed"
    mine["list"][0].sort_values("day", ascending=False, inplace=True)
    mine["list"][1][0].iloc[0] = 9
    mine["list"].append("more")
    mine["new"] = 1
    assert rows.to_dict("list") == {"day": [1, 2], "name": ["a", "b"]}
    assert (len(answer), len(answer["list"])) == (2, 2)


def test_a_chart_of_other_data_is_another_chart_and_one_of_the_same_is_the_same() -> None:
    drawn: list[int] = []

    @kept.drawn_once
    def chart(rows: pd.DataFrame, title: str = "") -> go.Figure:
        drawn.append(len(rows))
        return go.Figure(go.Bar(y=rows["y"], name=title))

    rows = pd.DataFrame({"y": [1, 2]})
    assert chart(rows) is chart(rows.copy())
    spec = chart(rows).to_json()
    others = [chart(rows, "t"), chart(rows.assign(y=[1, 3])), chart(rows.astype(float)), chart(rows.set_axis([5, 6]))]
    assert len({id(one) for one in [chart(rows), *others]}) == 5
    assert chart(rows).to_json() == spec
    assert len(drawn) == 5


def test_a_styled_grid_that_is_kept_gives_what_a_new_one_gives() -> None:
    from streamlit.elements.lib.pandas_styler_utils import marshall_styler
    from streamlit.proto.ArrowData_pb2 import ArrowData

    def style(rows: pd.DataFrame) -> Styler:
        return rows.style.format({"y": lambda value: f"{value} %"}).set_properties(subset=["y"], color="red")

    rows, protos = pd.DataFrame({"y": [1, 2], "name": ["<a>", None]}), []
    once = kept.styled_once(style)
    for styler in (style(rows).set_uuid(kept.content_of((rows,), {})), once(rows), once(rows)):
        proto = ArrowData()
        marshall_styler(proto, styler, "default")
        protos.append(proto.SerializeToString())
    assert protos[0] == protos[1] == protos[2]


def test_a_large_table_is_not_kept() -> None:
    length = kept.made_once(len)
    rows = pd.DataFrame({"y": range(kept.MOST_CELLS + 1)})
    before = sum(len(one.values()) for one in once.every)
    assert length(rows) == len(rows)
    assert sum(len(one.values()) for one in once.every) == before


def test_what_cannot_be_told_from_others_is_made_each_time() -> None:
    called = kept.made_once(lambda write: write(1))
    assert [called(lambda _: "a"), called(lambda _: "b")] == ["a", "b"]
