"""What Streamlit runs again without its page (fragments, dialogs) checks access by itself."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.conftest import PROJECT

PARTS = [
    pytest.param(node, id=f"{path.name}:{node.name}")
    for path in sorted(Path(PROJECT).glob("ui/**/*.py")) + sorted(Path(PROJECT).glob("pages/*/*.py"))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef)
    and any("st.fragment" in ast.unparse(mark) or "st.dialog" in ast.unparse(mark) for mark in node.decorator_list)
]


@pytest.mark.parametrize("part", PARTS)
def test_the_first_thing_a_fragment_does_is_to_check_access(part: ast.FunctionDef) -> None:
    documented = isinstance(part.body[0], ast.Expr) and isinstance(part.body[0].value, ast.Constant)
    assert "require(" in ast.unparse(part.body[1 if documented else 0])


def test_there_are_fragments_to_check() -> None:
    assert len(PARTS) >= 3
