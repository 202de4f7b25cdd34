"""Several captures become one environment."""

from __future__ import annotations

from collections.abc import Callable

from condasync.capture.files.merge import merge
from condasync.model.environment import Environment, InputFile
from condasync.model.finding import Finding
from condasync.model.package import CondaPackage, Distribution, PipPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.url import Url

Capture = Callable[..., Environment]
Listing = Callable[[Environment], dict[str, tuple[str, ...]]]


def _pip(name: str, specifier: str, where: str) -> PipPackage:
    entry = PipRequirement(name=name, specifier=specifier, where=where)
    return PipPackage(name=name, version=None, requested=True, requirements=(entry,))


def test_files_of_several_kinds_are_one_environment(capture: Capture) -> None:
    """What each file says about channels, Python, indexes and inputs is kept in the order of the files."""
    first = capture("environment.yml", "channels: [b, a]\nplatforms: [linux-64]\ndependencies: [numpy]\n")
    second = capture("pyproject.toml", '[project]\nrequires-python = ">=3.10"\ndependencies = ["pandas>=2"]\n')
    third = capture("requirements.txt", "-i https://example.org/simple\npandas<3\nNumPy\n")
    fourth = capture("other.yml", "channels: [a, c]\ndependencies: [numpy>=1]\n")
    merged = merge([first, second, third, fourth])
    assert merged.channels == ("b", "a", "c")
    assert merged.platforms == ("linux-64",)
    assert merged.requires_python == ">=3.10"
    assert merged.index_urls == (Url("https://example.org/simple"),)
    assert [one.path for one in merged.inputs] == ["environment.yml", "pyproject.toml", "requirements.txt", "other.yml"]
    assert [(type(one), one.name) for one in merged.packages] == [
        (CondaPackage, "numpy"),
        (PipPackage, "NumPy"),
        (PipPackage, "pandas"),
    ]


def test_duplicates_across_files_keep_every_line(capture: Capture, listing: Listing) -> None:
    """The lines of one package in two files are joined, and a contradiction between files is found."""
    merged = merge([capture("a.txt", "a==1\nb>=1\n"), capture("b.txt", "B<2\nA==2\n")])
    assert listing(merged) == {"a": ("==1", "==2"), "b": (">=1", "<2")}
    assert [(one.code, one.text) for one in merged.findings] == [
        ("duplicate-requirement", "a is listed with contradictory pins: ==1 (a.txt:1) and ==2 (b.txt:2)")
    ]


def test_findings_are_kept_once() -> None:
    """Findings of the parts stay; one that both parts hold is told once."""
    finding = Finding(code="x", severity="note", text="y")
    merged = merge([Environment(kind="files", findings=(finding,)), Environment(kind="files", findings=(finding,))])
    assert merged.findings == (finding,)


def test_python_bounds_hold_together() -> None:
    """Two files' `requires-python` become one set that asks for both."""
    parts = [Environment(kind="files", requires_python=bound) for bound in (">=3.10", "<3.13", None)]
    assert merge(parts).requires_python == "<3.13,>=3.10"


def test_nothing_merges_to_nothing() -> None:
    """No environment gives an empty one."""
    assert merge([]) == Environment(kind="files")


def test_one_environment_stays_what_it_is() -> None:
    """A single capture keeps its kind, prefix and platform."""
    environment = Environment(kind="venv", prefix="/opt/env", python="3.11.7", platform="linux-64")
    assert merge([environment]) == environment


def test_installed_package_keeps_its_version_beside_a_listing() -> None:
    """A line that asks for another version does not change which one is installed."""
    distribution = Distribution(name="a", version="1.0", location="/opt/env/a-1.0.dist-info")
    installed = PipPackage(name="a", version="1.0", requested=False, distribution=distribution)
    merged = merge(
        [
            Environment(kind="venv", packages=(installed,)),
            Environment(kind="files", packages=(_pip("a", "==2", "r:1"),)),
        ]
    )
    (package,) = merged.packages
    assert (package.version, package.requested) == ("1.0", True)


def test_installed_conda_package_keeps_its_record() -> None:
    """Joining a prefix's package with a listed spec keeps record, version and build."""
    record = ChannelRecord(
        name="a", version="1.0", build="0", build_number=0, subdir="noarch", file_name="a-1.0-0.conda",
        channel="c", url="https://example.org/c/noarch/a-1.0-0.conda",
    )  # fmt: skip
    installed = CondaPackage(name="a", version="1.0", requested=False, build="0", record=record)
    listed = CondaPackage(name="a", version="2.0", requested=True, specs=(CondaSpec(name="a", version="==2.0"),))
    merged = merge(
        [Environment(kind="conda-prefix", packages=(installed,)), Environment(kind="files", packages=(listed,))]
    )
    (package,) = merged.packages
    assert isinstance(package, CondaPackage)
    assert (package.version, package.build, package.record, package.requested) == ("1.0", "0", record, True)


def test_inputs_are_named_once() -> None:
    """The same file given twice is one input, and its lines count once."""
    part = Environment(
        kind="files",
        packages=(_pip("a", ">=1", "r.txt:1"),),
        inputs=(InputFile(path="r.txt", kind="requirements.txt"),),
    )
    assert merge([part, part]) == part
