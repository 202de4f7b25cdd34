"""The documentation cannot drift from the program."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from condasync import errors
from condasync.cli.run import BUG, INTERRUPTED

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    """Return docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_cli_page_is_up_to_date(generate: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/cli.md shows the help texts of today; `make docs` writes it anew."""
    monkeypatch.setenv("COLUMNS", "110")
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == generate.cli_page()


def test_every_command_is_on_the_page(generate: ModuleType) -> None:
    """A new command cannot be forgotten."""
    listed = set(re.findall(r"^  ([a-z]+) ", generate.help_text(()).partition("Commands:")[2], re.MULTILINE))
    assert listed == {command[0] for command in generate.COMMANDS if command}


def test_exit_codes_are_documented() -> None:
    """docs/contract.md lists every exit code that an error can have."""
    page = (ROOT / "docs" / "contract.md").read_text(encoding="utf-8")
    documented = {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)}
    kinds = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    codes = {kind.exit_code for kind in kinds if issubclass(kind, errors.CondasyncError)}
    assert documented == codes | {0, 1, BUG, INTERRUPTED}


def test_readme_commands_exist() -> None:
    """Every `condasync COMMAND` of the README is a command."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\$? ?condasync ([a-z]+)", text, re.MULTILINE))
    assert named
    assert named <= set(re.findall(r"^## condasync ([a-z]+)", page, re.MULTILINE))


def test_links_lead_somewhere() -> None:
    """Every relative link of the README and the docs leads to a file."""
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"
