"""The target's virtual packages: defaults, overrides, conda's own variables."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from condasync.convert.virtual_packages import (
    conda_overrides,
    default_virtual_packages,
    parse_override,
    with_overrides,
)
from condasync.model.target import Subdir, VirtualPackage, VirtualPackageOverride

SUBDIRS: tuple[Subdir, ...] = ("linux-64", "linux-aarch64", "linux-ppc64le", "osx-64", "osx-arm64", "win-64")


@pytest.mark.parametrize("subdir", SUBDIRS)
def test_defaults_are_conda_locks_without_cuda(subdir: Subdir) -> None:
    """The table agrees with the one that conda-lock ships."""
    # Read where it lies: importing conda_lock warns, and here a warning is an error.
    path = distribution("conda-lock").locate_file("conda_lock/default-virtual-packages.yaml")
    text = Path(str(path)).read_text(encoding="utf-8")
    theirs = YAML(typ="safe").load(text)["subdirs"][subdir]["packages"]
    ours = {
        one.name: one.version if one.build == "0" else f"{one.version} {one.build}"
        for one in default_virtual_packages(subdir)
    }
    assert ours == {name: value for name, value in theirs.items() if name != "__cuda"}


def test_overrides_add_replace_and_remove() -> None:
    """The last word on a name counts, and the result is sorted by name."""
    overrides = [parse_override(text) for text in ("__glibc=2.17", "__cuda=12.4", "__linux=", "__cuda=12.6")]
    changed = with_overrides(default_virtual_packages("linux-64"), overrides)
    assert [(one.name, one.version, one.build) for one in changed] == [
        ("__archspec", "1", "x86_64"),
        ("__cuda", "12.6", "0"),
        ("__glibc", "2.17", "0"),
        ("__unix", "0", "0"),
    ]


@pytest.mark.parametrize(
    ("text", "package"),
    [
        ("__cuda=12.4", VirtualPackage(name="__cuda", version="12.4")),
        ("__archspec=1=x86_64_v3", VirtualPackage(name="__archspec", version="1", build="x86_64_v3")),
        ("__archspec=skylake", VirtualPackage(name="__archspec", version="1", build="skylake")),
        ("__Custom = 3", VirtualPackage(name="__custom", version="3")),
        ("__cuda=", None),
    ],
)
def test_override_texts(text: str, package: VirtualPackage | None) -> None:
    """Version, build and removal are read from one option."""
    assert parse_override(text).package == package


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("__cuda", "'__cuda' is no virtual package, expected __NAME=VERSION"),
        ("cuda=12", "'cuda=12' is no virtual package, expected __NAME=VERSION"),
        ("__=1", "'__=1' is no virtual package, expected __NAME=VERSION"),
        ("__cuda=>=12", "'>' is no conda version in '__cuda=>=12'"),
        ("__cuda=12.*", "'12.*' is no conda version in '__cuda=12.*'"),
    ],
)
def test_what_is_no_override_is_refused(text: str, message: str) -> None:
    """A mistyped option says what was expected."""
    with pytest.raises(ValueError, match=r"is no") as caught:
        parse_override(text)
    assert str(caught.value) == message


def test_condas_variables_change_the_target() -> None:
    """A value replaces, an empty one removes, another system's variable and an unset one do nothing."""
    environ = {
        "CONDA_OVERRIDE_CUDA": "12.4",
        "CONDA_OVERRIDE_GLIBC": "2.17",
        "CONDA_OVERRIDE_OSX": "14.0",
        "CONDA_OVERRIDE_ARCHSPEC": "zen4",
        "CONDA_OVERRIDE_LINUX": "",
        "PATH": "/bin",
    }
    assert conda_overrides(environ, "linux-64") == (
        VirtualPackageOverride(name="__archspec", package=VirtualPackage(name="__archspec", version="1", build="zen4")),
        VirtualPackageOverride(name="__cuda", package=VirtualPackage(name="__cuda", version="12.4")),
        VirtualPackageOverride(name="__glibc", package=VirtualPackage(name="__glibc", version="2.17")),
        VirtualPackageOverride(name="__linux", package=None),
    )
    assert [one.name for one in conda_overrides(environ, "osx-arm64")] == ["__archspec", "__cuda", "__osx"]
    assert conda_overrides({"CONDA_OVERRIDE_ARCHSPEC": ""}, "win-64")[0].package is None
    assert conda_overrides({}, "linux-64") == ()


def test_a_variable_that_is_no_version_is_refused() -> None:
    """The message names the variable."""
    with pytest.raises(ValueError, match="'new est' is no conda version in 'CONDA_OVERRIDE_CUDA=new est'"):
        conda_overrides({"CONDA_OVERRIDE_CUDA": "new est"}, "linux-64")
