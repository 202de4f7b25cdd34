"""A channel whose `python` is only a link to a real interpreter, and prefixes that are installed from channels."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conda_package_streaming.create import conda_builder

MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
FULL = ".".join(map(str, sys.version_info[:3]))
_REAL = Path(sys.executable).resolve()
_INSTALL = Path(__file__).parent / "data" / "install_prefix.py"


def python_channel(folder: Path, noarch: Mapping[str, str] | None = None) -> Path:
    """Write a channel with python, python_abi and empty noarch python packages (name -> version)."""
    compact = MINOR.replace(".", "")
    home = f"home = {_REAL.parent}\ninclude-system-site-packages = false\nversion = {FULL}\n"
    rows = [
        _package(
            folder,
            {
                "name": "python",
                "version": FULL,
                "build": "linked_0_cpython",
                "subdir": "linux-64",
                "constrains": [f"python_abi {MINOR}.* *_cp{compact}"],
                "python_site_packages_path": f"lib/python{MINOR}/site-packages",
            },
            {"pyvenv.cfg": home.encode(), f"lib/python{MINOR}/site-packages/README.txt": b""},
            links={f"bin/{name}": str(_REAL) for name in ("python", "python3", f"python{MINOR}")},
        ),
        _package(
            folder,
            {
                "name": "python_abi",
                "version": MINOR,
                "build": f"0_cp{compact}",
                "subdir": "noarch",
                "noarch": "generic",
                "constrains": [f"python {MINOR}.*"],
            },
            {},
        ),
    ]
    for name, version in (noarch or {}).items():
        module = name.replace("-", "_")
        facts = {"name": name, "version": version, "build": "pyh_0", "subdir": "noarch", "noarch": "python"}
        rows.append(
            _package(folder, {**facts, "depends": ["python >=3.9"]}, {f"site-packages/{module}.py": b"found = True\n"})
        )
    for subdir in ("linux-64", "noarch"):
        held = {file: row for file, row in rows if row["subdir"] == subdir}
        index = {"info": {"subdir": subdir}, "packages": {}, "packages.conda": held, "repodata_version": 1}
        (folder / subdir / "repodata.json").write_text(json.dumps(index), encoding="utf-8")
    return folder


def install(prefix: Path, channels: Sequence[Path], specs: Sequence[str], *, cache: Path) -> Path:
    """Solve for linux-64 on local channels and install into a prefix, in a process of its own."""
    urls = [channel.resolve().as_uri() for channel in channels]
    request = {"prefix": str(prefix), "channels": urls, "specs": list(specs), "cache": str(cache)}
    done = subprocess.run(
        [sys.executable, str(_INSTALL)], input=json.dumps(request), text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return prefix


def run_python(prefix: Path, code: str) -> str:
    """Return what a program prints in a prefix."""
    return _output([str(prefix / "bin" / "python"), "-I", "-c", code])


def run_script(prefix: Path, name: str, *arguments: str) -> str:
    """Return what a console script of a prefix prints."""
    return _output([str(prefix / "bin" / name), *arguments])


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _package(
    folder: Path, facts: dict[str, Any], files: Mapping[str, bytes], *, links: Mapping[str, str] | None = None
) -> tuple[str, dict[str, Any]]:
    index = {"build_number": 0, "depends": [], "constrains": [], **facts}
    stem = f"{index['name']}-{index['version']}-{index['build']}"
    (folder / index["subdir"]).mkdir(parents=True, exist_ok=True)
    paths = [
        {"_path": path, "path_type": "hardlink", "sha256": hashlib.sha256(data).hexdigest(), "size_in_bytes": len(data)}
        for path, data in files.items()
    ]
    paths += [
        {"_path": path, "path_type": "softlink", "sha256": hashlib.sha256(b"").hexdigest(), "size_in_bytes": 0}
        for path in links or {}
    ]
    info: dict[str, object] = {
        "info/index.json": index,
        "info/paths.json": {"paths": paths, "paths_version": 1},
        "info/about.json": {},
    }
    if index.get("noarch") == "python":
        info["info/link.json"] = {"noarch": {"type": "python"}, "package_metadata_version": 1}
    with conda_builder(stem, folder / index["subdir"]) as archive:
        for path, data in files.items():
            _add(archive, path, data)
        for path, target in (links or {}).items():
            entry = tarfile.TarInfo(path)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
        for path, value in info.items():
            _add(archive, path, json.dumps(value).encode())
    made = folder / index["subdir"] / f"{stem}.conda"
    raw = made.read_bytes()
    digests = {"sha256": hashlib.sha256(raw).hexdigest(), "md5": hashlib.md5(raw).hexdigest(), "size": len(raw)}
    return made.name, {**index, **digests}


def _add(archive: tarfile.TarFile, path: str, data: bytes) -> None:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode = len(data), 0o755 if path.startswith("bin/") else 0o644
    archive.addfile(entry, io.BytesIO(data))
