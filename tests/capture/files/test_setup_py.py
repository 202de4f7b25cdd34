"""What a setup.py states in literals."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.capture.files.local_project import ProjectFacts, read_project
from condasync.capture.files.setup_py import setup_arguments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "from setuptools import setup\nsetup(name='a', version='1', install_requires=['b>=1', 'c'])",
            {"name": "a", "version": "1", "install_requires": ("b>=1", "c")},
        ),
        ("import setuptools\nsetuptools.setup(name='a', version=read(), install_requires=needs)", {"name": "a"}),
        ("setup(install_requires=['b', computed()])", {}),
        ("setup(**options)", {}),
        ("other(name='a')", {}),
        ("setup(", {}),
        ("\0", {}),
        ("(" * 5000, {}),
    ],
)
def test_only_literals_count(text: str, found: dict[str, object]) -> None:
    """What is computed, and what is no Python, says nothing."""
    assert setup_arguments(text) == found


def test_a_project_with_only_a_setup_py_has_a_name(tmp_path: Path) -> None:
    """After pyproject.toml and setup.cfg, which count before it; nothing is run."""
    (tmp_path / "setup.py").write_text(
        "raise SystemExit\nsetup(name='a', version='1', install_requires='b')", encoding="utf-8"
    )
    assert read_project(tmp_path) == ProjectFacts(name="a", version="1", requires=("b",))
    (tmp_path / "setup.cfg").write_text("[metadata]\nname = other\n", encoding="utf-8")
    assert read_project(tmp_path).name == "other"
