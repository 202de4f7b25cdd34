"""A build backend of a test project (PEP 517): packages every module beside it, compiles `*.c` files with gcc."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Table = dict[str, Any]


def get_requires_for_build_wheel(_settings: Table | None = None) -> list[str]:
    """Return that nothing has to be downloaded."""
    return []


def _metadata(project: Table) -> str:
    lines = ["Metadata-Version: 2.4", f"Name: {project['name']}"]
    lines.append(f"Version: {project.get('version', '0.0.0')}")  # as setuptools does without one
    if "requires-python" in project:
        lines.append(f"Requires-Python: {project['requires-python']}")
    lines += [f"Requires-Dist: {one}" for one in project.get("dependencies", [])]
    if "license" in project:
        lines.append(f"License-Expression: {project['license']}")
    return "\n".join([*lines, "", "words\n"])


def _compile(source: Path, suffix: str) -> Path:
    made = source.with_name(source.stem + suffix)
    flags = os.environ.get("CFLAGS", "").split()
    include = sysconfig.get_paths()["include"]
    subprocess.run(["gcc", "-shared", "-fPIC", "-g", *flags, f"-I{include}", str(source), "-o", str(made)], check=True)
    return made


def get_requires_for_build_editable(_settings: Table | None = None) -> list[str]:
    """Return that nothing has to be downloaded."""
    return []


def build_editable(directory: str, _settings: Table | None = None, _metadata: str | None = None) -> str:
    """Write a wheel that only points at the sources (PEP 660)."""
    return _wheel(directory, editable=True)


def build_wheel(directory: str, _settings: Table | None = None, _metadata: str | None = None) -> str:
    """Write the wheel and return its file name."""
    return _wheel(directory, editable=False)


def _wheel(wheel_directory: str, *, editable: bool) -> str:
    root = source_root = Path.cwd()
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    name = re.sub(r"[-_.]+", "_", project["name"]).lower()
    version = project.get("version", "0.0.0")
    compiled = sorted(root.glob(f"{name}/**/*.c"))
    tag = "py3-none-any"
    if compiled and not editable:
        cp = f"cp{sys.version_info[0]}{sys.version_info[1]}"
        tag = f"{cp}-{cp}-linux_x86_64"
        for one in compiled:
            _compile(one, sysconfig.get_config_var("EXT_SUFFIX"))
    info = f"{name}-{version}.dist-info"
    entries = "".join(f"{key} = {value}\n" for key, value in project.get("scripts", {}).items())
    members = {
        f"{path.relative_to(root).as_posix()}": path.read_bytes()
        for path in sorted(root.glob(f"{name}/**/*"))
        if path.is_file() and path.suffix not in {".c", ".pyc"}
    }
    if editable:
        members = {f"_{name}.pth": f"{source_root}\n".encode()}
        tag = "py3-none-any"
    members[f"{info}/METADATA"] = _metadata(project).encode()
    members[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
    if entries:
        members[f"{info}/entry_points.txt"] = f"[console_scripts]\n{entries}".encode()
    for licence in sorted(root.glob("LICENSE*")):
        members[f"{info}/licenses/{licence.name}"] = licence.read_bytes()
    record = "".join(f"{path},sha256={_digest(data)},{len(data)}\n" for path, data in members.items())
    members[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    file = f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(Path(wheel_directory) / file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in members.items():
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), data)
    return file


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
