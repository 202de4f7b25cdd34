"""The recipes that come with the project: rattler-build builds each, and they ask for what the project asks for."""

from __future__ import annotations

import importlib.util
import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from conda_package_streaming.package_streaming import stream_conda_component
from packaging.requirements import Requirement
from ruamel.yaml import YAML

from condasync.build.conda_package import MadePackage, conda_package
from condasync.build.local_channel import publish
from condasync.build.project import read_project
from condasync.build.wheel_check import check_fit
from condasync.build.wheel_file import read_wheel
from condasync.convert.requirement import normalise
from condasync.model.spec import CondaSpec, PipRequirement
from tests.build.python_channel import FULL, python_channel
from tests.build.wheels import TARGET

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "recipes").glob("*/recipe.yaml"))
CHILD = Path(__file__).parent / "data" / "build_recipe.py"
NAMES = {"build": "python-build", "installer": "python-installer", "typing-extensions": "typing_extensions"}
NOT_ON_PYPI = {"python", "libmambapy"}


def _loaded(recipe: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(recipe.read_text(encoding="utf-8"))
    return loaded


def test_recipe_asks_for_what_the_project_asks_for() -> None:
    """Under conda-forge's names; only what PyPI does not have comes besides."""
    recipe = _loaded(ROOT / "recipes" / "condasync" / "recipe.yaml")
    asked = dict(line.split(maxsplit=1) for line in recipe["requirements"]["run"])
    project = read_project(ROOT)
    stated = {NAMES.get(one.name, one.name): str(one.specifier) for one in map(Requirement, project.requires)}
    assert {name: spec for name, spec in asked.items() if name not in NOT_ON_PYPI} == stated
    assert asked["python"] == project.requires_python
    version = re.search(r'__version__ = "(.+)"', (ROOT / "condasync" / "__init__.py").read_text(encoding="utf-8"))
    assert version is not None
    assert recipe["context"]["version"] == version[1]


def _same(requirement: PipRequirement) -> tuple[CondaSpec, ...]:
    return (CondaSpec(name=normalise(requirement.name)),)


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a channel with python, and with what builds the project, made from wheels of the package index."""
    folder = tmp_path_factory.mktemp("channel")
    recipes = [_loaded(recipe)["requirements"]["host"] for recipe in RECIPES]
    wanted = sorted({line.split()[0] for host in recipes for line in host} - NOT_ON_PYPI)
    download = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--only-binary",
        ":all:",
        "-d",
        str(folder / "wheels"),
    ]
    done = subprocess.run([*download, *wanted], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"no package index has {', '.join(wanted)}: {done.stderr.strip().splitlines()[-1:]}")
    made = [_packed(path) for path in sorted((folder / "wheels").glob("*.whl"))]
    found = python_channel(folder / "python")
    publish(folder / "made", made)
    _join(found, folder / "made")
    return found


def _packed(path: Path) -> MadePackage:
    wheel = read_wheel(path)
    return conda_package(wheel, check_fit(wheel, TARGET), name=wheel.name, target=TARGET, map_requirement=_same)


def _join(channel: Path, other: Path) -> None:
    """Add the packages of one channel to another."""
    for place in other.glob("*/repodata.json"):
        own = channel / place.parent.name / "repodata.json"
        index = json.loads(own.read_text(encoding="utf-8"))
        index["packages.conda"] |= json.loads(place.read_text(encoding="utf-8"))["packages.conda"]
        own.write_text(json.dumps(index), encoding="utf-8")
        for package in place.parent.glob("*.conda"):
            package.rename(own.parent / package.name)


@pytest.mark.pypi
@pytest.mark.skipif(importlib.util.find_spec("rattler_build") is None, reason="py-rattler-build is not installed")
@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.parent.name)
def test_rattler_build_builds_it(recipe: Path, channel: Path, tmp_path: Path) -> None:
    """The package holds the project's modules, and asks for what the recipe says."""
    done = subprocess.run(
        [sys.executable, str(CHILD), str(recipe), str(tmp_path / "out"), str(channel), FULL],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (package,) = (tmp_path / "out").glob("*/*.conda")
    stated = _loaded(recipe)
    assert package.name.startswith(f"{stated['context']['name']}-{stated['context']['version']}-")
    assert _index(package)["depends"] == stated["requirements"]["run"]
    assert any(name.endswith("condasync/pipeline.py") for name in _names(package))


def _index(package: Path) -> dict[str, Any]:
    with package.open("rb") as file:
        for archive, member in stream_conda_component(package.name, file, "info"):
            if member.name == "info/index.json":
                found: dict[str, Any] = json.load(archive.extractfile(member) or io.BytesIO())
                return found
    raise AssertionError(zipfile.ZipFile(package).namelist())


def _names(package: Path) -> list[str]:
    with package.open("rb") as file:
        return [member.name for _, member in stream_conda_component(package.name, file, "pkg")]
