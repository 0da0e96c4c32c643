"""Other programs read our Table Schemas as the standard says, and find our example files right."""

from __future__ import annotations

import json

import pytest
from frictionless import Dialect, Resource, Schema
from frictionless.formats import CsvControl

from data.export.templates import filled_example
from data.kinds import FOLDER, kinds


@pytest.mark.parametrize("kind", kinds())
def test_a_schema_is_valid_and_so_is_its_own_example(kind: str) -> None:
    schema = Schema.from_descriptor(json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8")))
    form = {"format": "csv", "encoding": "utf-8-sig", "dialect": Dialect(controls=[CsvControl(delimiter=";")])}
    report = Resource(filled_example(kind, "csv"), schema=schema, **form).validate()
    assert report.valid, report.flatten(["fieldName", "message"])
    assert report.task.stats["rows"] == 1
