"""A wheel as a conda package: equal wheels give equal bytes, whenever and wherever they are made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from condasync.build.conda_archive import PackageFile, conda_archive
from condasync.build.conda_layout import Layout, installed_files
from condasync.build.depends import Depends, MapRequirement, depends_of, has_headers
from condasync.build.wheel_check import WheelFit
from condasync.build.wheel_file import WheelFile
from condasync.convert.version import to_conda_version
from condasync.model.spec import PipRequirement
from condasync.model.target import Target

_HASH_LENGTH = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePackage:
    """Hold a conda package in memory; `row` is its repodata row with digests, `unmet` what it requires besides."""

    file_name: str
    subdir: str
    data: bytes
    row: Mapping[str, Any]
    unmet: tuple[PipRequirement, ...]


def conda_package(
    wheel: WheelFile,
    fit: WheelFit,
    *,
    name: str,
    target: Target,
    map_requirement: MapRequirement,
    extras: Collection[str] = (),
    direct_url: Mapping[str, object] | None = None,
) -> MadePackage:
    """Return the conda package `name` of a wheel that was found to run on the target.

    Pure wheels become noarch python, unless their requirements differ by platform; compiled ones a package for one
    Python with launchers; stable-ABI ones noarch python of the target's subdir (CEP 20). The build string carries a
    digest of the content, so a changed project never meets its older self in a cache. Raises BuildError.
    """
    depends = depends_of(wheel, fit, target, map_requirement, extras=extras)
    for_one = fit.kind == "compiled" or depends.one_platform or has_headers(wheel)
    layout = Layout(python=target.python if for_one else None)
    files = installed_files(wheel, layout, direct_url=direct_url)
    subdir = "noarch" if fit.kind == "pure" and not for_one else target.subdir
    index = _index(wheel, name, subdir, layout, depends)
    paths = [_path_row(file) for file in files]
    digest = hashlib.sha256(_json([index, paths])).hexdigest()[:_HASH_LENGTH]
    python = f"py{target.python.replace('.', '')}" if for_one else "py"
    index |= {"build": f"{python}h{digest}_0", "build_number": 0}
    stem = f"{index['name']}-{index['version']}-{index['build']}"
    data = conda_archive(stem, files, _info(wheel, index, paths, layout))
    row = {
        **index,
        "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
    }
    return MadePackage(file_name=f"{stem}.conda", subdir=subdir, data=data, row=row, unmet=depends.unmet)


def _index(wheel: WheelFile, name: str, subdir: str, layout: Layout, depends: Depends) -> dict[str, Any]:
    index: dict[str, Any] = {
        "name": name,
        "version": to_conda_version(wheel.version),
        "depends": list(depends.texts),
        "constrains": [],
        "subdir": subdir,
        "purls": [f"pkg:pypi/{wheel.name}@{wheel.version}"],
    }
    if wheel.license:
        index["license"] = wheel.license
    if layout.python is None:
        index["noarch"] = "python"
    if subdir != "noarch":
        system, _, bits = subdir.partition("-")
        index |= {"platform": system, "arch": "x86_64" if bits == "64" else bits}
    return index


def _path_row(file: PackageFile) -> dict[str, Any]:
    row: dict[str, Any] = {
        "_path": file.path,
        "path_type": "hardlink",
        "sha256": hashlib.sha256(file.data).hexdigest(),
        "size_in_bytes": len(file.data),
    }
    if file.prefix_placeholder:
        row |= {"file_mode": "text", "prefix_placeholder": file.prefix_placeholder}
    return row


def _info(
    wheel: WheelFile, index: Mapping[str, Any], paths: Sequence[Mapping[str, Any]], layout: Layout
) -> list[PackageFile]:
    about = {"summary": wheel.summary, "license": wheel.license, "home": wheel.home}
    documents: dict[str, Any] = {
        "index.json": index,
        "about.json": {key: value for key, value in about.items() if value},
        "paths.json": {"paths": list(paths), "paths_version": 1},
        "hash_input.json": {},
    }
    if layout.python is None:
        scripts = [f"{one.name} = {one.module}:{one.attribute}" for one in wheel.entry_points]
        documents["link.json"] = {
            "noarch": {"type": "python", "entry_points": scripts},
            "package_metadata_version": 1,
        }
    files = [PackageFile(path=f"info/{key}", data=_json(value)) for key, value in documents.items()]
    listed = "".join(f"{row['_path']}\n" for row in paths)
    files.append(PackageFile(path="info/files", data=listed.encode()))
    licences = f"{wheel.dist_info}/licenses/"
    files += [
        PackageFile(path=f"info/licenses/{member.name.removeprefix(licences)}", data=member.data)
        for member in wheel.members
        if member.name.startswith(licences)
    ]
    return files


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2, sort_keys=True).encode()
