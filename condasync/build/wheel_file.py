"""A wheel read once, with everything that a RECORD and a file list can be wrong about."""

from __future__ import annotations

import base64
import configparser
import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from condasync.errors import BuildError

_SCHEMES = frozenset({"purelib", "platlib", "scripts", "data", "headers"})
_UNSIGNED = ("RECORD", "RECORD.jws", "RECORD.p7s")
_COLUMNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelMember:
    """Hold one file of a wheel; `name` as in the archive."""

    name: str
    data: bytes
    executable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPoint:
    """Hold one console or GUI script: `name = module:attribute`."""

    name: str
    module: str
    attribute: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WheelFile:
    """Hold a whole wheel whose RECORD was verified.

    `name` is normalised (PEP 503); `version` as in the file name; `members` without RECORD, sorted by name;
    `requires` are raw Requires-Dist lines; `data_folder` is `NAME-VERSION.data`, there or not.
    """

    file_name: str
    sha256: str
    name: str
    version: str
    tags: frozenset[Tag]
    members: tuple[WheelMember, ...]
    dist_info: str
    requires: tuple[str, ...]
    requires_python: str | None
    summary: str | None
    license: str | None
    home: str | None
    entry_points: tuple[EntryPoint, ...]

    @property
    def data_folder(self) -> str:
        """Return the name of the folder for files outside site-packages."""
        return f"{self.dist_info.removesuffix('.dist-info')}.data"

    @property
    def is_pure(self) -> bool:
        """Return whether the wheel's tags let it run everywhere."""
        return all(tag.platform == "any" and tag.abi == "none" for tag in self.tags)


def read_wheel(path: Path) -> WheelFile:
    """Return a wheel; raise BuildError for a broken one, a wrong RECORD, a path that leaves the prefix, no version."""
    try:
        name, version, _, tags = parse_wheel_filename(path.name)
    except InvalidWheelFilename as fault:
        raise _broken(path, str(fault)) from fault
    try:
        raw = path.read_bytes()
        members = _members(path, raw)
    except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as fault:
        raise _broken(path, f"cannot be read: {fault}") from fault
    content = {member.name: member.data for member in members}
    dist_info = _dist_info(path, content)
    _verify_record(path, content, dist_info)
    metadata = BytesParser().parsebytes(content[f"{dist_info}/METADATA"])
    _check_metadata(path, metadata)
    return WheelFile(
        file_name=path.name,
        sha256=hashlib.sha256(raw).hexdigest(),
        name=name,
        version=str(version),
        tags=tags,
        members=tuple(one for one in members if one.name.removeprefix(f"{dist_info}/") not in _UNSIGNED),
        dist_info=dist_info,
        requires=_all(metadata, "Requires-Dist"),
        requires_python=_one(metadata, "Requires-Python"),
        summary=_one(metadata, "Summary"),
        license=_one(metadata, "License-Expression") or _first_line(_one(metadata, "License")),
        home=_one(metadata, "Home-page"),
        entry_points=_entry_points(path, content.get(f"{dist_info}/entry_points.txt", b"")),
    )


def _members(path: Path, raw: bytes) -> tuple[WheelMember, ...]:
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        listed = [one for one in archive.infolist() if not one.is_dir()]
        names = [one.filename for one in listed]
        for one in names:
            _check_path(path, one)
        twice = sorted({one for one in names if names.count(one) > 1}) if len(set(names)) < len(names) else []
        if twice:
            raise _broken(path, f"{twice[0]} is in it twice")
        found = [
            WheelMember(name=one.filename, data=archive.read(one), executable=bool((one.external_attr >> 16) & 0o111))
            for one in listed
        ]
    return tuple(sorted(found, key=lambda member: member.name))


def _check_path(path: Path, name: str) -> None:
    parts = name.split("/")
    outside = ".." in parts or name.startswith("/") or "\\" in name or ":" in parts[0] or "\0" in name
    if outside or "" in parts or "." in parts:
        raise BuildError(
            f"{path.name}: the path {name!r} leaves the prefix, or is none",
            reason="wheel-leaves-prefix",
            hints=("do not install this wheel: a wheel has no such paths",),
            path=str(path),
        )
    if (
        parts[0].endswith(".data")
        and len(parts) > 1
        and (parts[1] not in _SCHEMES or len(parts) < len(("folder", "scheme", "file")))
    ):
        raise _broken(path, f"{name!r} belongs to no known install scheme")
    if parts[0].endswith(".data") and parts[1] == "data" and parts[2] == "conda-meta":
        raise _broken(path, f"{name!r} would write into conda's own records")


