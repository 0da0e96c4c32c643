"""What the first page would load otherwise, loaded while nobody waits: modules, the school calendar, first drawings."""

from __future__ import annotations

import ast
import gc
import inspect

import pandas as pd

from data.calendar.school import holiday_name
from data.clock import today_in_paris
from ui.kit import chart, tables
from ui.navigation import PAGES
from ui.server.application import SCRIPT


def load() -> None:
    """Load what pages import, and what a library only loads when it is first used."""
    for file in (SCRIPT, *(SCRIPT.parent / page.file for page in PAGES)):
        _run_imports(file.read_text(encoding="utf-8"))
    holiday_name(today_in_paris())
    chart.ranking(pd.Series(["école"]), pd.Series([1.0]), ["1"], "%")
    tables.french(pd.DataFrame({"part": [1.0]}))
    inspect.stack()  # the first element of a page asks who calls, which reads the place of every module
    # What is loaded stays: no collection of garbage need look at it again.
    gc.collect()
    gc.freeze()


def _run_imports(source: str) -> None:
    script = ast.parse(source)
    script.body = [line for line in script.body if isinstance(line, ast.Import | ast.ImportFrom)]
    exec(compile(script, "imports", "exec"), {})
