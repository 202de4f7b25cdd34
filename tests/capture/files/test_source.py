"""Files are recognised by name, then by content."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.capture.files.source import source_for_file
from condasync.errors import CaptureError
from condasync.model.environment import Environment

Capture = Callable[..., Environment]

ENVIRONMENT = "dependencies:\n  - numpy\n"
PROJECT = '[project]\nname = "x"\ndependencies = ["numpy"]\n'
TABLE = "# packages in environment at /opt/env:\n#\n# Name Version Build Channel\nnumpy 1.26.4 py311_0 conda-forge\n"
EXPORT = "# platform: linux-64\nnumpy=1.26.4=py311_0\n"
EXPLICIT = "@EXPLICIT\nhttps://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py311_0.conda\n"
JSON = '[{"name": "numpy", "version": "1.26.4"}]'


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("environment.yml", ENVIRONMENT, "environment.yml"),
        ("ci/py311.yaml", ENVIRONMENT, "environment.yml"),
        ("env.YML", ENVIRONMENT, "environment.yml"),
        ("environment", ENVIRONMENT, "environment.yml"),
        ("environment.json", '{"name": "x", "dependencies": ["numpy"]}', "environment.yml"),
        ("pyproject.toml", PROJECT, "pyproject.toml"),
        ("other.toml", PROJECT, "pyproject.toml"),
        ("project", PROJECT, "pyproject.toml"),
        ("requirements.txt", "numpy\n", "requirements.txt"),
        ("requirements-dev.in", "numpy\n", "requirements.txt"),
        ("constraints.txt", "numpy\n", "requirements.txt"),
        ("freeze", "numpy==1.26.4\n", "requirements.txt"),
        ("deps.txt", "# what I use\nnumpy==1.26.4\n", "requirements.txt"),
        ("deps.txt", "--pre\nnumpy\n", "requirements.txt"),
        ("list.txt", TABLE, "conda-list"),
        ("list.txt", EXPORT, "conda-list"),
        ("requirements.txt", EXPORT, "conda-list"),
        ("spec-file.txt", EXPLICIT, "conda-list"),
        ("list.json", JSON, "conda-list"),
        ("list", JSON, "conda-list"),
        ("list.json", "[]", "conda-list"),
    ],
)
def test_kind_is_recognised(capture: Capture, name: str, text: str, kind: str) -> None:
    """Each format is read as itself, under its usual name and where the name says nothing."""
    environment = capture(name, text)
    assert [(one.path, one.kind) for one in environment.inputs] == [(name, kind)]
    assert environment.kind == "files"
    assert [package.name for package in environment.packages] == (["numpy"] if text != "[]" else [])


@pytest.mark.parametrize("name", ["requirements.txt", "environment.yml", "pyproject.toml", "list.json", "what.ever"])
@pytest.mark.parametrize("text", ["", " \n\t\n"])
def test_empty_file_is_an_error(capture: Capture, name: str, text: str) -> None:
    """An empty file is no environment without packages: most often something went wrong before."""
    with pytest.raises(CaptureError, match=r"is empty$"):
        capture(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "# nothing yet\n"),
        ("environment.yml", "dependencies: []\n"),
        ("environment.yml", "dependencies:\n"),
        ("pyproject.toml", '[project]\nname = "x"\n'),
    ],
)
def test_file_that_lists_nothing_is_told(capture: Capture, name: str, text: str) -> None:
    """A well-formed file without packages is captured, with a finding."""
    environment = capture(name, text)
    assert environment.packages == ()
    assert [(one.code, one.severity, one.where) for one in environment.findings] == [
        ("nothing-listed", "warning", name)
    ]


def test_unknown_kind_tells_the_known_ones(capture: Capture) -> None:
    """The error for an unknown file says what would have been understood."""
    with pytest.raises(CaptureError) as caught:
        capture("setup.py", "from setuptools import setup\nsetup()\n")
    assert caught.value.message == "setup.py: this kind of file is not known"
    assert "pip freeze" in caught.value.hints[0]


def test_file_is_read_once(tmp_path: Path) -> None:
    """What was recognised is what is captured, also when the file changes in between."""
    path = tmp_path / "requirements.txt"
    path.write_text("numpy\n", encoding="utf-8")
    source = source_for_file(path)
    path.write_text("scipy\n", encoding="utf-8")
    assert [package.name for package in source.capture().packages] == ["numpy"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="needs a user that permissions apply to")
def test_unreadable_file_is_an_error(tmp_path: Path) -> None:
    """A file without read permission is named with the system's reason."""
    path = tmp_path / "requirements.txt"
    path.write_text("numpy\n", encoding="utf-8")
    path.chmod(0)
    with pytest.raises(CaptureError, match="cannot be read: Permission denied"):
        source_for_file(path)
