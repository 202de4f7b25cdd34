"""Which wheels run on a target is the target's business, never this machine's."""

from __future__ import annotations

import pytest
from packaging.tags import Tag

from condasync.convert.virtual_packages import default_virtual_packages, parse_override, with_overrides
from condasync.model.target import Subdir, Target
from condasync.pypi.wheel_tags import platform_tags, ranked_tags


def target(subdir: Subdir = "linux-64", python: str = "3.11", *overrides: str) -> Target:
    """Return a target with the default virtual packages, but for the overrides."""
    packages = with_overrides(default_virtual_packages(subdir), map(parse_override, overrides))
    return Target(subdir=subdir, python=python, virtual_packages=packages)


@pytest.mark.parametrize(
    ("tag", "fits"),
    [
        (("py3", "none", "any"), True),
        (("py311", "none", "any"), True),
        (("cp311", "cp311", "manylinux_2_28_x86_64"), True),
        (("cp311", "cp311", "manylinux2014_x86_64"), True),
        (("cp311", "cp311", "manylinux1_x86_64"), True),
        (("cp38", "abi3", "manylinux_2_17_x86_64"), True),
        (("cp311", "cp311", "linux_x86_64"), True),
        (("py3", "none", "manylinux_2_5_x86_64"), True),
        (("cp311", "cp311", "manylinux_2_29_x86_64"), False),
        (("cp312", "cp312", "manylinux_2_17_x86_64"), False),
        (("cp312", "abi3", "manylinux_2_17_x86_64"), False),
        (("cp311", "cp311d", "manylinux_2_17_x86_64"), False),
        (("cp311", "cp311", "musllinux_1_2_x86_64"), False),
        (("cp311", "cp311", "manylinux_2_17_aarch64"), False),
        (("cp311", "cp311", "macosx_11_0_x86_64"), False),
        (("cp311", "cp311", "win_amd64"), False),
        (("py2", "none", "any"), False),
        (("pp311", "pypy311_pp73", "manylinux_2_17_x86_64"), False),
    ],
)
def test_linux_64(tag: tuple[str, str, str], fits: bool) -> None:  # noqa: FBT001  a parameter of the table
    """On linux-64 pure, abi3 and manylinux wheels up to the target's glibc fit, and nothing else."""
    assert (Tag(*tag) in ranked_tags(target())) is fits


def test_the_targets_glibc_counts() -> None:
    """An older glibc takes away the newer manylinux tags; without any, no compiled wheel of an index fits."""
    new = Tag("cp311", "cp311", "manylinux_2_28_x86_64")
    old = Tag("cp311", "cp311", "manylinux2014_x86_64")
    assert new not in ranked_tags(target("linux-64", "3.11", "__glibc=2.17"))
    assert old in ranked_tags(target("linux-64", "3.11", "__glibc=2.17"))
    assert old not in ranked_tags(target("linux-64", "3.11", "__glibc="))


def test_a_compiled_wheel_is_better_than_abi3_and_that_than_a_pure_one() -> None:
    """Ranks are pip's: the tighter a tag, the better."""
    tags = ranked_tags(target())
    ranked = [
        Tag("cp311", "cp311", "manylinux_2_28_x86_64"),
        Tag("cp311", "cp311", "manylinux_2_17_x86_64"),
        Tag("cp311", "abi3", "manylinux_2_17_x86_64"),
        Tag("cp39", "abi3", "manylinux_2_17_x86_64"),
        Tag("py3", "none", "any"),
    ]
    assert sorted(ranked, key=tags.__getitem__) == ranked


@pytest.mark.parametrize(
    ("subdir", "platform"),
    [
        ("linux-aarch64", "manylinux_2_17_aarch64"),
        ("linux-ppc64le", "manylinux2014_ppc64le"),
        ("osx-64", "macosx_10_9_x86_64"),
        ("osx-arm64", "macosx_11_0_arm64"),
        ("osx-arm64", "macosx_11_0_universal2"),
        ("win-64", "win_amd64"),
    ],
)
def test_other_platforms(subdir: Subdir, platform: str) -> None:
    """Every platform has its own tags."""
    assert Tag("cp312", "cp312", platform) in ranked_tags(target(subdir, "3.12"))
    assert platform in platform_tags(target(subdir, "3.12"))


def test_macos_counts_too() -> None:
    """A wheel for a newer macOS than the target's does not fit."""
    assert "macosx_12_0_arm64" not in platform_tags(target("osx-arm64"))
    assert "macosx_12_0_arm64" in platform_tags(target("osx-arm64", "3.11", "__osx=13.0"))
