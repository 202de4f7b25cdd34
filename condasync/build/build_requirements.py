"""What a project needs to be built and does not declare; found by reading, nothing is run."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from condasync.build.import_names import CONDA_NAMES, TOOLING, provider_of
from condasync.build.project import Project, setup_requires
from condasync.build.source_imports import cimports_of, imports_of, literal_arguments
from condasync.build.source_tree import SourceTree
from condasync.convert.requirement import normalise

_TEXT_LIMIT = 1 << 20
_CMAKE_PACKAGES: Mapping[str, str] = {"pybind11": "pybind11", "nanobind": "nanobind", "numpy": "numpy"}
_FIND_PACKAGE = re.compile(r"find_package\s*\(\s*(\w+)", re.IGNORECASE)
_NUMPY_COMPONENT = re.compile(r"find_package\s*\(\s*Python3?[^)]*\bNumPy\b", re.IGNORECASE)
_MESON_DEPENDENCY = re.compile(r"dependency\s*\(\s*'(\w+)'")
_MESON_CYTHON = re.compile(r"project\s*\([^)]*'cython'", re.DOTALL)
_NEITHER = ("doc/", "docs/", "examples/", "test/", "tests/", "benchmarks/")


@dataclass(frozen=True, slots=True, kw_only=True)
class UndeclaredRequirement:
    """Name what a build needs and does not declare: a PyPI name, the module, and where it is imported (`file:line`)."""

    name: str
    module: str
    where: str

    @property
    def conda_name(self) -> str:
        """Return the name on conda-forge."""
        return conda_name_of(self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildRequirements:
    """Hold what a project's build needs: `declared` as written, `undeclared` sorted by normalised name."""

    declared: tuple[str, ...]
    undeclared: tuple[UndeclaredRequirement, ...]


def conda_name_of(pypi_name: str) -> str:
    """Return the conda-forge name of a build requirement."""
    name = normalise(pypi_name)
    return CONDA_NAMES.get(name, name)


def build_requirements(project: Project, tree: SourceTree) -> BuildRequirements:
    """Return what the build declares, and what its files import besides.

    Read are setup.py (imports, `setup_requires`), setup.cfg, an in-tree backend, `*.pyx` and `*.pxd` (Cython itself and
    `cimport`s), CMakeLists.txt and meson.build. Modules that lie beside setup.py are the project's own.
    """
    texts = {file.relative: _text(file.path) for file in tree.files if _is_read(file.relative)}
    setup = texts.get("setup.py", "")
    declared = tuple(
        dict.fromkeys(
            (*project.build_requires, *setup_requires(project.root), *literal_arguments(setup, "setup_requires"))
        )
    )
    known = {*filter(None, map(_name, declared)), *(TOOLING | {normalise(project.name or "")})}
    own = _own_modules(tree)
    names = frozenset(file.relative for file in tree.files)
    found: dict[str, UndeclaredRequirement] = {}
    for module, where in (*_python(texts, project), *_cython(texts, names), *_cmake(texts), *_meson(texts)):
        name = provider_of(module)
        if module not in own and normalise(name) not in known and normalise(name) not in found:
            found[normalise(name)] = UndeclaredRequirement(name=name, module=module, where=where)
    return BuildRequirements(declared=declared, undeclared=tuple(found[name] for name in sorted(found)))


def undeclared_words(undeclared: Iterable[UndeclaredRequirement]) -> str:
    """Return a clause that names what is not declared and where it is imported, "" for none."""
    names = [f"{one.name} ({one.where})" for one in undeclared]
    if not names:
        return ""
    joined = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    return f"the build imports {joined}, which the project does not declare"


def _is_read(relative: str) -> bool:
    name = relative.rpartition("/")[2]
    if relative == "setup.py" or (name.endswith((".pyx", ".pxd")) and not relative.startswith(_NEITHER)):
        return True
    return relative in {"CMakeLists.txt", "meson.build"} or (
        name == "meson.build" and not relative.startswith(_NEITHER)
    )


def _python(texts: Mapping[str, str], project: Project) -> list[tuple[str, str]]:
    """Return the imports of setup.py that the build cannot do without; a caught one may well be missing."""
    if project.backend.partition(":")[0].split(".")[0] != "setuptools" and not project.in_tree_backend:
        return []
    imports = imports_of(texts.get("setup.py", ""))
    return [(one.module, f"setup.py:{one.line}") for one in imports if not one.guarded]


def _cython(texts: Mapping[str, str], names: Collection[str]) -> list[tuple[str, str]]:
    """Return Cython for sources that are not compiled to C beforehand, and what these need when compiled."""
    found: list[tuple[str, str]] = []
    for path, text in sorted(texts.items()):
        if path.endswith((".pyx", ".pxd")):
            translated = any(path.removesuffix(".pyx") + suffix in names for suffix in (".c", ".cpp"))
            if path.endswith(".pyx") and not translated:
                found.append(("Cython", path))
            found += [(module, path) for module in cimports_of(text) if module in _CMAKE_PACKAGES]
    return found


def _cmake(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    text = texts.get("CMakeLists.txt", "")
    packages = [name.lower() for name in _FIND_PACKAGE.findall(text)]
    found = [(_CMAKE_PACKAGES[name], "CMakeLists.txt") for name in packages if name in _CMAKE_PACKAGES]
    return found + ([("numpy", "CMakeLists.txt")] if _NUMPY_COMPONENT.search(text) else [])


def _meson(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for path, text in sorted(texts.items()):
        if path.rpartition("/")[2] == "meson.build":
            names = [name.lower() for name in _MESON_DEPENDENCY.findall(text)]
            found += [(_CMAKE_PACKAGES[name], path) for name in names if name in _CMAKE_PACKAGES]
            if _MESON_CYTHON.search(text):
                found.append(("Cython", path))
    return found


def _own_modules(tree: SourceTree) -> frozenset[str]:
    """Return the modules beside setup.py, and those below `src`."""
    names: set[str] = set()
    for file in tree.files:
        parts = file.relative.removeprefix("src/").split("/")
        if len(parts) == 1 and parts[0].endswith(".py"):
            names.add(parts[0].removesuffix(".py"))
        elif len(parts) > 1 and file.relative.endswith((".py", ".pyx", ".pxd")):
            names.add(parts[0])
    return frozenset(names - sys.stdlib_module_names)


def _name(requirement: str) -> str | None:
    try:
        return normalise(Requirement(requirement).name)
    except InvalidRequirement:
        return None


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_TEXT_LIMIT).decode("utf-8", errors="replace")
