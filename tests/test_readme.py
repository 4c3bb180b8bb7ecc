"""What the README tells people to type works."""

import re
import shlex
from pathlib import Path

import pytest

from explorer.bundled import BUNDLED
from tests.command import run

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^\.venv/bin/explorer (.+?)(?:\s+#.*)?$", README, re.MULTILINE)


@pytest.mark.parametrize("command", [command for command in COMMANDS if not command.startswith("reconstruct")])
def test_every_command_of_the_readme_works(command, tmp_path):
    words = command.replace("FOLDER", str(BUNDLED)).replace("OUT", str(tmp_path / "out"))
    ran = run(*shlex.split(words))
    assert ran.code == 0, ran.err
    # A long run says on the other stream how far it is.
    assert all("definitions" in line or "done" in line for line in ran.err.splitlines())


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"^make (\w+)|`make (\w+)`", README, re.MULTILINE))
    assert {name for pair in named for name in pair if name} >= {"run", "test", "check", "bench"}
    assert {name for pair in named for name in pair if name} <= targets


def test_every_folder_of_the_readme_is_there():
    for path in re.findall(r"^\| `([^`]+)`", README, re.MULTILINE):
        assert (ROOT / path).exists(), path


def test_links_of_the_readme_lead_somewhere():
    for path in re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r'(?:src|srcset)="([^"]+)"', README):
        assert (ROOT / path).exists(), path
