"""Where the files of a wheel lie in a conda package: site-packages, scripts, data, launchers."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from condasync.build.conda_archive import PackageFile
from condasync.build.wheel_file import EntryPoint, WheelFile, WheelMember
from condasync.errors import BuildError

PLACEHOLDER = "/opt/placehold_" + "_placehold" * 24
_LAUNCHER = """\
#!{prefix}/bin/python
# -*- coding: utf-8 -*-
import re
import sys

from {module} import {first}

if __name__ == "__main__":
    sys.argv[0] = re.sub(r"(-script\\.pyw?|\\.exe)?$", "", sys.argv[0])
    sys.exit({attribute}())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Say where things go; `python` is the minor of a package for one Python, None for noarch python."""

    python: str | None

    @property
    def site_packages(self) -> str:
        """Return the folder of importable modules."""
        return "site-packages" if self.python is None else f"lib/python{self.python}/site-packages"

    @property
    def scripts(self) -> str:
        """Return the folder of scripts; conda moves the one of noarch python."""
        return "python-scripts" if self.python is None else "bin"


def installed_files(
    wheel: WheelFile, layout: Layout, *, direct_url: Mapping[str, object] | None = None
) -> tuple[PackageFile, ...]:
    """Return every file of the package but those of `info/`, sorted by path, with a RECORD of the new places.

    Launchers are written for a package of one Python; for noarch python conda makes them from link.json. Raises
    BuildError when two files of the wheel would lie in one place.
    """
    files = [_file(member, wheel, layout) for member in wheel.members]
    own = {"INSTALLER": b"conda\n", "REQUESTED": b""}
    if direct_url is not None:
        own["direct_url.json"] = json.dumps(direct_url, sort_keys=True).encode()
    info = f"{layout.site_packages}/{wheel.dist_info}"
    taken = {file.path for file in files}
    files += [PackageFile(path=f"{info}/{name}", data=data) for name, data in own.items()
              if f"{info}/{name}" not in taken]  # fmt: skip
    if layout.python is not None:
        files += [_launcher(one) for one in wheel.entry_points if f"bin/{one.name}" not in taken]
    _refuse_clash(wheel, files)
    files.append(_record(f"{info}/RECORD", layout, files))
    return tuple(sorted(files, key=lambda file: file.path))


def _file(member: WheelMember, wheel: WheelFile, layout: Layout) -> PackageFile:
    folder = f"{wheel.data_folder}/"
    if not member.name.startswith(folder):
        return PackageFile(path=f"{layout.site_packages}/{member.name}", data=member.data, executable=member.executable)
    scheme, _, rest = member.name.removeprefix(folder).partition("/")
    match scheme:
        case "purelib" | "platlib":
            return PackageFile(path=f"{layout.site_packages}/{rest}", data=member.data, executable=member.executable)
        case "scripts":
            return _script(f"{layout.scripts}/{rest}", member.data)
        case "headers":
            path = f"include/python{layout.python}/{wheel.name}/{rest}"
            return PackageFile(path=path, data=member.data)
        case _:
            return PackageFile(path=rest, data=member.data, executable=member.executable)


def _script(path: str, data: bytes) -> PackageFile:
    """Return a script; `#!python` stands for the interpreter of the prefix (the wheel format says so)."""
    first, newline, rest = data.partition(b"\n")
    if not first.startswith(b"#!python"):
        return PackageFile(path=path, data=data, executable=True)
    words = first.split(maxsplit=1)[1:]
    shebang = b" ".join([f"#!{PLACEHOLDER}/bin/python".encode(), *words])
    return PackageFile(path=path, data=shebang + newline + rest, executable=True, prefix_placeholder=PLACEHOLDER)


def _launcher(entry: EntryPoint) -> PackageFile:
    text = _LAUNCHER.format(
        prefix=PLACEHOLDER, module=entry.module, first=entry.attribute.partition(".")[0], attribute=entry.attribute
    )
    return PackageFile(path=f"bin/{entry.name}", data=text.encode(), executable=True, prefix_placeholder=PLACEHOLDER)


def _refuse_clash(wheel: WheelFile, files: list[PackageFile]) -> None:
    seen: set[str] = set()
    for file in files:
        if file.path in seen:
            raise BuildError(
                f"{wheel.file_name}: two of its files would lie at {file.path}",
                reason="wheel-broken",
                hints=("build the wheel anew",),
            )
        seen.add(file.path)


def _record(path: str, layout: Layout, files: list[PackageFile]) -> PackageFile:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows(_rows(layout, files))
    writer.writerow([posixpath.relpath(path, layout.site_packages), "", ""])
    return PackageFile(path=path, data=text.getvalue().encode())


def _rows(layout: Layout, files: list[PackageFile]) -> Iterator[tuple[str, str, str]]:
    for file in sorted(files, key=lambda one: one.path):
        place = posixpath.relpath(file.path, layout.site_packages)
        if file.prefix_placeholder:  # installing replaces the placeholder, and the digest with it
            yield place, "", ""
            continue
        digest = base64.urlsafe_b64encode(hashlib.sha256(file.data).digest()).rstrip(b"=").decode()
        yield place, f"sha256={digest}", str(len(file.data))
