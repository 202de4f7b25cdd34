"""The command line driven in-process, on the bundled snapshot, without network."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from condasync.channel.record import repodata_row
from condasync.cli.app import invoke
from condasync.model.record import ChannelRecord


@dataclass(frozen=True, slots=True)
class Ran:
    """Hold what one command line did."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        """Return the JSON envelope of a `--json` run."""
        loaded: dict[str, Any] = json.loads(self.out)
        return loaded

    @property
    def data(self) -> dict[str, Any]:
        """Return the envelope's data."""
        data: dict[str, Any] = self.envelope["data"]
        return data


class Cli(Protocol):
    """Run one command line."""

    def __call__(self, *arguments: str | Path) -> Ran:
        """Return what it did."""
        ...


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return one cache for the whole run, so that the snapshot is unpacked once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def no_package_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pip know no package index, whatever is configured on this machine."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")


@pytest.fixture
def cli(cache_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Return a runner of command lines in an empty folder of their own."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("CONDASYNC_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("CONDA_PREFIX", "VIRTUAL_ENV"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path) -> Ran:
        capsys.readouterr()
        code = invoke([str(one) for one in arguments])
        captured = capsys.readouterr()
        return Ran(code=code, out=captured.out, err=captured.err)

    return run


def make_conda_prefix(folder: Path, records: list[ChannelRecord], *, requested: set[str]) -> Path:
    """Lay out a conda prefix as an installer leaves it: conda-meta, and a dist-info for what lives in site-packages."""
    meta = folder / "conda-meta"
    meta.mkdir(parents=True)
    (meta / "history").write_text("", encoding="utf-8")
    python = next(record for record in records if record.name == "python")
    site = f"lib/python{'.'.join(python.version.split('.')[:2])}/site-packages"
    for record in records:
        files = _files(record, folder, site)
        content = {
            **repodata_row(record),
            "fn": record.file_name,
            "url": record.url,
            "channel": record.url.rsplit("/", 2)[0],
            "files": files,
            "paths_data": {"paths": [{"_path": path, "path_type": "hardlink"} for path in files], "paths_version": 1},
            **({"requested_spec": record.name} if record.name in requested else {}),
        }
        name = f"{record.name}-{record.version}-{record.build}.json"
        (meta / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def _files(record: ChannelRecord, folder: Path, site: str) -> list[str]:
    if record.noarch != "python" and not any(text.startswith("python_abi") for text in record.depends):
        return []
    path = f"{site}/{record.name.replace('-', '_')}-{record.version}.dist-info/METADATA"
    (folder / path).parent.mkdir(parents=True)
    (folder / path).write_text(
        f"Metadata-Version: 2.1\nName: {record.name}\nVersion: {record.version}\n", encoding="utf-8"
    )
    return [path]
