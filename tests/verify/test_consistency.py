"""An environment's own contradictions are found before any solve, the same ones that `pip check` finds."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.capture.prefixes.python_env import PythonPrefix
from condasync.convert.requirement import normalise
from condasync.model.environment import Environment
from condasync.model.package import CapturedPackage, CondaPackage, Distribution, LocalPackage, PipPackage
from condasync.model.record import ChannelRecord
from condasync.verify.consistency import check_consistency

Record = Callable[..., ChannelRecord]

DIST_INFOS: dict[str, tuple[str, tuple[str, ...]]] = {
    "dask": ("2022.1.1", ("cloudpickle>=1.1.1", "pandas>=1.0; extra == 'dataframe'")),
    "distributed": ("2022.5.1", ("dask==2022.05.1", "Cloud_Pickle2", "tornado>=6.0.3")),
    "cloudpickle": ("3.0.0", ()),
    "tornado": ("5.1", ("backports.ssl; python_version < '3'", "ghost; python_version >= '3'")),
    "Zict": ("3.0.0rc1", ("heapdict",)),
    "heapdict": ("1.0.1", ("zict>=2", "dask[array]", "linked @ https://example.org/linked-1.0.tar.gz")),
    "linked": ("0.1", ("sortedcontainers!=2.*",)),
    "sortedcontainers": ("2.4.0", ("nothing; sys_platform == 'no-such-platform'",)),
}

PIP_LINES = (
    re.compile(r"(?P<who>\S+) \S+ requires (?P<what>\S+), which is not installed\."),
    re.compile(r"(?P<who>\S+) \S+ has requirement (?P<what>[A-Za-z0-9._-]+).*, but you have \S+ \S+\."),
)
OUR_TEXT = re.compile(r"(?P<who>\S+) \S+ needs (?P<what>[A-Za-z0-9._-]+).*")


def pip(name: str, version: str, *requires: str) -> PipPackage:
    """Return an installed distribution."""
    installed = Distribution(name=name, version=version, location=f"/site/{name}", requires=requires)
    return PipPackage(name=name, version=version, requested=True, distribution=installed)


def environment(*packages: CapturedPackage, platform: str | None = "linux-64") -> Environment:
    """Return a captured venv."""
    return Environment(kind="venv", python="3.11.7", platform=platform, packages=packages)


def told(*packages: CapturedPackage, platform: str | None = "linux-64") -> list[tuple[str, str]]:
    """Return the codes and texts of the findings."""
    return [(one.code, one.text) for one in check_consistency(environment(*packages, platform=platform))]


@pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="pip is not installed beside the tests")
def test_same_as_pip_check(tmp_path: Path) -> None:
    """Over real metadata in a real venv, pairs and requirements are those that `pip check` prints."""
    venv.create(tmp_path / "env", with_pip=False, symlinks=True)
    (site,) = (tmp_path / "env").glob("lib/python3*/site-packages")
    for name, (version, requires) in DIST_INFOS.items():
        folder = site / f"{name}-{version}.dist-info"
        folder.mkdir()
        lines = [f"Requires-Dist: {line}" for line in requires]
        (folder / "METADATA").write_text(
            "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *lines, ""])
        )
    python = tmp_path / "env" / "bin" / "python"
    checked = subprocess.run(
        [sys.executable, "-m", "pip", "--python", str(python), "check"], capture_output=True, text=True, check=False
    )
    theirs = {_pair(each, line) for line in checked.stdout.splitlines() for each in PIP_LINES if each.match(line)}
    ours = check_consistency(PythonPrefix(prefix=tmp_path / "env", kind="venv", executable=python).capture())
    assert checked.returncode == 1
    assert len(theirs) == 5, checked.stdout
    assert {_pair(OUR_TEXT, one.text) for one in ours} == theirs


def _pair(pattern: re.Pattern[str], line: str) -> tuple[str, str]:
    found = pattern.match(line)
    assert found, line
    return normalise(found["who"]), normalise(found["what"])


def test_clash_names_the_pair_and_the_requirement() -> None:
    """The finding says who needs what, and what is there instead, with the place of the metadata."""
    (finding,) = check_consistency(
        environment(pip("distributed", "2022.5.1", "dask==2022.05.1"), pip("dask", "2022.1.1"))
    )
    assert finding.text == "distributed 2022.5.1 needs dask==2022.05.1, but dask 2022.1.1 is installed"
    assert (finding.code, finding.severity, finding.package) == ("inconsistent-pip", "warning", "distributed")
    assert finding.where == "/site/distributed"


def test_missing_requirement() -> None:
    """What is not installed at all has its own code."""
    assert told(pip("a", "1", "b[x]>=2")) == [("missing-requirement", "a 1 needs b[x]>=2, which is not installed")]


def test_consistent_environment_has_no_findings() -> None:
    """Met requirements, pre-releases, other spellings of a name and extras cause none."""
    assert told(pip("A.b", "2.0rc1"), pip("c", "1", "a-B>=1.9", "d; extra == 'more'", "a_b[x]")) == []


@pytest.mark.parametrize(
    ("platform", "counts"), [("linux-64", False), ("win-64", True), ("osx-arm64", False), (None, False)]
)
def test_markers_are_answered_for_the_captured_platform(platform: str | None, *, counts: bool) -> None:
    """A requirement of Windows counts in an environment captured there; of an unknown machine no marker holds."""
    found = told(pip("click", "8.1", "colorama; sys_platform == 'win32'"), platform=platform)
    assert bool(found) is counts


def test_markers_are_answered_for_the_captured_python() -> None:
    """The full version of the captured interpreter answers, not that of this one."""
    assert told(pip("a", "1", "tomli; python_full_version < '3.11.7'")) == []
    assert len(told(pip("a", "1", "tomli; python_full_version < '3.11.8'"))) == 1


def test_distributions_of_conda_packages_count() -> None:
    """What conda installed satisfies pip's requirements under the name of its distribution, and has its own."""
    owned = Distribution(name="msgpack", version="1.0", location="/site/msgpack", requires=("absent",))
    conda = CondaPackage(name="msgpack-python", version="1.0", requested=True, distributions=(owned,))
    assert told(conda, pip("a", "1", "msgpack>=1")) == [
        ("missing-requirement", "msgpack 1.0 needs absent, which is not installed")
    ]


