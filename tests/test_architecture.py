"""The house keeps its walls: imports run one way, pages stay short, and each checks access first."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = ("app", "pages", "ui", "models", "data")
MAY_IMPORT = {
    "app": {"ui"},
    "pages": {"ui", "models", "data"},
    "ui": {"ui", "data"},
    "models": {"models", "data"},
    "data": {"data"},
}
# The session starts the computation of the forecasts; models.refresh runs it in a process of its own.
# The running application runs the command that computes them for the command line.
EXCEPTIONS = {
    ("ui/session.py", "models.refresh"),
    ("ui/session.py", "models.failures"),
    ("ui/api/command.py", "models.__main__"),
}
FILES = [
    path
    for room in ROOMS
    for path in ([PROJECT / "app.py"] if room == "app" else sorted((PROJECT / room).rglob("*.py")))
    if path.exists()
]
PAGES = [path for path in FILES if path.relative_to(PROJECT).parts[0] == "pages"]


def _name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_no_import_arrow_runs_back(path: Path) -> None:
    room = path.relative_to(PROJECT).parts[0].removesuffix(".py")
    for module in _imports(path):
        target = module.split(".")[0]
        excused_room = any(_name(path) == file for file, _ in EXCEPTIONS)
        excused = any(_name(path) == file and module.startswith(name) for file, name in EXCEPTIONS)
        if target in ROOMS and target != room and not (excused or (module == "models" and excused_room)):
            assert target in MAY_IMPORT[room], f"{_name(path)} imports {module}"


@pytest.mark.parametrize("path", [p for p in FILES if p.relative_to(PROJECT).parts[0] in ("data", "models")], ids=_name)
def test_no_streamlit_in_data_or_models(path: Path) -> None:
    assert not any(module.split(".")[0] == "streamlit" for module in _imports(path))


@pytest.mark.parametrize("path", FILES, ids=_name)
def test_no_function_is_over_40_lines(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno + 1 <= 40, f"{_name(path)}: {node.name}"


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_no_page_is_over_80_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_the_first_thing_a_page_does_is_to_check_access(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    statements = [
        node
        for node in body
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
    ]
    assert "require(" in ast.unparse(statements[0]), f"{_name(path)}: {ast.unparse(statements[0])}"


def test_pages_are_only_in_sub_folders_so_that_no_deep_link_goes_around_the_door() -> None:
    assert not list((PROJECT / "pages").glob("*.py"))


def test_nothing_is_fetched_from_outside_at_run_time() -> None:
    sources = [*FILES, *(PROJECT / ".streamlit").glob("*.toml"), *PROJECT.glob("ui/**/*.css")]
    for path in sources:
        text = path.read_text(encoding="utf-8")
        for host in ("fonts.googleapis", "cdn.", "unpkg.com", "jsdelivr", "tile.openstreetmap", "mapbox"):
            assert host not in text, f"{_name(path)} mentions {host}"


def test_no_real_data_is_tracked() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert not [name for name in tracked.splitlines() if name.endswith((".csv", ".duckdb", ".parquet"))]


def test_no_file_needs_itself_by_way_of_others() -> None:
    modules = {_module(path): path for path in FILES}
    needs = {name: _imports(path) & modules.keys() - {name} for name, path in modules.items()}
    # Raises CycleError, which names the files of the circle.
    list(TopologicalSorter(needs).static_order())


def test_no_folder_needs_itself_by_way_of_others() -> None:
    """The ground of a room is a folder like the others; its `__main__`, where a command starts, stands outside."""
    folders = {_module(path): _name(path.parent) for path in FILES}
    needs: dict[str, set[str]] = {folder: set() for folder in folders.values()}
    for path in FILES:
        if path.name != "__main__.py":
            needs[_name(path.parent)] |= {folders[name] for name in _imports(path) & folders.keys()} - {
                _name(path.parent)
            }
    list(TopologicalSorter(needs).static_order())


def test_no_folder_holds_more_than_one_can_take_in() -> None:
    count = Counter(path.parent for path in FILES)
    assert not {folder: files for folder, files in count.items() if files > 15}


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


# What stands once, and the only file that may write it.
FACTS = {
    "a CSV file": (r"csv\.writer\(|\.to_csv\([^)]*sep=", "data/export/files.py"),
    "the sum of the three weights": (r"preparation_kg \+ unserved_kg", "data/migrations"),
    "the filter by place": (r"AND \$end\s+AND \(\$district IS NULL", "data/migrations"),
    "the names of the weekdays": (r"\"lundi\", \"mardi\"|'lundi', 'mardi'", "data/calendar/names.py"),
    "the names of the months": (r"\"janvier\", \"février\"", "data/calendar/names.py"),
    "the year of two digits": (r"2000 \+", "data/reading/dates.py"),
    "a colour": (r"#[0-9a-f]{6}\b|rgba?\([1-9]|_(BLUE|ORANGE|GREEN|PURPLE|GREY)\b", "ui/palette.py"),
    "how far weighings can be trusted": (r"\"insuffisante\"", "data/queries/waste.py"),
}


@pytest.mark.parametrize("fact", FACTS)
def test_who_changes_a_fact_changes_one_file(fact: str) -> None:
    written, home = FACTS[fact]
    found = {_name(path) for path in FILES if re.search(written, path.read_text(encoding="utf-8"))}
    assert found <= {home}, f"{fact} is written again"


NAMED_PATH = re.compile(r"`((?:data|models|ui|tests|benchmarks|pages|docs)/[\w./*-]+)`")


@pytest.mark.parametrize(
    "document", [*PROJECT.glob("docs/*.md"), PROJECT / "README.md", PROJECT / "CONTRIBUTING.md"], ids=_name
)
def test_who_reads_a_document_finds_the_files_it_names(document: Path) -> None:
    named = NAMED_PATH.findall(document.read_text(encoding="utf-8"))
    files = {path for path in named for form in (path.rstrip("/"), f"{path}.py") if list(PROJECT.glob(form))}
    assert not set(named) - files
