"""A chart names what it draws where it draws it: a reader does not go from a legend to a line and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pages.conftest import Open, open_parts

PAGES = (
    ("pages/comite/gaspillage.py", {}), ("pages/comite/gaspillage.py", {"mesure": "repas"}),
    ("pages/cuisine/semaine.py", {"vue": "Jour par jour"}), ("pages/mission/qualite_previsions.py", {}),
    ("pages/mission/effet.py", {}), ("pages/mission/equipement.py", {}), ("pages/cantine/ma_cantine.py", {}),
    ("pages/mission/generalisation.py", {}), ("pages/comite/synthese.py", {}),
)  # fmt: skip


def has_legend(figure: dict[str, Any]) -> bool:
    """Tell whether plotly draws a legend: by its own rules, that of several named series."""
    shown = [one for one in figure["data"] if one.get("showlegend", True) and one["type"] != "heatmap"]
    return figure["layout"].get("showlegend", len(shown) > 1)


@pytest.mark.parametrize(("page", "query"), PAGES)
def test_no_legend_stands_where_names_have_room(
    open_app: Open, demo_file: Path, page: str, query: dict[str, str]
) -> None:
    app = open_parts(open_app(demo_file, page, **query))
    charts = [json.loads(one.proto.spec) for one in app.get("plotly_chart")]
    assert charts
    assert [chart["layout"].get("height") for chart in charts if has_legend(chart)] == []
