"""What pip has installed over a conda package in the same version shows in digests only."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from condasync.capture.prefixes.conda_prefix import CondaPrefix
from condasync.model.finding import Finding
from condasync.model.package import CondaPackage

_SITE = "lib/python3.11/site-packages"
_FOLDER = f"{_SITE}/numpy-1.26.4.dist-info"


def paths_data(prefix: Path, *, field: str = "sha256_in_prefix") -> dict[str, object]:
    """Return what conda-meta says of the metadata files as they are now."""
    names = ("METADATA", "RECORD")
    digests = {name: hashlib.sha256((prefix / _FOLDER / name).read_bytes()).hexdigest() for name in names}
    rows = [{"_path": f"{_FOLDER}/{name}", "path_type": "hardlink", field: digests[name]} for name in names]
    return {"paths_version": 1, "paths": rows}


def overwritten(prefix: Path) -> list[Finding]:
    """Return the findings about what lies over what, after proving that both sides are still one package."""
    environment = CondaPrefix(prefix=prefix).capture()
    numpy = next(package for package in environment.packages if package.name == "numpy")
    assert isinstance(numpy, CondaPackage)
    assert [one.version for one in numpy.distributions] == ["1.26.4"]
    return [finding for finding in environment.findings if finding.code == "overwritten-by-pip"]


@pytest.fixture
def prefix(conda_prefix: Path, write_dist: Callable[..., Path], write_record: Callable[..., Path]) -> Path:
    """Return a prefix with numpy as conda installed it (a synthetic record)."""
    write_dist(conda_prefix / _SITE, "numpy", "1.26.4", installer="conda", files={"RECORD": "numpy/__init__.py,,\n"})
    files = [f"{_FOLDER}/METADATA", f"{_FOLDER}/RECORD"]
    write_record(conda_prefix, "numpy", "1.26.4", files=files, paths_data=paths_data(conda_prefix))
    return conda_prefix


def test_files_as_conda_installed_them_are_no_news(prefix: Path) -> None:
    """Equal digests: nothing lies over the package."""
    assert overwritten(prefix) == []


@pytest.mark.parametrize("name", ["METADATA", "RECORD"])
def test_a_changed_file_is_told(name: str, prefix: Path) -> None:
    """Pip writes its own RECORD even where the metadata is the same text: one changed file is enough."""
    path = prefix / _FOLDER / name
    path.write_bytes(path.read_bytes() + b"numpy.libs/x.so,sha256=abc,1\n")
    (prefix / _FOLDER / "INSTALLER").write_text("pip\n", encoding="utf-8")
    (finding,) = overwritten(prefix)
    assert (finding.severity, finding.package) == ("warning", "numpy")
    assert finding.text == (
        "numpy 1.26.4 was installed by pip over the conda package numpy, in the same version: its files are not those "
        "of numpy-1.26.4-0.conda, which the lock will hold"
    )
    assert finding.where is not None
    assert finding.where.endswith(_FOLDER)


def test_the_digest_in_the_prefix_counts(prefix: Path, write_record: Callable[..., Path]) -> None:
    """Where conda replaced a prefix in a file, `sha256` is that of the package and `sha256_in_prefix` the real one."""
    data = paths_data(prefix)
    rows = data["paths"]
    assert isinstance(rows, list)
    changed = [{**row, "sha256": "0" * 64} for row in rows]
    write_record(prefix, "numpy", "1.26.4", files=[row["_path"] for row in rows], paths_data={"paths": changed})
    assert overwritten(prefix) == []


@pytest.mark.parametrize(
    "data", [None, [], {"paths": None}, {"paths": [3, {}, {"_path": 1}, {"_path": f"{_FOLDER}/RECORD", "sha256": 7}]}]
)
def test_records_without_digests_say_nothing(data: object, prefix: Path, write_record: Callable[..., Path]) -> None:
    """Old or odd conda-meta files are read as before."""
    write_record(prefix, "numpy", "1.26.4", files=[f"{_FOLDER}/METADATA"], paths_data=data)
    assert overwritten(prefix) == []


def test_a_missing_file_decides_nothing(prefix: Path) -> None:
    """A RECORD that was removed is no sign of pip."""
    (prefix / _FOLDER / "RECORD").unlink()
    assert overwritten(prefix) == []
