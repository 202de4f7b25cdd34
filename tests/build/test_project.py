"""What a project folder says of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.build.project import LEGACY_BACKEND, read_project, setup_requires
from condasync.errors import BuildError
from tests.build.conftest import WriteTree


def test_pyproject_states_everything(tmp_path: Path, write_tree: WriteTree) -> None:
    """Backend, metadata, scripts and external libraries are read as they stand."""
    text = """
[build-system]
requires = ["hatchling>=1"]
build-backend = "hatchling.build"
[project]
name = "Some.Thing"
version = "1.0"
description = "words"
license = "MIT"
dependencies = ["numpy>=1"]
requires-python = ">=3.9"
urls = { Homepage = "https://example.org/x" }
scripts = { thing = "some.thing:main" }
[external]
host-requires = ["pkg:generic/zlib"]
[tool.condasync]
extern = ["libcurl"]
"""
    project = read_project(write_tree(tmp_path, {"pyproject.toml": text}))
    assert project.backend == "hatchling.build"
    assert project.build_requires == ("hatchling>=1",)
    assert (project.name, project.version, project.summary, project.license) == ("Some.Thing", "1.0", "words", "MIT")
    assert (project.requires, project.requires_python) == (("numpy>=1",), ">=3.9")
    assert (project.home, project.scripts) == ("https://example.org/x", ("thing = some.thing:main",))
    assert project.external == ("pkg:generic/zlib", "libcurl")


def test_setup_cfg_stands_in(tmp_path: Path, write_tree: WriteTree) -> None:
    """Without a pyproject.toml the legacy backend builds, and setup.cfg says what is literal."""
    text = """
[metadata]
name = old
version = attr: old.__version__
[options]
python_requires = >=3.8
setup_requires = numpy; cython
install_requires =
    dask>=2; python_version > "3.8"
    # a remark
    toolz
"""
    project = read_project(write_tree(tmp_path, {"setup.py": "", "setup.cfg": text}))
    assert (project.backend, project.name, project.version) == (LEGACY_BACKEND, "old", None)
    assert project.requires == ('dask>=2; python_version > "3.8"', "toolz")
    assert setup_requires(tmp_path) == ("numpy", "cython")


@pytest.mark.parametrize(
    ("files", "reason", "words"),
    [
        ({"README.md": ""}, "no-project", "neither pyproject.toml nor setup.py"),
        ({"pyproject.toml": "[project"}, "project-malformed", "pyproject.toml: cannot be read"),
        ({"pyproject.toml": b"\xff"}, "project-malformed", "pyproject.toml: cannot be read"),
        ({"setup.py": "", "setup.cfg": "name = x"}, "project-malformed", "setup.cfg: cannot be read"),
    ],
)
def test_faults(tmp_path: Path, write_tree: WriteTree, files: dict[str, str | bytes], reason: str, words: str) -> None:
    """Every kind of folder that cannot be built says why."""
    with pytest.raises(BuildError, match=words) as fault:
        read_project(write_tree(tmp_path, files))
    assert fault.value.reason == reason


def test_strange_types_count_as_nothing(tmp_path: Path, write_tree: WriteTree) -> None:
    """A table where a text is wanted is no crash."""
    text = 'project = 3\n[build-system]\nrequires = "x"\nbuild-backend = ["y"]\n'
    project = read_project(write_tree(tmp_path, {"pyproject.toml": text}))
    assert (project.backend, project.build_requires, project.name) == (LEGACY_BACKEND, (), None)


@pytest.mark.parametrize(
    ("setup", "stated"),
    [
        ("setup(name='old', version='1.0')", ("old", "1.0")),
        ("NAME = 'old'\nsetuptools.setup(name=NAME, version=read_version())", ("old", None)),
        ("setup(", (None, None)),
        ("", (None, None)),
    ],
)
def test_setup_py_is_read_for_literals(
    tmp_path: Path, write_tree: WriteTree, setup: str, stated: tuple[str | None, str | None]
) -> None:
    """What it computes stays unknown, for it is never run."""
    project = read_project(write_tree(tmp_path, {"setup.py": setup}))
    assert (project.name, project.version) == stated
