"""The OpenAPI document is true: whatever is sent, the answer is one that it describes, and never an error of ours."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.pages.conftest import add_forecasts
from tests.ui.api.conftest import City
from ui.api.document import document
from ui.api.door import ENDPOINTS

# How many calls are tried every day; ANTIGASPI_API_CALLS=2000 for a long search.
CALLS = int(os.environ.get("ANTIGASPI_API_CALLS", "66"))
# What a schema cannot say: octets by chance are no file of a canteen; a period ends after it begins.
MAY_BE_REFUSED = ("POST /deposits", "GET /forecasts")


def as_from_here(app: Callable[..., Any]) -> Callable[..., Any]:
    """Let the requests of the test client come from this machine."""

    async def from_here(scope: dict[str, Any], receive: object, send: object) -> None:
        if scope["type"] == "http":
            headers = [(name, b"localhost" if name == b"host" else value) for name, value in scope["headers"]]
            scope = {**scope, "client": ("127.0.0.1", 5000), "headers": headers}
        await app(scope, receive, send)

    return from_here


def test_every_answer_is_one_that_the_document_describes(city: City) -> None:
    add_forecasts(city.store)
    schema = schemathesis.openapi.from_dict(document())
    schema.app = as_from_here(city.app)
    headers = {"Authorization": f"Bearer {city.tokens['mission']}"}
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == len(ENDPOINTS)
    for operation, mode in product(operations, GenerationMode):
        excluded = [positive_data_acceptance] if operation.label in MAY_BE_REFUSED else []
        try:
            strategy = operation.as_strategy(generation_mode=mode)
            each_case(
                strategy,
                lambda case, excluded=excluded: case.call_and_validate(headers=headers, excluded_checks=excluded),
            )
        except Unsatisfiable:  # nothing can be wrong in what has no parameter
            assert mode == GenerationMode.NEGATIVE


def each_case(strategy: SearchStrategy[schemathesis.Case], check: Callable[[schemathesis.Case], object]) -> None:
    @given(strategy)
    @settings(
        max_examples=max(1, CALLS // len(ENDPOINTS) // 2),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        derandomize=True,
    )
    def each(case: schemathesis.Case) -> None:
        check(case)

    each()


def test_the_document_describes_every_address_and_no_other() -> None:
    described = {(method.upper(), path) for path, methods in document()["paths"].items() for method in methods}
    assert described == set(ENDPOINTS)
