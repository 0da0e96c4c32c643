"""The first visitor waits for no module: the server has loaded what pages load before anybody comes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.browser.conftest import LOGS, serve
from tests.conftest import PROJECT

OPEN_EVERY_PAGE = """
import sys
from streamlit.testing.v1 import AppTest
from ui.navigation import PAGES
from ui.server import preload

preload.load()
before = set(sys.modules)
app = AppTest.from_file("app.py", default_timeout=60)
for page in PAGES:
    assert not app.switch_page(page.file).run().exception
late = {name for name in set(sys.modules) - before if name.split(".")[0] in ("ui", "data", "models", "holidays")}
sys.exit(" ".join(sorted(late)) or 0)
"""


def test_no_page_has_a_module_of_ours_left_to_load(blank: Path, tmp_path: Path) -> None:
    path = shutil.copy(blank, tmp_path)
    env = {**os.environ, "ANTIGASPI_DB": str(path), "ANTIGASPI_AUTO_REFRESH": "0"}
    command = [sys.executable, "-c", OPEN_EVERY_PAGE]
    opened = subprocess.run(command, cwd=PROJECT, env=env, capture_output=True, text=True)
    assert opened.returncode == 0, opened.stderr


def test_a_server_loads_the_pages_before_anybody_comes(blank: Path, tmp_path: Path) -> None:
    # Python writes the name of each module that it loads.
    with serve(Path(shutil.copy(blank, tmp_path)), PYTHONPROFILEIMPORTTIME="1") as address:
        last_moment = time.monotonic() + 60
        while "ui.scale_up.view" not in LOGS[address].read_text(encoding="utf-8"):
            assert time.monotonic() < last_moment, "the pages are not loaded"
            time.sleep(0.1)
