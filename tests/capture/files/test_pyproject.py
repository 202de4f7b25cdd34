"""pyproject.toml: which lists are taken, and where each requirement stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.capture.files.toml_text import lines_of
from condasync.errors import InputSyntaxError, UsageError
from condasync.model.environment import Environment, InputFile
from condasync.model.package import PipPackage

Capture = Callable[..., Environment]
Listing = Callable[[Environment], dict[str, tuple[str, ...]]]
Write = Callable[[str, str], Path]
Only = Callable[..., PipPackage]

PROJECT = """\
[build-system]
requires = ["hatchling"]

[project]
name = "My.Tool"
requires-python = ">=3.10, <3.13"
dependencies = ["numpy>=1.26", "pandas"]

[project.optional-dependencies]
plot = ["matplotlib"]
Fast_IO = [
  # "commented-out",
  "pyarrow>=14",
  'zarr',
]
all = ["my-tool[plot, fast-io]"]

[dependency-groups]
test = ["pytest", "numpy>=1.26"]
dev = [{ include-group = "test" }, "ruff", "my_tool[plot]"]
"""


def test_everything_is_included_by_default(capture: Capture, listing: Listing) -> None:
    """Own dependencies, every extra and every dependency group are listed; the build requirements are not."""
    environment = capture("pyproject.toml", PROJECT)
    assert listing(environment) == {
        "matplotlib": ("",),
        "numpy": (">=1.26", ">=1.26"),
        "pandas": ("",),
        "pyarrow": (">=14",),
        "pytest": ("",),
        "ruff": ("",),
        "zarr": ("",),
    }
    assert environment.requires_python == ">=3.10, <3.13"
    assert environment.inputs == (InputFile(path="pyproject.toml", kind="pyproject.toml"),)
    assert all(package.requested for package in environment.packages)


@pytest.mark.parametrize(
    ("groups", "names"),
    [
        ((), {"numpy", "pandas"}),
        (("plot",), {"numpy", "pandas", "matplotlib"}),
        (("fast.io",), {"numpy", "pandas", "pyarrow", "zarr"}),
        (("all",), {"numpy", "pandas", "matplotlib", "pyarrow", "zarr"}),
        (("test",), {"numpy", "pandas", "pytest"}),
        (("dev",), {"numpy", "pandas", "pytest", "ruff", "matplotlib"}),
        (("plot", "test"), {"numpy", "pandas", "matplotlib", "pytest"}),
    ],
)
def test_groups_select(capture: Capture, groups: tuple[str, ...], names: set[str]) -> None:
    """Named extras and groups come with what they include; names are compared as normalised (PEP 685, PEP 735)."""
    environment = capture("pyproject.toml", PROJECT, groups=groups)
    assert {package.name for package in environment.packages} == names


def test_unknown_group_is_a_usage_error(capture: Capture) -> None:
    """A group that is not there is a fault of the command line, and the existing ones are named."""
    with pytest.raises(UsageError) as caught:
        capture("pyproject.toml", PROJECT, groups=("plot", "docs"))
    assert caught.value.message == "pyproject.toml: there is no extra or dependency group docs"
    assert caught.value.hints == ("it has: all, dev, fast-io, plot, test",)


def test_place_of_each_requirement(capture: Capture) -> None:
    """Each requirement is placed at its own line, also when the same text stands in several lists."""
    environment = capture("pyproject.toml", PROJECT)
    places = {
        package.name: tuple(str(one.where).removeprefix("pyproject.toml:") for one in package.requirements)
        for package in environment.packages
        if isinstance(package, PipPackage)
    }
    assert places == {
        "matplotlib": ("10",),
        "numpy": ("7", "19"),
        "pandas": ("7",),
        "pyarrow": ("13",),
        "pytest": ("19",),
        "ruff": ("20",),
        "zarr": ("14",),
    }


@pytest.mark.parametrize(
    "text",
    [
        '[project]\noptional-dependencies.a = [\n  "numpy"\n]\n',
        '[project]\noptional-dependencies."a" = [\n  "numpy" ]\n',
        '[project.optional-dependencies]\n"a" = [\n  "numpy"]\n',
        '[ project . optional-dependencies ] # why\na=[\n"numpy"]\n',
    ],
)
def test_lines_are_found_in_every_spelling(text: str) -> None:
    """Dotted and quoted keys, and headers with blanks, name the same array."""
    assert lines_of(text, "project.optional-dependencies", "a", ["numpy"]) == (3,)


@pytest.mark.parametrize(
    "text",
    [
        '[project]\ndependencies = [\n  # "numpy",\n]\n[tool.x]\ny = "numpy"\n',
        '[project]\ndependencies = ["nu\\u006dpy"]\n',
        '[tool.x]\ndependencies = ["numpy"]\n',
    ],
)
def test_line_that_cannot_be_told_is_none(text: str) -> None:
    """A comment, another table and an escaped spelling are not taken for the requirement's line."""
    assert lines_of(text, "project", "dependencies", ["numpy"]) == (None,)


