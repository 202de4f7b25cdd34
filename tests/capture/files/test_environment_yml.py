"""conda's environment files, and the selectors that conda-lock reads in them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.capture.files.selector import selected
from condasync.capture.files.source import source_for_file
from condasync.capture.files.text_file import Place
from condasync.model.environment import Environment, InputFile
from condasync.model.package import CondaPackage, LocalPackage, PipPackage
from condasync.model.spec import CondaSpec
from condasync.model.target import Subdir
from condasync.model.url import Url

Capture = Callable[..., Environment]
Listing = Callable[[Environment], dict[str, tuple[str, ...]]]
Write = Callable[[str, str], Path]
Only = Callable[..., CondaPackage]


def test_whole_file(capture: Capture, write: Write) -> None:
    """Channels, platforms, specs and the pip section are read; name, prefix and variables are not."""
    write("more.txt", "tool\n")
    environment = capture(
        "environment.yml",
        "name: mine\n"
        "channels: [conda-forge, nodefaults, https://example.org/channel]\n"
        "platforms: [linux-64, osx-arm64]\n"
        "dependencies:\n"
        "  - python=3.11\n"
        "  - pip\n"
        "  - pip:\n"
        "    - -r more.txt\n"
        "    - --extra-index-url https://example.org/simple\n"
        "    - name @ https://example.org/name-1.0.zip\n"
        "    - -e .\n"
        "prefix: /opt/env\n"
        "variables: {A: b}\n",
    )
    assert environment.channels == ("conda-forge", "https://example.org/channel")
    assert environment.platforms == ("linux-64", "osx-arm64")
    assert environment.index_urls == (Url("https://example.org/simple"),)
    assert environment.inputs == (
        InputFile(path="environment.yml", kind="environment.yml"),
        InputFile(path="more.txt", kind="requirements.txt"),
    )
    assert [(type(one), one.name) for one in environment.packages] == [
        (CondaPackage, "pip"),
        (CondaPackage, "python"),
        (LocalPackage, "."),
        (PipPackage, "name"),
        (PipPackage, "tool"),
    ]
    assert (environment.prefix, environment.python) == (None, None)


@pytest.mark.parametrize(
    ("text", "spec", "version", "build"),
    [
        ("numpy", CondaSpec(name="numpy"), None, None),
        ("numpy=1.26", CondaSpec(name="numpy", version="1.26.*"), None, None),
        ("numpy>=1.26,<2", CondaSpec(name="numpy", version=">=1.26,<2"), None, None),
        ("numpy==1.26.4", CondaSpec(name="numpy", version="==1.26.4"), "1.26.4", None),
        ("numpy=1.26.4=py311_0", CondaSpec(name="numpy", version="==1.26.4", build="py311_0"), "1.26.4", "py311_0"),
        ("numpy=1.26=*_cuda", CondaSpec(name="numpy", version="==1.26", build="*_cuda"), "1.26", None),
        ("numpy=*=mkl", CondaSpec(name="numpy", build="mkl"), None, None),
        ("Python 3.11.*", CondaSpec(name="python", version="3.11.*"), None, None),
        ("openeye::toolkits", CondaSpec(name="toolkits", channel="openeye"), None, None),
    ],
)
def test_spec_is_kept_and_version_only_when_exact(
    *, capture: Capture, only: Only, text: str, spec: CondaSpec, version: str | None, build: str | None
) -> None:
    """A MatchSpec becomes a spec; `version` and `build` are set only where it states them exactly."""
    package = only(capture("environment.yml", f"dependencies:\n  - {text}\n"), CondaPackage)
    assert package == CondaPackage(
        name=spec.name,
        version=version,
        requested=True,
        build=build,
        channel=spec.channel,
        specs=(spec,),
        where="environment.yml:2",
    )


def test_package_listed_twice_keeps_both_specs(capture: Capture, only: Only) -> None:
    """Duplicates are one package with every spec; contradictory exact versions are a finding."""
    environment = capture("environment.yml", "dependencies:\n  - numpy==1.26\n  - numpy>=1\n  - NumPy==2.0\n")
    package = only(environment, CondaPackage)
    assert [one.version for one in package.specs] == ["==1.26", ">=1", "==2.0"]
    assert package.version is None
    assert [(one.code, one.text) for one in environment.findings] == [
        ("duplicate-requirement", "numpy is listed with contradictory pins: ==1.26 and ==2.0")
    ]


def test_same_name_of_conda_and_pip_is_two_packages(capture: Capture) -> None:
    """The C library brotli from conda and the Python package brotli from pip are different things."""
    environment = capture("environment.yml", "dependencies:\n  - brotli\n  - pip:\n    - brotli\n")
    assert [(type(one), one.name) for one in environment.packages] == [(CondaPackage, "brotli"), (PipPackage, "brotli")]


@pytest.mark.parametrize("section", ["- pip:", "- pip: []", "- pip: null"])
def test_empty_pip_section_lists_nothing(capture: Capture, listing: Listing, section: str) -> None:
    """A pip section without items, as selectors may leave it, is no fault."""
    assert listing(capture("environment.yml", f"dependencies:\n  - numpy\n  {section}\n")) == {"numpy": ("",)}


def test_pip_line_has_the_place_in_the_environment_file(capture: Capture) -> None:
    """Requirements of the pip section are placed at their own line, also in a long section."""
    environment = capture("environment.yml", "dependencies:\n  - pip:\n    - a\n\n    # why\n    - b\n")
    places = [one.where for package in environment.packages for one in getattr(package, "requirements", ())]
    assert places == ["environment.yml:3", "environment.yml:6"]


def test_conda_lock_extension_of_indexes(capture: Capture) -> None:
    """conda-lock's `pip-repositories` are package indexes."""
    text = "dependencies: [numpy]\npip-repositories: [https://me:secret@example.org/simple]\n"
    environment = capture("environment.yml", text)
    assert environment.index_urls == (Url("https://me:secret@example.org/simple"),)
    assert "secret" not in repr(environment)


