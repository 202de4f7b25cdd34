"""conda's environment files: channels, MatchSpecs, and a pip section in pip's own format."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from condasync.capture.files.merge import merge
from condasync.capture.files.pins import conda_pins, same_version
from condasync.capture.files.selector import selected
from condasync.capture.files.text_file import Place, is_printable, syntax_error
from condasync.capture.files.yaml_text import line_of_item, line_of_key, load_yaml
from condasync.convert.matchspec import parse_spec
from condasync.errors import CaptureError
from condasync.model.environment import Environment, InputFile
from condasync.model.package import CondaPackage
from condasync.model.url import Url

_HINT = "a dependency is written `- numpy=1.26`, `- numpy>=1.26,<2` or `- conda-forge::numpy`"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: Path
    lines: tuple[str, ...]
    subdir: str


def capture_environment_yml(path: Path, text: str, *, subdir: str) -> Environment:
    """Return what a conda environment file lists on a platform.

    `name`, `prefix` and `variables` say nothing about packages and are not read.
    Raises InputSyntaxError with the line of a fault, CaptureError for another kind of YAML file.
    """
    document = load_yaml(path, text)
    if not isinstance(document, CommentedMap) or "dependencies" not in document:
        raise CaptureError(
            f"{path}: this is no conda environment file: it has no 'dependencies'",
            hints=_hints(document),
            path=f"{path}",
        )
    file = _File(path=path, lines=tuple(text.split("\n")), subdir=subdir)
    head = Environment(
        kind="files",
        channels=tuple(name for name in _strings(document, "channels", path) if name != "nodefaults"),
        platforms=_strings(document, "platforms", path),
        index_urls=tuple(map(Url, _strings(document, "pip-repositories", path))),
        inputs=(InputFile(path=f"{path}", kind="environment.yml"),),
    )
    return merge([head, *_dependencies(document, file)])


def _hints(document: Any) -> tuple[str, ...]:
    if isinstance(document, dict) and {"package", "packages"} & set(document):
        return ("this looks like a lock file; capture reads what a lock is made from",)
    return ("an environment file lists its packages under `dependencies:`",)


def _strings(document: CommentedMap, key: str, path: Path) -> tuple[str, ...]:
    value = document.get(key)
    if value is None:
        return ()
    if not isinstance(value, CommentedSeq) or not all(isinstance(one, str) and is_printable(one) for one in value):
        raise syntax_error(Place(path, line_of_key(document, key)), f"{key!r} must be a list of strings")
    return tuple(map(str, value))


def _dependencies(document: CommentedMap, file: _File) -> Iterator[Environment]:
    listed = document["dependencies"]
    if listed is None:
        return
    if not isinstance(listed, CommentedSeq):
        place = Place(file.path, line_of_key(document, "dependencies"))
        raise syntax_error(place, "'dependencies' must be a list", _HINT)
    for index, item in enumerate(listed):
        place = Place(file.path, line_of_item(listed, index))
        keep, note = selected(_line(file, place), file.subdir, place)
        if note:
            yield Environment(kind="files", findings=(note,))
        if keep:
            yield from _dependency(item, place, file)


def _dependency(item: Any, place: Place, file: _File) -> Iterator[Environment]:
    match item:
        case str():
            yield Environment(kind="files", packages=(_conda(item, place),))
        case CommentedMap() if set(item) == {"pip"}:
            yield from _pip_section(item, file)
        case CommentedMap():
            names = ", ".join(repr(str(key)) for key in item)
            hint = "the only section is `- pip:`; a version is written name=1.2, without a blank after the sign"
            raise syntax_error(place, f"in 'dependencies' the section {names} is not known", hint)
        case _:
            raise syntax_error(place, f"a dependency must be a string, found {_found(item)}", _HINT)


def _conda(text: str, place: Place) -> CondaPackage:
    try:
        spec = parse_spec(text)
    except ValueError as error:
        raise syntax_error(place, f"this is no conda MatchSpec: {error}", _HINT) from error
    version = same_version(conda_pins((spec,)))
    return CondaPackage(
        name=spec.name,
        version=version,
        requested=True,
        build=spec.build if version and "*" not in (spec.build or "") else None,
        channel=spec.channel,
        specs=(spec,),
        where=str(place),
    )


def _pip_section(section: CommentedMap, file: _File) -> Iterator[Environment]:
    listed = section["pip"]
    if listed is None:
        return
    if not isinstance(listed, CommentedSeq):
        raise syntax_error(Place(file.path, line_of_key(section, "pip")), "the pip section must be a list")
    from condasync.capture.files.requirements import (  # noqa: PLC0415  10 ms that most files do not need
        Reading,
        capture_lines,
    )
    from condasync.capture.files.requirements_line import logical_lines  # noqa: PLC0415  as above

    # conda hands the section to pip as a requirements file beside the environment file; so it is read as one.
    reading = Reading(path=file.path)
    for index, item in enumerate(listed):
        place = Place(file.path, line_of_item(listed, index))
        if not isinstance(item, str):
            hint = "write name==1.2, or -r FILE"
            raise syntax_error(place, f"in the pip section a requirement must be a string, found {_found(item)}", hint)
        keep, note = selected(_line(file, place), file.subdir, place)
        if note:
            yield Environment(kind="files", findings=(note,))
        if keep:
            yield capture_lines(logical_lines(item, first=place.line or 1), reading)


def _found(item: Any) -> str:
    return "an empty item" if item is None else str(item)


def _line(file: _File, place: Place) -> str:
    return file.lines[(place.line or 1) - 1]
