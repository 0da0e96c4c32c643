"""Whatever is typed on the command line, the answer is in French: argparse itself would answer in English."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable

import pytest
from streamlit import net_util
from streamlit.runtime.pages_manager import PagesManager

import antigaspi
from data.cli import main as data
from data.kinds import kinds
from models.__main__ import main as models
from ui.server.start import main as ui

ENGLISH = re.compile(
    r"(?im)\b(usage|positional|the|show|message|exit|error|invalid|choose|choice|required|following|unrecognized|expected"
    r"|ambiguous|could|ignored|allowed|with|value)\b|^options:"
)
EXPORTS = [f"export {name}" for name in ("all", *kinds(), "ma-cantine")]
COMMANDS = [*antigaspi.OF_DATA, "refresh", "backtest", *EXPORTS]
MISUSES = [
    "import",
    "undo",
    "undo premier",
    "redo",
    "export",
    "export tout --to .",
    "export all",
    "export all --to",
    "export all --to . --format pdf",
    "export ma-cantine --cantine A --from hier --to 01/01/2026",
    "export ma-cantine --f journal.csv",
    "backup",
    "restore",
    "user",
    "user agent@ville.fr",
    "user agent@ville.fr chef",
    "demo --if-new=oui",
    "backtest",
    "backtest --from hier",
    "backtest --every day",
    "backtest --lead-days trois",
]


@pytest.fixture(autouse=True)
def _restored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restore afterwards what the start of the server changes in its process."""
    for place, name in ((sys, "argv"), (PagesManager, "uses_pages_directory")):
        monkeypatch.setattr(place, name, getattr(place, name))
    for name in ("get_external_ip", "get_internal_ip"):
        monkeypatch.setattr(net_util, name, getattr(net_util, name))


def answer(run: Callable[[list[str]], int], line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return the exit code of a command and all it printed."""
    try:
        code = run(line.split())
    except SystemExit as stop:
        code = int(stop.code or 0)
    output = capsys.readouterr()
    return code, output.out + output.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_french_help_and_refuses_in_french_an_option_or_a_word_too_many(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = answer(antigaspi.main, f"{command} --help", capsys)
    assert (code, ENGLISH.findall(text)) == (0, [])
    assert "Utilisation\u00a0: python -m" in text
    assert "afficher cette aide" in text
    for wrong in (f"{command} --inconnue", f"{command} 1 mission de trop"):
        if wrong == "import 1 mission de trop":  # any number of files
            continue
        code, text = answer(antigaspi.main, wrong, capsys)
        assert (code, ENGLISH.findall(text)) == (2, [])
        assert "erreur\u00a0: " in text


@pytest.mark.parametrize("line", MISUSES)
def test_every_misuse_is_refused_in_french(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    code, text = answer(antigaspi.main, line, capsys)
    assert (code, ENGLISH.findall(text)) == (2, [])
    assert "erreur\u00a0: " in text


@pytest.mark.parametrize(
    ("run", "line", "expected"),
    [
        (data, "", 2),
        (data, "--help", 0),
        (data, "importer", 2),
        (models, "", 2),
        (models, "--help", 0),
        (models, "prévoir", 2),
        (antigaspi.main, "", 0),
        (antigaspi.main, "--help", 0),
        (antigaspi.main, "importer", 1),
        (antigaspi.main, "run --help", 0),
        (antigaspi.main, "run --inconnue", 1),
        (ui, "--help", 0),
        (ui, "--server.port abc", 1),
        (ui, "importer", 1),
    ],
)
def test_every_entry_point_answers_in_french(
    run: Callable[[list[str]], int], line: str, expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = answer(run, line, capsys)
    assert (code, ENGLISH.findall(text)) == (expected, [])
    assert text