SELECTED = """dependencies:
  - a  # [linux]
  - b  # [osx]
  - c  # [win]
  - d  # [unix]
  - e  # [arm64]
  - f  # note
  - g
"""
SUBDIRS: tuple[Subdir, ...] = ("linux-64", "linux-aarch64", "linux-ppc64le", "osx-64", "osx-arm64", "win-64")
ASK_CONDA_LOCK = """
import json, sys
from conda_lock.src_parser.selectors import filter_platform_selectors
text, *subdirs = json.load(sys.stdin)
print(json.dumps({one: list(filter_platform_selectors(text, platform=one)) for one in subdirs}))
"""


def test_selectors_are_read_as_conda_lock_reads_them(write: Write) -> None:
    """On every platform the same lines count as in conda-lock's own filter."""
    path = write("environment.yml", SELECTED)
    command = [sys.executable, "-W", "ignore", "-c", ASK_CONDA_LOCK]
    question = json.dumps([SELECTED, *SUBDIRS])
    answer = subprocess.run(command, input=question, capture_output=True, text=True, check=True)
    theirs = {
        subdir: [line.split()[1] for line in lines if "- " in line]
        for subdir, lines in json.loads(answer.stdout).items()
    }
    ours = {
        subdir: [package.name for package in source_for_file(path, subdir=subdir).capture().packages]
        for subdir in SUBDIRS
    }
    assert ours == theirs


def test_selected_lines_are_told(capture: Capture) -> None:
    """Each line with a platform's selector is a note: kept only there, or left out here."""
    environment = capture(
        "environment.yml", "dependencies:\n  - a  # [linux]\n  - b  # [osx]\n  - pip:\n    - c  # [win]\n"
    )
    assert [package.name for package in environment.packages] == ["a"]
    assert [(one.code, one.severity, one.where, one.text) for one in environment.findings] == [
        ("selector-comment", "note", "environment.yml:2", "`a` counts only where its selector [linux] holds"),
        ("selector-comment", "note", "environment.yml:3", "`b` is left out: its selector [osx] excludes linux-64"),
        ("selector-comment", "note", "environment.yml:5", "`c` is left out: its selector [win] excludes linux-64"),
    ]


def test_whole_pip_section_can_be_selected(capture: Capture) -> None:
    """A selector behind `- pip:` counts for the section."""
    environment = capture("environment.yml", "dependencies:\n  - a\n  - pip:  # [win]\n    - c\n")
    assert [package.name for package in environment.packages] == ["a"]


@pytest.mark.parametrize("comment", ["# see [12]", "# [py<38]", "# [not win]"])
def test_bracket_that_is_no_platform_loses_no_package(capture: Capture, comment: str) -> None:
    """A comment of other words keeps its line, as conda does, with a warning since conda-lock would drop it."""
    environment = capture("environment.yml", f"dependencies:\n  - a  {comment}\n")
    assert [package.name for package in environment.packages] == ["a"]
    assert [(one.code, one.severity) for one in environment.findings] == [("selector-comment", "warning")]


@pytest.mark.parametrize("line", ["- a", "- a  # note", "- a  # [linux] (really)", "- a#[win]", "# [win]"])
def test_line_without_selector_counts_everywhere(line: str) -> None:
    """Only a bracket that ends a comment is a selector."""
    assert selected(line, "linux-64", Place(Path("e.yml"), 1)) == (True, None)
