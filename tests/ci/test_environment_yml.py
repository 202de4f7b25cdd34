"""environment.yml, for conda users and contributors, against pyproject.toml."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from ruamel.yaml import YAML

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
CONDA_NAMES = {"build": "python-build", "installer": "python-installer", "typing-extensions": "typing_extensions"}


def _requirements() -> list[Requirement]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    more = [line for lines in project["optional-dependencies"].values() for line in lines]
    return [Requirement(line) for line in (*project["dependencies"], *more)]


@pytest.mark.parametrize("requirement", _requirements(), ids=lambda one: str(one).replace(" ", ""))
def test_what_pip_would_install_is_there(requirement: Requirement) -> None:
    """Each requirement, also of extras, is listed by its conda-forge name, with a bound that is no lower."""
    lines = YAML(typ="safe").load(ROOT / "environment.yml")["dependencies"]
    listed = dict(str(line).partition(" ")[::2] for line in lines)
    name = CONDA_NAMES.get(requirement.name, requirement.name)
    assert name in listed
    assert listed[name].removeprefix(">=") in requirement.specifier