def test_pip_over_conda() -> None:
    """Where pip laid a distribution over conda's, pip's version is the one that counts."""
    owned = Distribution(name="numpy", version="1.26", location="/site/numpy")
    conda = CondaPackage(name="numpy", version="1.26", requested=True, distributions=(owned,))
    assert told(pip("numpy", "2.0"), conda, pip("a", "1", "numpy<2")) == [
        ("inconsistent-pip", "a 1 needs numpy<2, but numpy 2.0 is installed")
    ]


def test_local_projects_count() -> None:
    """An editable project satisfies others and has requirements of its own; one without version meets any."""
    mine = LocalPackage(name="mine", version="0.1", path="/src", editable=True, requires=("six>=2",))
    other = LocalPackage(name="other", version=None, path="/other", editable=True)
    assert told(mine, other, pip("six", "1.16"), pip("a", "1", "mine>=0.1", "other>=9")) == [
        ("inconsistent-pip", "mine 0.1 needs six>=2, but six 1.16 is installed")
    ]


def test_unreadable_requirement_is_told() -> None:
    """A malformed line is a finding, and the lines beside it are still checked."""
    codes = [code for code, _ in told(pip("a", "1", "b >>= 2", "c", "d; no_such_variable == '1'"))]
    assert codes == ["unreadable-requirement", "missing-requirement", "unreadable-requirement"]


def test_installed_version_that_is_none() -> None:
    """A version that PEP 440 does not know meets no constraint, but an empty one."""
    assert told(pip("old", "0.1-legacy-x"), pip("a", "1", "old")) == []
    assert len(told(pip("old", "0.1-legacy-x"), pip("a", "1", "old>=0"))) == 1


def test_conda_records_are_checked(record: Record) -> None:
    """Unmet depends and broken constrains are findings with the place of the conda-meta file; `__glibc` is not ours."""
    records = (
        record("numpy", "2.0", depends=("libblas >=3.9", "absent", "__cuda"), constrains=("pandas >=2.2",)),
        record("pandas", "2.0"),
        record("libblas", "3.8", subdir="osx-64", md5=None),
    )
    packages = [
        CondaPackage(
            name=one.name, version=one.version, requested=True, record=one, where=f"/env/conda-meta/{one.name}.json"
        )
        for one in records
    ]
    found = check_consistency(environment(*packages))
    assert [one.text for one in found] == [
        "numpy 2.0 needs libblas >=3.9, but libblas 3.8 is there",
        "numpy 2.0 needs absent, which is not there",
        "numpy 2.0 goes only with pandas >=2.2, but pandas 2.0 is there",
    ]
    assert {(one.code, one.severity, one.where) for one in found} == {
        ("inconsistent-conda", "warning", "/env/conda-meta/numpy.json")
    }


def test_files_are_not_checked() -> None:
    """What a file lists is not installed: the solve says whether it can be."""
    listed = Environment(kind="files", python="3.11", platform="linux-64", packages=(pip("a", "1", "b"),))
    assert check_consistency(listed) == ()
