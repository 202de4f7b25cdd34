"""Build requirements that nobody declared, found by reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.build.build_requirements import build_requirements, undeclared_words
from condasync.build.project import read_project
from condasync.build.source_imports import cimports_of, imports_of, literal_arguments
from condasync.build.source_tree import read_tree
from tests.build import crick
from tests.build.conftest import WriteTree


def _undeclared(root: Path) -> list[str]:
    found = build_requirements(read_project(root), read_tree(root))
    return [one.name for one in found.undeclared]


def test_crick_needs_numpy_and_cython(tmp_path: Path, write_tree: WriteTree) -> None:
    """Both are named with their lines; setuptools, the standard library and versioneer beside setup.py are not."""
    root = write_tree(tmp_path / "crick", crick.FILES)
    found = build_requirements(read_project(root), read_tree(root))
    assert undeclared_words(found.undeclared) == (
        "the build imports Cython (setup.py:7) and numpy (setup.py:4), which the project does not declare"
    )
    assert found.declared == ()
    assert [one.conda_name for one in found.undeclared] == ["cython", "numpy"]


@pytest.mark.parametrize(
    "files",
    [
        {"pyproject.toml": '[build-system]\nrequires = ["setuptools", "NumPy>=1", "cython"]\n'},
        {"setup.cfg": "[options]\nsetup_requires =\n    numpy>=1\n    Cython\n"},
        {"setup.py": crick.SETUP.replace("packages=", "setup_requires=['numpy', 'Cython'], packages=")},
    ],
)
def test_declared_ones_are_no_findings(tmp_path: Path, write_tree: WriteTree, files: dict[str, str]) -> None:
    """Every place where a build can declare what it needs is read."""
    assert _undeclared(write_tree(tmp_path / "crick", {**crick.FILES, **files})) == []


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ({"setup.py": "", "x/a.pyx": "cimport numpy"}, ["Cython", "numpy"]),
        ({"setup.py": "", "x/a.pyx": "", "x/a.cpp": ""}, []),
        ({"setup.py": "", "tests/a.pyx": ""}, []),
        (
            {
                "pyproject.toml": '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"',
                "CMakeLists.txt": "find_package(pybind11 CONFIG REQUIRED)\nfind_package(Python COMPONENTS NumPy)",
            },
            ["numpy", "pybind11"],
        ),
        (
            {
                "pyproject.toml": '[build-system]\nrequires = ["meson-python"]\nbuild-backend = "mesonpy"',
                "meson.build": "project('x', 'c', 'cython')\nnp = dependency('numpy')",
            },
            ["Cython", "numpy"],
        ),
        (
            {
                "pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "flit_core.x"',
                "setup.py": "import numpy",
            },
            [],
        ),
    ],
)
def test_other_build_files_are_read(
    tmp_path: Path, write_tree: WriteTree, files: dict[str, str], names: list[str]
) -> None:
    """Cython sources, CMake and meson say what they need; translated sources and unused setup.py files do not count."""
    assert _undeclared(write_tree(tmp_path, files)) == names


@pytest.mark.parametrize(
    ("code", "modules"),
    [
        ("import yaml", ["yaml"]),
        ("import os, sys, distutils.core, pkg_resources, setuptools.command", []),
        ("from . import x\nfrom .y import z", []),
        ("try:\n    import numpy\nexcept ImportError:\n    numpy = None", []),
        ("try:\n    import numpy\nexcept ImportError:\n    raise SystemExit('numpy is needed')", ["numpy"]),
        ("try:\n    import numpy\nexcept ImportError:\n    print('x')\n    sys.exit(1)", ["numpy"]),
        ("try:\n    import numpy\nfinally:\n    pass", ["numpy"]),
        ("try:\n    import a\nexcept ImportError:\n    import b", ["b"]),
        ("class B(build_ext):\n    def run(self):\n        import numpy", ["numpy"]),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy", []),
        ("try:\n    import a\nexcept Exception:\n    pass\nimport a", ["a"]),
        ("print 'python 2'", []),
        ("x = '\0'", []),
    ],
)
def test_which_imports_count(code: str, modules: list[str]) -> None:
    """Only what the build cannot do without: a caught import is optional, one whose handler gives up is not."""
    assert [one.module for one in imports_of(code) if not one.guarded] == modules


def test_nothing_is_run(tmp_path: Path, write_tree: WriteTree) -> None:
    """A setup.py that would destroy something is only read."""
    mark = tmp_path / "mark"
    root = write_tree(tmp_path / "p", {"setup.py": f"import numpy\nopen({str(mark)!r}, 'w')\n"})
    assert _undeclared(root) == ["numpy"]
    assert not mark.exists()


def test_setup_arguments_through_a_name() -> None:
    """A list that is bound to a name first is found; what is computed is not guessed."""
    assert literal_arguments("r = ['a', 'b']\nsetuptools.setup(setup_requires=r)", "setup_requires") == ("a", "b")
    assert literal_arguments("setup(setup_requires='a\\nb')", "setup_requires") == ("a", "b")
    assert literal_arguments("x = x\nsetup(setup_requires=x)", "setup_requires") == ()
    assert literal_arguments("setup(setup_requires=read())", "setup_requires") == ()


def test_cimports() -> None:
    """Cython's own headers are no requirements."""
    assert cimports_of("cimport numpy as np\nfrom libc.math cimport sin\nfrom scipy.linalg cimport x") == (
        "numpy",
        "scipy",
    )
