"""A channel that carries a Dask worker: the test environment's own distributions, repacked as conda packages."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution
from pathlib import Path
from typing import Any

import zstandard

from condasync.convert.version import to_conda_version
from tests.build.python_channel import MINOR, python_channel
from tests.cluster.world.distributions import Needed, needed

ROOTS = ("distributed", "condasync")
_SITE = f"lib/python{MINOR}/site-packages"
_PLACEHOLDER = "/placehold" * 20
_SOURCE = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """Hold one file of a package; `mtime` keeps the compiled modules beside their sources valid."""

    path: str
    data: bytes
    mtime: int
    mode: int
    placeholder: bool = False


def worker_channel(folder: Path, roots: Sequence[str] = ROOTS) -> Path:
    """Write a channel with python and the closure of some installed distributions; return its folder.

    The packages are for linux-64 and this Python, with the names of conda-forge (dask is `dask-core`) and the versions
    that are installed. An editable condasync is taken from its sources.
    """
    python_channel(folder)
    subdir = folder / "linux-64"
    rows = dict(_package(subdir, one) for one in needed(roots))
    path = subdir / "repodata.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    index["packages.conda"] |= rows
    path.write_text(json.dumps(index), encoding="utf-8")
    return folder


def _package(subdir: Path, one: Needed) -> tuple[str, dict[str, Any]]:
    version = to_conda_version(one.distribution.version)
    compact = MINOR.replace(".", "")
    entries = sorted(_entries(one.distribution), key=lambda entry: entry.path)
    index: dict[str, Any] = {
        "name": one.conda_name,
        "version": version,
        "build": f"py{compact}_0",
        "build_number": 0,
        "subdir": "linux-64",
        "platform": "linux",
        "arch": "x86_64",
        "depends": [f"python_abi {MINOR}.* *_cp{compact}", f"python {MINOR}.*", *one.depends],
        "constrains": [],
    }
    stem = f"{index['name']}-{version}-{index['build']}"
    raw = _archive(stem, entries, index)
    (subdir / f"{stem}.conda").write_bytes(raw)
    digests = {"sha256": hashlib.sha256(raw).hexdigest(), "md5": hashlib.md5(raw).hexdigest(), "size": len(raw)}
    return f"{stem}.conda", {**index, **digests}


def _entries(distribution: Distribution) -> Iterator[_Entry]:
    for file in distribution.files or ():
        path, parts = Path(str(distribution.locate_file(file))), file.parts
        if not path.is_file() or file.suffix == ".pth" or parts[-1] == "direct_url.json":
            continue
        if parts[0] != "..":
            yield _entry(f"{_SITE}/{file.as_posix()}", path)
        elif "bin" in parts and "__pycache__" not in parts:
            yield _script(f"bin/{file.name}", path)
    if distribution.metadata["Name"] == "condasync":
        for path in sorted((_SOURCE / "condasync").rglob("*")):
            if path.is_file():
                yield _entry(f"{_SITE}/{path.relative_to(_SOURCE).as_posix()}", path)


def _entry(name: str, path: Path) -> _Entry:
    return _Entry(path=name, data=path.read_bytes(), mtime=int(path.stat().st_mtime), mode=0o644)


def _script(name: str, path: Path) -> _Entry:
    """Return a console script whose first line names the prefix's Python."""
    text = path.read_bytes()
    if text.startswith(b"#!"):
        text = f"#!{_PLACEHOLDER}/bin/python\n".encode() + text.partition(b"\n")[2]
    return _Entry(path=name, data=text, mtime=0, mode=0o755, placeholder=True)


def _archive(stem: str, entries: Sequence[_Entry], index: dict[str, Any]) -> bytes:
    paths = {"paths": [_path_row(entry) for entry in entries], "paths_version": 1}
    documents = {"index.json": index, "paths.json": paths, "about.json": {}}
    info = [
        _Entry(path=f"info/{name}", data=json.dumps(value).encode(), mtime=0, mode=0o644)
        for name, value in documents.items()
    ]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("metadata.json", json.dumps({"conda_pkg_format_version": 2}))
        archive.writestr(f"pkg-{stem}.tar.zst", _tar(entries))
        archive.writestr(f"info-{stem}.tar.zst", _tar(info))
    return out.getvalue()


def _path_row(entry: _Entry) -> dict[str, Any]:
    digest = hashlib.sha256(entry.data).hexdigest()
    row: dict[str, Any] = {"_path": entry.path, "path_type": "hardlink", "sha256": digest}
    row["size_in_bytes"] = len(entry.data)
    if entry.placeholder:
        row |= {"file_mode": "text", "prefix_placeholder": _PLACEHOLDER}
    return row


def _tar(entries: Sequence[_Entry]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, encoding="utf-8") as archive:
        for entry in entries:
            member = tarfile.TarInfo(entry.path)
            member.size, member.mtime, member.mode = len(entry.data), entry.mtime, entry.mode
            archive.addfile(member, io.BytesIO(entry.data))
    return zstandard.ZstdCompressor(level=1).compress(out.getvalue())
