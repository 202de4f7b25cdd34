"""A recipe for what the channels lack: build, host and run from the metadata and from what was found in the sources."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from email.parser import HeaderParser
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import InvalidRequirement, Requirement

from condasync.build.build_requirements import BuildRequirements, build_requirements, conda_name_of
from condasync.build.native import NativeNeeds, compiler_lines, native_needs
from condasync.build.project import Project
from condasync.build.source_imports import literal_arguments
from condasync.build.source_tree import SourceTree
from condasync.convert.marker import marker_holds
from condasync.convert.requirement import normalise
from condasync.convert.version import to_conda_constraint, to_conda_version
from condasync.errors import BuildError
from condasync.model.target import Subdir, Target

NameOf = Callable[[str], str]
"""Gives the conda name for a PyPI name."""

ExtraOf = Callable[[str], tuple[str, ...]]
"""Gives the conda names for `name[extra]`, the package first; () when nobody knows."""

_SYSTEMS: Mapping[str, Subdir] = {"linux": "linux-64", "osx": "osx-arm64", "win": "win-64"}
_LICENCE_FILE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE)[^/]*", re.IGNORECASE)
_VERSION = re.compile(r"^__version__\s*(?::\s*str\s*)?=\s*['\"]([^'\"]+)['\"]", re.MULTILINE)
_NO_MODULE = frozenset(
    {"benchmarks", "build", "conftest", "doc", "docs", "examples", "scripts", "setup", "test", "tests"}
)
_FRONTEND = "${{ PYTHON }} -m pip install . -vv --no-deps --no-build-isolation"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipeSource:
    """Say where a recipe takes the sources from: a URL with its digest, or a path relative to the recipe."""

    url: str | None = None
    sha256: str | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequirement:
    """Ask for a package at run time; `systems` are those that need it, () for all."""

    spec: str
    systems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Hold a recipe (rattler-build, schema version 1); `notes` are what a person should look at."""

    name: str
    version: str
    source: RecipeSource
    noarch: bool
    entry_points: tuple[str, ...]
    build: tuple[str, ...]
    host: tuple[str, ...]
    run: tuple[RunRequirement, ...]
    imports: tuple[str, ...]
    summary: str | None
    license: str | None
    license_files: tuple[str, ...]
    home: str | None
    script: str = _FRONTEND
    notes: tuple[str, ...] = ()


def no_extra(_asked: str) -> tuple[str, ...]:
    """Return that nobody knows what an extra needs."""
    return ()


def recipe_for(
    project: Project,
    tree: SourceTree,
    *,
    source: RecipeSource,
    python: str,
    name_of: NameOf = conda_name_of,
    extra_of: ExtraOf = no_extra,
) -> Recipe:
    """Return the recipe of a project. `python` is the minor for which markers on the version are answered.

    What extras of its requirements need is told as `extra_of` knows it, else noted.

    Nothing of the project is run. Raises BuildError when neither name nor version is stated anywhere.
    """
    project = _completed(project, tree)
    if project.name is None or project.version is None:
        lacks = "name" if project.name is None else "version"
        raise BuildError(
            f"{tree.root}: no {lacks} is stated in literals",
            reason=f"no-{lacks}",
            hints=(f"set `{lacks}` in [project] of pyproject.toml",),
            path=str(tree.root),
        )
    native, needs = native_needs(project, tree), build_requirements(project, tree)
    noarch = not native.languages
    run, notes = _run(project, python, name_of, extra_of, noarch=noarch)
    return Recipe(
        name=name_of(normalise(project.name)),
        version=to_conda_version(project.version),
        source=source,
        noarch=noarch,
        entry_points=project.scripts if noarch else (),
        build=(*compiler_lines(native.languages), *native.tools),
        host=_host(project, needs, native, python, name_of, noarch=noarch),
        run=run,
        imports=_imports(project, tree),
        summary=project.summary,
        license=_licence(project.license),
        license_files=tuple(one.relative for one in tree.files if _LICENCE_FILE.fullmatch(one.relative)),
        home=project.home,
        notes=(*notes, *_notes(needs, native)),
    )


def _completed(project: Project, tree: SourceTree) -> Project:
    """Return the project with what setup.py, PKG-INFO and `__version__` state in literals."""
    texts = {one.relative: one.path for one in tree.files}
    setup = _read(texts, "setup.py")
    info = HeaderParser().parsestr(_read(texts, "PKG-INFO"))

    def literal(key: str) -> str | None:
        return next(iter(literal_arguments(setup, key)), None)

    def stated(key: str) -> str | None:
        value = str(info.get(key, "")).strip()
        return None if value in {"", "UNKNOWN"} else value

    versions = [_VERSION.findall(_read(texts, path)) for path in sorted(texts) if path.endswith("/__init__.py")]
    return replace(
        project,
        name=project.name or literal("name") or stated("Name"),
        version=project.version or literal("version") or stated("Version") or next((v[0] for v in versions if v), None),
        summary=project.summary or literal("description") or stated("Summary"),
        license=project.license or literal("license") or stated("License"),
        home=project.home or literal("url") or stated("Home-page"),
        requires=project.requires or literal_arguments(setup, "install_requires"),
        requires_python=project.requires_python or literal("python_requires"),
    )