def _dist_info(path: Path, content: Mapping[str, bytes]) -> str:
    found = sorted({name.split("/")[0] for name in content if name.split("/")[0].endswith(".dist-info")})
    if len(found) != 1:
        raise _broken(path, f"{len(found)} .dist-info folders are in it, one is wanted")
    for needed in ("METADATA", "WHEEL", "RECORD"):
        if f"{found[0]}/{needed}" not in content:
            raise _broken(path, f"there is no {needed} in it")
    return found[0]


def _verify_record(path: Path, content: Mapping[str, bytes], dist_info: str) -> None:
    try:
        rows = list(csv.reader(io.StringIO(content[f"{dist_info}/RECORD"].decode("utf-8"))))
    except (csv.Error, UnicodeDecodeError) as fault:
        raise _bad_record(path, f"cannot be read: {fault}") from fault
    stated = {row[0]: row[1] for row in rows if len(row) >= _COLUMNS}
    exempt = {f"{dist_info}/{name}" for name in _UNSIGNED}
    for name in sorted(content.keys() - exempt):
        if name not in stated:
            raise _bad_record(path, f"does not list {name}")
        if not _same(stated[name], content[name]):
            raise _bad_record(path, f"states another digest for {name}")
    gone = sorted(stated.keys() - content.keys() - exempt)
    if gone:
        raise _bad_record(path, f"lists {gone[0]}, which is not there")


def _same(stated: str, data: bytes) -> bool:
    algorithm, _, digest = stated.partition("=")
    if algorithm not in {"sha256", "sha384", "sha512"}:
        return False
    return digest == base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()


def _check_metadata(path: Path, metadata: Message) -> None:
    if not _one(metadata, "Name"):
        raise _broken(path, "its METADATA states no name")
    if not _one(metadata, "Version"):
        raise BuildError(
            f"{path.name}: its METADATA states no version",
            reason="no-version",
            hints=("give the project a version: `version` in [project] of pyproject.toml",),
            path=str(path),
        )


def _entry_points(path: Path, text: bytes) -> tuple[EntryPoint, ...]:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = lambda optionstr: optionstr  # type: ignore[method-assign]  # names keep their case
    try:
        parser.read_string(text.decode("utf-8"))
    except (configparser.Error, UnicodeDecodeError) as fault:
        raise _broken(path, f"its entry_points.txt cannot be read: {fault}") from fault
    found: list[EntryPoint] = []
    for section in ("console_scripts", "gui_scripts"):
        for name, value in parser.items(section) if parser.has_section(section) else ():
            module, colon, attribute = value.split("[")[0].strip().partition(":")
            dotted = [*module.strip().split("."), *attribute.strip().split(".")]
            if not colon or not all(part.isidentifier() for part in dotted) or "/" in name or name.startswith("."):
                raise _broken(path, f"its script {name!r} = {value!r} is no entry point")
            found.append(EntryPoint(name=name, module=module.strip(), attribute=attribute.strip()))
    return tuple(sorted(found, key=lambda one: one.name))


def _one(metadata: Message, key: str) -> str | None:
    value = metadata.get(key)
    text = str(value).strip() if value is not None else ""
    return None if text in {"", "UNKNOWN"} else text


def _all(metadata: Message, key: str) -> tuple[str, ...]:
    return tuple(" ".join(str(value).split()) for value in metadata.get_all(key) or ())


def _first_line(text: str | None) -> str | None:
    return text.splitlines()[0] if text else None


def _broken(path: Path, why: str) -> BuildError:
    return BuildError(f"{path.name}: {why}", reason="wheel-broken", hints=("build the wheel anew",), path=str(path))


def _bad_record(path: Path, why: str) -> BuildError:
    return BuildError(
        f"{path.name}: its RECORD {why}", reason="wheel-record", hints=("build the wheel anew",), path=str(path)
    )
