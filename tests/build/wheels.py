"""Wheels for tests: whole, and broken in one place each."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sysconfig
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from condasync.model.target import Target, VirtualPackage

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=(VirtualPackage(name="__glibc", version="2.28"),))


def make_wheel(
    folder: Path,
    files: Mapping[str, str | bytes] | None = None,
    *,
    name: str = "hello_local",
    version: str = "1.2",
    tag: str = "py3-none-any",
    requires: Sequence[str] = (),
    metadata: str = "",
    entry_points: str = "",
    record: Mapping[str, str | None] | None = None,
    without: Sequence[str] = (),
) -> Path:
    """Write a wheel and return its path; `record` replaces digests, None leaves a row out."""
    info = f"{name}-{version}.dist-info"
    lines = ["Metadata-Version: 2.4", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {one}" for one in requires]
    content: dict[str, str | bytes] = {
        **(files if files is not None else {f"{name}/__init__.py": "def main():\n    print('runs')\n"}),
        f"{info}/METADATA": metadata or "\n".join([*lines, "", ""]),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nTag: {tag}\n",
        **({f"{info}/entry_points.txt": entry_points} if entry_points else {}),
    }
    members = {path: data.encode() if isinstance(data, str) else data for path, data in content.items()}
    rows = {path: _digest(data) for path, data in members.items()}
    rows.update({path: value for path, value in (record or {}).items() if value is not None})
    for path, value in (record or {}).items():
        if value is None:
            del rows[path]
    text = "".join(f"{path},{value},\n" for path, value in rows.items())
    members[f"{info}/RECORD"] = f"{text}{info}/RECORD,,\n".encode()
    folder.mkdir(parents=True, exist_ok=True)
    wheel = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            if path.removeprefix(f"{info}/") not in without:
                archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), data)
    return wheel


def compiled(folder: Path, source: str = "int answer(void) { return 42; }\n", *flags: str) -> bytes:
    """Return a shared library that gcc made of a source text."""
    folder.mkdir(parents=True, exist_ok=True)
    code, made = folder / "x.c", folder / "x.so"
    code.write_text(source, encoding="utf-8")
    include = sysconfig.get_paths()["include"]
    command = ["gcc", "-shared", "-fPIC", f"-I{include}", str(code), "-o", str(made), *flags]
    subprocess.run(command, check=True)
    return made.read_bytes()


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