def _host(
    project: Project, needs: BuildRequirements, native: NativeNeeds, python: str, name_of: NameOf, *, noarch: bool
) -> tuple[str, ...]:
    specs = [_spec(text, name_of) for text in needs.declared if _holds(text, python)]
    specs += [one.conda_name for one in needs.undeclared]
    if not project.build_requires and not project.in_tree_backend:
        specs.append("setuptools")
    names = {spec.split()[0]: spec for spec in specs}
    interpreter = _python(project) if noarch else "python"
    return (interpreter, "pip", *(names[name] for name in sorted(names)), *native.libraries)


def _run(
    project: Project, python: str, name_of: NameOf, extra_of: ExtraOf, *, noarch: bool
) -> tuple[tuple[RunRequirement, ...], tuple[str, ...]]:
    found = [RunRequirement(spec=_python(project) if noarch else "python")]
    notes: list[str] = []
    for text in project.requires:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            notes.append(f"the requirement {text!r} cannot be read and is left out")
            continue
        systems = _systems(requirement, python)
        if systems:
            everywhere = len(systems) == len(_SYSTEMS)
            specs, unknown = _with_extras(requirement, name_of, extra_of)
            found += [RunRequirement(spec=spec, systems=() if everywhere else systems) for spec in specs]
            notes += [f"what {asked} needs beside {specs[0]} is not known; add it under run" for asked in unknown]
        if requirement.marker and "python_" in str(requirement.marker):
            notes.append(f"{text!r} depends on the Python version; answered for Python {python}")
    return (found[0], *sorted(dict.fromkeys(found[1:]), key=lambda one: one.spec)), tuple(notes)


def _with_extras(
    requirement: Requirement, name_of: NameOf, extra_of: ExtraOf
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the specs of a requirement, the package itself first, and the `name[extra]` that nobody knows."""
    asked = [f"{normalise(requirement.name)}[{normalise(extra)}]" for extra in sorted(requirement.extras)]
    known = {one: names for one in asked if (names := extra_of(one))}
    own = list(dict.fromkeys(names[0] for names in known.values()))
    if len(known) < len(asked) or not own:
        own.insert(0, name_of(requirement.name))
    bounds = to_conda_constraint(str(requirement.specifier))
    more = [name for names in known.values() for name in names[1:] if name not in own]
    return (
        (*(f"{name} {bounds}".strip() for name in dict.fromkeys(own)), *dict.fromkeys(more)),
        tuple(one for one in asked if one not in known),
    )


def _systems(requirement: Requirement, python: str) -> tuple[str, ...]:
    marker = str(requirement.marker) if requirement.marker else None
    targets = {name: Target(subdir=subdir, python=python, virtual_packages=()) for name, subdir in _SYSTEMS.items()}
    return tuple(name for name, target in targets.items() if marker_holds(marker, target))


def _holds(text: str, python: str) -> bool:
    try:
        return "linux" in _systems(Requirement(text), python)
    except InvalidRequirement:
        return False


def _spec(text: str, name_of: NameOf) -> str:
    requirement = Requirement(text)
    return f"{name_of(requirement.name)} {to_conda_constraint(str(requirement.specifier))}".strip()


def _python(project: Project) -> str:
    return f"python {to_conda_constraint(project.requires_python or '')}".strip()


def _imports(project: Project, tree: SourceTree) -> tuple[str, ...]:
    """Return the modules that a test can import: packages below `src`, else at the top."""
    names = [one.relative for one in tree.files]
    below = [name.removeprefix("src/") for name in names if name.startswith("src/")]
    packages = {parts[0] for name in below or names if len(parts := name.split("/")) == 2 and parts[1] == "__init__.py"}  # noqa: PLR2004  package/__init__.py
    found = sorted(name for name in packages if name.isidentifier() and name not in _NO_MODULE)
    return tuple(found) or (normalise(project.name or "").replace("-", "_"),)


def _licence(text: str | None) -> str | None:
    """Return an SPDX expression; what is none becomes a LicenseRef, which a recipe may hold."""
    if text is None:
        return None
    try:
        return canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return "LicenseRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", text.splitlines()[0]).strip("-")


def _notes(needs: BuildRequirements, native: NativeNeeds) -> Sequence[str]:
    notes = [
        f"{one.name} is imported by the build ({one.where}) and not declared; it stands under host"
        for one in needs.undeclared
    ]
    notes += [f"the library {name} is asked for; add its conda package under host" for name in native.unknown]
    return notes


def _read(paths: Mapping[str, Path], name: str) -> str:
    path = paths.get(name)
    return "" if path is None else path.read_text(encoding="utf-8", errors="replace")
