"""What a page of the application shows, as lines of text: one fact a line, tables and charts with all their digits."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from google.protobuf.json_format import MessageToDict
from streamlit.dataframe_util import convert_arrow_bytes_to_pandas_df
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Node

# Made anew each time, or by a library.
UNTOLD = ("id", "formId", "deferredFileId", "pageScriptHash", "url", "template")


def lines_of(app: AppTest) -> Iterator[str]:
    """Return all that a page shows, the tables of its charts opened."""
    closed = [key for key in app.session_state if key.startswith("tableau_") and not app.session_state[key]]
    for key in closed:
        app.session_state[key] = True
    if closed:
        app.run()
    yield from lines_shown(app)


def lines_shown(app: AppTest) -> Iterator[str]:
    """Return what a page shows as it stands."""
    assert not app.exception, app.exception[0].message
    for node in (*app.sidebar, *app.main):
        yield from _flat(node.type, _content(node))


def _content(node: Node) -> dict[str, Any]:
    if isinstance(node, Block):
        return {"label": node.label} if hasattr(node, "label") else {}
    told: dict[str, Any] = MessageToDict(node.proto)
    if node.type == "plotly_chart":
        told["spec"] = json.loads(node.proto.spec)
    elif node.type == "dataframe":
        told["arrowData"] = {"values": node.value.to_csv()}
        if shown := node.proto.arrow_data.styler.display_values:
            told["arrowData"]["shown"] = convert_arrow_bytes_to_pandas_df(shown).to_csv()
    return told


def _flat(name: str, value: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(value, dict) and "bdata" in value:  # how plotly packs numbers
        value = np.frombuffer(base64.b64decode(value["bdata"]), value["dtype"]).tolist()
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in UNTOLD:
                yield from _flat(f"{name}.{key}", inner)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for place, inner in enumerate(value):
            yield from _flat(f"{name}.{place}", inner)
    elif isinstance(value, str):
        yield f"{name}: " + value.replace("><", ">\n<")
    else:
        yield f"{name}: {json.dumps(value, ensure_ascii=False)}"