def test_marker_of_a_self_reference_is_handed_on(capture: Capture, only: Only) -> None:
    """What a selected extra draws in by `me[x]; marker` holds only where that marker does, joined with its own."""
    text = (
        '[project]\nname = "me"\n[project.optional-dependencies]\n'
        "x = [\"numpy; os_name == 'posix'\"]\nall = [\"me[x]; python_version < '3.12'\"]\n"
    )
    package = only(capture("pyproject.toml", text, groups=("all",)), PipPackage)
    assert package.requirements[0].marker == 'os_name == "posix" and python_version < "3.12"'


def test_self_references_in_a_circle_end(capture: Capture, listing: Listing) -> None:
    """Extras that refer to each other list what both hold, as pip resolves them."""
    extras = 'a = ["numpy", "me[b]"]\nb = ["scipy", "me[a]", "me"]\n'
    text = f'[project]\nname = "me"\n[project.optional-dependencies]\n{extras}'
    assert listing(capture("pyproject.toml", text, groups=("a",))) == {"numpy": ("",), "scipy": ("",)}


def test_unknown_extra_of_its_own_is_told(capture: Capture) -> None:
    """A reference to an extra that the project does not have is a finding; pip only warns, too."""
    text = '[project]\nname = "me"\n[project.optional-dependencies]\nall = ["me[gone]", "numpy"]\n'
    (finding,) = capture("pyproject.toml", text).findings
    assert (finding.code, finding.where) == ("unknown-extra", "pyproject.toml:4")


def test_groups_without_a_project(capture: Capture, listing: Listing) -> None:
    """A file with nothing but dependency groups is a valid input (PEP 735)."""
    text = '[dependency-groups]\na = ["numpy"]\nb = [{ include-group = "A" }]\n'
    assert listing(capture("pyproject.toml", text)) == {"numpy": ("",)}


def test_url_requirement_is_a_direct_reference(capture: Capture, only: Only) -> None:
    """A PEP 508 URL in a list becomes a direct URL."""
    package = only(
        capture("pyproject.toml", '[project]\ndependencies = ["a @ git+https://example.org/a"]\n'), PipPackage
    )
    assert package.direct_url is not None
    assert package.direct_url.vcs == "git"


def test_empty_requires_python_is_none(capture: Capture) -> None:
    """An empty specifier set says nothing."""
    assert capture("pyproject.toml", '[project]\nrequires-python = ""\n').requires_python is None


DYNAMIC = """\
[project]
name = "me"
dynamic = ["version", "dependencies", "optional-dependencies"]
[tool.setuptools.dynamic]
dependencies = { file = ["requirements.txt", "more.txt"] }
optional-dependencies.test = { file = "test.txt" }
"""


@pytest.mark.parametrize(
    ("groups", "names"),
    [(None, ["numpy", "pytest", "scipy"]), ((), ["numpy", "scipy"]), (("test",), ["numpy", "pytest", "scipy"])],
)
def test_files_that_setuptools_reads_are_read(
    capture: Capture, write: Write, groups: tuple[str, ...] | None, names: list[str]
) -> None:
    """Dynamic lists that setuptools takes from requirements files are no secret of the build."""
    for name, text in (("requirements.txt", "numpy\n"), ("more.txt", "scipy\n"), ("test.txt", "pytest\n")):
        write(name, text)
    environment = capture("pyproject.toml", DYNAMIC, groups=groups)
    assert [package.name for package in environment.packages] == names
    assert environment.inputs[1] == InputFile(path="requirements.txt", kind="requirements.txt")


def test_list_that_only_a_build_knows_is_told(capture: Capture) -> None:
    """A dynamic list without files is a warning: its packages are not captured."""
    text = '[project]\ndynamic = ["dependencies"]\noptional-dependencies.a = ["numpy"]\n'
    environment = capture("pyproject.toml", text)
    assert [(one.code, one.severity) for one in environment.findings] == [("dynamic-dependencies", "warning")]


def test_wrong_type_in_dynamic_files_is_an_error(capture: Capture) -> None:
    """A file name that is no string is refused."""
    text = '[project]\ndynamic = ["dependencies"]\n[tool.setuptools.dynamic]\ndependencies = { file = [1] }\n'
    with pytest.raises(InputSyntaxError, match="a file name is wanted, an integer stands there"):
        capture("pyproject.toml", text)
