"""What `deploy/` gives to copy: it names what there is, and closes what it says."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.browser.test_sign_in import ROOMS
from tests.conftest import PROJECT
from ui.server.start import NEEDED_SETTINGS

DEPLOY = PROJECT / "deploy"


def test_the_image_has_every_room_and_no_secret() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = [word for line in re.findall(r"^COPY (.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert not [path for path in copied if not (PROJECT / path).exists()]
    assert {path.split("/")[0] for path in copied} >= {*ROOMS, "antigaspi.py", "requirements.txt"}
    assert not [path for path in copied if path in (".", ".streamlit") or "secrets" in path]
    assert text.index("USER antigaspi") < text.index('CMD ["python", "-m"')


def test_the_service_is_one_that_systemd_reads_and_has_no_right_it_does_not_need(tmp_path: Path) -> None:
    text = (DEPLOY / "systemd" / "antigaspi.service").read_text(encoding="utf-8")
    for line in (
        "User=antigaspi",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "KillMode=mixed",
    ):
        assert f"\n{line}\n" in text
    if not shutil.which("systemd-analyze"):
        return
    unit = tmp_path / "antigaspi.service"
    unit.write_text(text.replace("/opt/antigaspi/.venv/bin/python", "/bin/true"), encoding="utf-8")
    read = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    assert (read.returncode, read.stderr) == (0, "")


def test_the_example_of_a_sign_in_has_every_setting_and_no_secret() -> None:
    settings = tomllib.loads((DEPLOY / "secrets.example.toml").read_text(encoding="utf-8"))
    assert set(settings["auth"]) == set(NEEDED_SETTINGS)
    assert settings["auth"]["client_secret"] == settings["auth"]["cookie_secret"] == ""
    assert settings["accounts"]["first_administrator"]


@pytest.mark.parametrize(
    "name", ["secrets.example.toml", "Containerfile", "systemd/antigaspi.service", "nginx/antigaspi.conf"]
)
def test_every_block_says_what_it_is_for(name: str) -> None:
    blocks = (DEPLOY / name).read_text(encoding="utf-8").split("\n\n")
    assert not [
        block for block in blocks if "#" not in block and not block.strip().startswith(("[", "}", "location / {"))
    ]
