"""Whatever the application may import while it runs is there once requirements.txt is installed, and nothing else."""

from __future__ import annotations

import ast
import subprocess

from tests.conftest import PROJECT
from tests.test_architecture import FILES

SERVED = PROJECT / ".venv-served" / "bin" / "python"
# Loaded by Streamlit and by pandas only when somebody signs in, or when a table is written.
LAZY = {"authlib.integrations.starlette_client", "httpx", "joserfc", "pandas.io.formats.style", "dask", "distributed"}
TRY_ALL = """
import importlib, sys
missing = []
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception as error:
        missing.append(f"{name}: {error!r}")
sys.exit("\\n".join(missing) or 0)
"""


def imported(source: str) -> set[str]:
    """Return every module that a file imports, at its top or in a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names.add(node.module)
    return names


def test_every_import_of_the_application_is_in_the_requirements() -> None:
    subprocess.run(["make", "--silent", ".venv-served/run.stamp"], cwd=PROJECT, check=True)
    names = LAZY.union(*(imported(path.read_text(encoding="utf-8")) for path in FILES))
    tried = subprocess.run([SERVED, "-c", TRY_ALL, *sorted(names)], cwd=PROJECT, capture_output=True, text=True)
    assert tried.returncode == 0, tried.stderr
