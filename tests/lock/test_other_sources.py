"""Sources that only conda-lock reads, against what conda-lock itself hashes."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from condasync.errors import UsageError
from condasync.lock.freshness import drifts_from_sources
from condasync.lock.other_sources import asked_of_conda_lock
from condasync.lock.source_answer import is_environment_yml
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.pypi.names_grayskull import grayskull_file

PLATFORMS = ("linux-64", "osx-arm64")
POETRY = """\
[tool.poetry.dependencies]
python = "^3.11"
requests = "^2.20"
[tool.conda-lock]
channels = ["conda-forge"]
platforms = ["linux-64", "osx-arm64"]
[tool.conda-lock.dependencies]
zlib = ">=1.2"
[build-system]
requires = ["poetry-core"]
build-backend = "poetry.core.masonry.api"
"""
PEP_621 = """\
[project]
name = "mine"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["requests >=2.20", "torch"]
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[tool.conda-lock]
channels = ["conda-forge"]
platforms = ["linux-64", "osx-arm64"]
"""
META = """\
package:
  name: mine
  version: 1.0
requirements:
  run:
    - python >=3.11
    - requests >=2.20
"""


@pytest.fixture(autouse=True)
def no_table_of_conda_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let conda-lock have fetched no table of names."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def locked(source: Path) -> LockFile:
    """Return a lock of `requests` and others with the hash that conda-lock computes for a source."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock.content_hash import compute_content_hashes  # noqa: PLC0415 - slow to import
        from conda_lock.src_parser import make_lock_spec  # noqa: PLC0415
        from conda_lock.virtual_package import default_virtual_package_repodata  # noqa: PLC0415

        spec = make_lock_spec(src_files=[source], platform_overrides=list(PLATFORMS), mapping_url=str(grayskull_file()))
        hashes = compute_content_hashes(spec, default_virtual_package_repodata())
    rows = [
        LockedPackage(manager="conda", name=name, version=version, platform=platform, url="", md5="0" * 32, sha256=None)
        for platform in PLATFORMS
        for name, version in (("requests", "2.31"), ("zlib", "1.3"), ("python", "3.11.9"), ("pytorch", "2.1"))
    ]
    metadata = LockMetadata(
        content_hash=tuple(hashes.items()), channels=("conda-forge",), platforms=PLATFORMS, sources=(source.name,)
    )
    return LockFile(packages=tuple(rows), metadata=metadata)


@pytest.mark.parametrize(
    ("name", "text"), [("pyproject.toml", POETRY), ("pyproject.toml", PEP_621), ("meta.yaml", META)]
)
def test_conda_lock_says_whether_its_sources_changed(tmp_path: Path, name: str, text: str) -> None:
    """An unchanged source is fresh; what a changed one wants and the lock has not is named, per platform."""
    source = tmp_path / name
    source.write_text(text, encoding="utf-8")
    lock = locked(source)
    assert drifts_from_sources(lock, [source], folder=tmp_path) == ()
    old, new = ("^2.20", "^2.32") if text == POETRY else (">=2.20", ">=2.32")
    source.write_text(text.replace(old, new), encoding="utf-8")
    drifts = drifts_from_sources(lock, [source], folder=tmp_path)
    assert {(drift.name, drift.before) for drift in drifts} == {("requests", "2.31")}
    assert [drift.text.rpartition("for ")[2] for drift in drifts] == list(PLATFORMS)


def test_a_platform_that_is_new(tmp_path: Path) -> None:
    """A platform that the section names and the lock lacks is wanted."""
    source = tmp_path / "pyproject.toml"
    source.write_text(POETRY, encoding="utf-8")
    lock = locked(source)
    source.write_text(POETRY.replace('"osx-arm64"]', '"osx-arm64", "win-64"]'), encoding="utf-8")
    (drift,) = drifts_from_sources(lock, [source], folder=tmp_path)
    assert drift.text == "the platform win-64 is wanted and not locked"


def test_the_table_that_conda_lock_has_fetched_counts_first(tmp_path: Path) -> None:
    """Its names entered the hash: a lock made with it is fresh, though condasync's own table says otherwise."""
    from conda_lock.lookup import DEFAULT_MAPPING_URL  # noqa: PLC0415 - slow to import
    from conda_lock.lookup_cache import cached_filename_for_url  # noqa: PLC0415

    folder = tmp_path / "cache" / "conda-lock" / "cache" / "pypi-mapping"
    folder.mkdir(parents=True)
    row = '{"requests": {"conda_name": "requests-by-another-name", "pypi_name": "requests"}}'
    (folder / cached_filename_for_url(DEFAULT_MAPPING_URL)).write_text(row, encoding="utf-8")
    source = tmp_path / "pyproject.toml"
    source.write_text(PEP_621, encoding="utf-8")
    asked = {"platforms": ["linux-64"], "folder": tmp_path}
    names = [spec.name for spec in asked_of_conda_lock([source], locked={}, **asked).specs["linux-64"]]  # type: ignore[arg-type]
    assert "requests-by-another-name" in names
    lock = locked(source)
    assert drifts_from_sources(lock, [source], folder=tmp_path) == ()


def test_without_conda_lock_it_cannot_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 2 and what to install, never a guess."""
    broken = tmp_path / "broken" / "conda_lock"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('not here')\n", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(broken.parent))
    source = tmp_path / "pyproject.toml"
    source.write_text(PEP_621, encoding="utf-8")
    with pytest.raises(UsageError, match=r"only conda-lock can tell .* it cannot be asked: ImportError") as caught:
        asked_of_conda_lock([source], platforms=["linux-64"], folder=tmp_path, locked={})
    assert "pip install 'conda-lock>=4'" in caught.value.hints[0]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("environment.yml", True), ("a.yaml", True), ("meta.yaml", False), ("pyproject.toml", False), ("r.txt", False)],
)
def test_which_files_are_read_here(name: str, expected: bool) -> None:  # noqa: FBT001 - a parameter
    """As conda-lock decides: by the name."""
    assert is_environment_yml(Path(name)) is expected
