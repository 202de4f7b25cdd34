"""Markers are answered for the target, whatever machine the tests run on."""

from __future__ import annotations

import pytest
from packaging.markers import default_environment

from condasync.convert.marker import marker_environment, marker_holds
from condasync.convert.virtual_packages import default_virtual_packages
from condasync.model.target import Subdir, Target


def _target(subdir: Subdir = "linux-64", python: str = "3.11") -> Target:
    return Target(subdir=subdir, python=python, virtual_packages=default_virtual_packages(subdir))


ON_LINUX = {
    'sys_platform == "linux"': True,
    'sys_platform == "win32" or platform_system == "Darwin"': False,
    'os_name == "posix" and platform_machine == "x86_64"': True,
    'platform_machine == "aarch64"': False,
    'python_version >= "3.10"': True,
    'python_version < "3.9"': False,
    'python_full_version < "3.11.3"': True,
    'python_version in "3.10 3.11"': True,
    'python_version not in "2.7, 3.0"': True,
    'implementation_name == "pypy"': False,
    'platform_python_implementation == "CPython"': True,
    'platform_release >= "5.4"': True,
    'platform_version == ""': True,
    'extra == "test"': False,
    'os.name == "posix"': True,
}


@pytest.mark.parametrize("subdir", ["linux-64", "linux-aarch64", "linux-ppc64le", "osx-64", "osx-arm64", "win-64"])
def test_no_variable_is_left_to_this_machine(subdir: Subdir) -> None:
    """Every variable that packaging would fill from the running interpreter has a value of the target."""
    environment = marker_environment(_target(subdir, "3.12"))
    assert set(environment) == set(default_environment())
    assert environment["python_version"] == "3.12"


@pytest.mark.parametrize(
    ("subdir", "values"),
    [
        ("linux-64", ("posix", "linux", "Linux", "x86_64")),
        ("linux-aarch64", ("posix", "linux", "Linux", "aarch64")),
        ("linux-ppc64le", ("posix", "linux", "Linux", "ppc64le")),
        ("osx-64", ("posix", "darwin", "Darwin", "x86_64")),
        ("osx-arm64", ("posix", "darwin", "Darwin", "arm64")),
        ("win-64", ("nt", "win32", "Windows", "AMD64")),
    ],
)
def test_each_subdir_names_its_system(subdir: Subdir, values: tuple[str, ...]) -> None:
    """The values are those that CPython reports on such a machine."""
    environment = marker_environment(_target(subdir))
    assert (
        tuple(environment[key] for key in ("os_name", "sys_platform", "platform_system", "platform_machine")) == values
    )


@pytest.mark.parametrize(("marker", "answer"), ON_LINUX.items())
def test_marker_on_linux_with_python_3_11(marker: str, answer: bool) -> None:  # noqa: FBT001
    """Markers of real packages get the target's answer."""
    assert marker_holds(marker, _target()) is answer


def test_no_marker_holds() -> None:
    """A requirement without marker is always wanted."""
    assert marker_holds(None, _target())


def test_a_known_patch_release_counts() -> None:
    """A target that names its patch release answers by it."""
    assert not marker_holds('python_full_version < "3.11.3"', _target(python="3.11.7"))
    assert marker_environment(_target(python="3.11.7"))["python_version"] == "3.11"


def test_any_of_the_extras_is_enough() -> None:
    """Extras are compared normalised; an extra that nobody asked for is off."""
    assert marker_holds('extra == "test-all"', _target(), {"docs", "Test_All"})
    assert not marker_holds('extra == "test"', _target(), {"docs"})
    assert not marker_holds('extra == "test" and sys_platform == "win32"', _target(), {"test"})


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('platform == "linux"', "'platform == \"linux\"' is no marker: Expected a marker variable or quoted string"),
        ("python_version", "'python_version' is no marker: Expected marker operator"),
        ('"x" in extras', "'\"x\" in extras' is no marker of a requirement: extras has no value"),
        ("", "'' is no marker: Expected a marker variable or quoted string"),
    ],
)
def test_what_is_no_marker_is_refused(marker: str, message: str) -> None:
    """Unknown variables and malformed texts are ValueErrors that show the text."""
    with pytest.raises(ValueError, match="is no marker") as caught:
        marker_holds(marker, _target())
    assert str(caught.value).startswith(message)
