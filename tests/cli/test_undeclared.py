"""The situation of crick 0.0.3 as a user meets it: `doctor` and `why` name what a build does not declare."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.build import crick

if TYPE_CHECKING:
    from tests.cli.conftest import Cli
    from tests.conftest import PackageIndex

NAMED = "the build imports Cython (setup.py:7) and numpy (setup.py:4), which the project does not declare"
OPTIONS = ("-c", "bundled", "--python", "3.12")


def _sdist(name: str) -> bytes:
    """Return the sdist of a release in crick's situation."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for path, text in crick.FILES.items():
            entry = tarfile.TarInfo(f"{name}-0.0.3/{path}")
            data = text.replace("'crick'", f"'{name}'").encode()
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return made.getvalue()


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Return a file that lists a release that is there as source only."""
    path = tmp_path / "requirements.txt"
    path.write_text("only-source==0.0.3\n", encoding="utf-8")
    return path


@pytest.fixture
def index(
    package_index: PackageIndex,
    monkeypatch: pytest.MonkeyPatch,
    no_package_index: None,  # noqa: ARG001  to come after it
) -> PackageIndex:
    """Let pip know an index with that release."""
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    package_index.add("only-source", "only-source-0.0.3.tar.gz", _sdist("only-source"))
    return package_index


def _limits(cli: Cli, *options: str | Path) -> dict[int, dict[str, Any]]:
    ran = cli("doctor", *options, *OPTIONS, "--json")
    assert ran.code == 0, ran.err
    return {one["number"]: one for one in ran.data["limits"] if one["met"]}


def test_doctor_reads_the_source_of_what_has_no_wheel(cli: Cli, index: PackageIndex, listed: Path) -> None:
    """Nothing of it is run; the cure is a recipe, which lists both."""
    limits = _limits(cli, "-f", listed)
    assert list(limits) == [5, 6]
    assert limits[6]["where"] == [f"only-source: {NAMED}; condasync recipe only-source==0.0.3 writes them down"]
    assert limits[6]["cure"] == "condasync recipe only-source==0.0.3"
    assert any(path.endswith(".tar.gz") for path in index.paths)


def test_offline_it_asks_no_index(cli: Cli, index: PackageIndex, listed: Path) -> None:
    """And says nothing of what it has not seen."""
    assert 6 not in _limits(cli, "-f", listed, "--offline")
    assert index.paths == []


def test_why_names_them(cli: Cli, index: PackageIndex, listed: Path) -> None:  # noqa: ARG001
    """With the reason why no wheel stands for it."""
    ran = cli("why", "only-source", "-f", listed, *OPTIONS)
    assert ran.code == 0, ran.err
    assert "[no-wheel]" in ran.out
    assert f"warning: only-source: {NAMED}" in ran.out


def test_a_local_project_and_a_repository_are_built_with_them(cli: Cli, tmp_path: Path) -> None:
    """Both are named, the cure is the option of export; `why` says the same of one."""
    for name in ("here", "there"):
        for path, text in crick.FILES.items():
            place = tmp_path / name / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text.replace("'crick'", f"'{name}'"), encoding="utf-8")
    author = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    for command in (("init", "--quiet"), ("add", "."), (*author, "commit", "--quiet", "-m", "x")):
        subprocess.run(["git", *command], cwd=tmp_path / "there", check=True)
    source = tmp_path / "requirements.txt"
    source.write_text(f"-e {tmp_path / 'here'}\nthere @ git+{(tmp_path / 'there').as_uri()}\n", encoding="utf-8")
    limits = _limits(cli, "-f", source, "--offline")
    assert [text.split(":")[0] for text in limits[6]["where"]] == ["here", "there"]
    assert all(f"{NAMED}; condasync export --add-build-requires" in text for text in limits[6]["where"])
    assert limits[6]["cure"] == f"condasync export -f {source} -c bundled --add-build-requires"
    assert NAMED in cli("why", "there", "-f", source, *OPTIONS, "--offline").out


def test_what_conda_has_needs_no_build(cli: Cli, tmp_path: Path, index: PackageIndex) -> None:
    """crick is on conda-forge: its source is not even looked at."""  # noqa: D403
    index.add("crick", "crick-0.0.3.tar.gz", _sdist("crick"))
    source = tmp_path / "requirements.txt"
    source.write_text("crick==0.0.3\n", encoding="utf-8")
    assert _limits(cli, "-f", source) == {}
    assert not [path for path in index.paths if path.endswith(".tar.gz")]
