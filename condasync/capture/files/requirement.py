"""One listed requirement: by name, by URL, by archive or by folder."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement

from condasync.capture.files.local_path import looks_like_path, project_at
from condasync.capture.files.pins import pip_pins, same_version
from condasync.capture.files.reference import (
    archive_name,
    direct_url,
    file_name_of,
    fragment_hashes,
    fragment_of,
    is_archive,
    is_conda_build_path,
    is_folder_url,
    is_url,
)
from condasync.capture.files.text_file import Place, is_printable, syntax_error
from condasync.errors import InputSyntaxError
from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.package import DirectUrl, PipPackage
from condasync.model.spec import PipRequirement
from condasync.model.url import Url

_HASH = re.compile(r"(?:sha256|sha384|sha512):[0-9a-f]+", re.IGNORECASE)
_MARKER = re.compile(r"\s;|;\s")
_EXTRAS = re.compile(r"(?P<base>[^\[\]]+)\[(?P<extras>[^\[\]]*)\]")
_NAMED_URL = re.compile(r"[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?\s*@")
_SINGLE_EQUALS = re.compile(r"[A-Za-z0-9._-]+\s*=\s*[^=\s]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedText:
    """Hold a requirement as it stands in a file; `shown` is the text for messages, before variables were filled in."""

    text: str
    place: Place
    shown: str
    hashes: tuple[str, ...] = ()
    editable: bool = False


def listed(line: ListedText) -> Environment:
    """Return the one package that a requirement lists, and what is to be said about it.

    Raises InputSyntaxError for what pip would not take.
    """
    _check_text(line)
    named_url = _NAMED_URL.match(line.text) is not None
    # `Foo-1.0-py3-none-any.whl` would pass for a name.
    if is_url(line.text) or (not line.editable and not named_url and is_archive(_bare(line.text)[0])):
        return _unnamed(line)
    try:
        requirement = Requirement(line.text)
    except InvalidRequirement as error:
        if not named_url and looks_like_path(line.text, line.place.path.parent, editable=line.editable):
            return _folder(line, None, line.text)
        raise malformed(line, error) from error
    if line.editable and requirement.url is None:
        return _folder(line, None, line.text)
    return named(requirement, line)


def named(requirement: Requirement, line: ListedText) -> Environment:
    """Return the package of a PEP 508 requirement."""
    _check_text(line)
    entry = PipRequirement(
        name=requirement.name,
        specifier=str(requirement.specifier),
        extras=tuple(sorted(requirement.extras)),
        marker=str(requirement.marker) if requirement.marker else None,
        where=str(line.place),
        hashes=line.hashes,
    )
    if requirement.url is None:
        return _package(entry)
    return _referenced(entry, requirement.url, line)


def _referenced(entry: PipRequirement, url: str, line: ListedText) -> Environment:
    if "://" in url and not is_url(url):
        raise syntax_error(
            line.place, "pip knows no URL of this scheme", "use https, file or git+https", shown=line.shown
        )
    try:
        if is_conda_build_path(url):
            return _built_by_conda(entry, url)
        if is_folder_url(url) or not is_url(url):
            return _folder(line, entry.name, unquote(urlsplit(url).path) if is_url(url) else url, entry.extras)
        reference = direct_url(url, editable=line.editable)
    except ValueError as error:
        raise syntax_error(line.place, f"this URL cannot be read ({error})", shown=line.shown) from error
    return _package(replace(entry, url=Url(url), hashes=entry.hashes + fragment_hashes(url)), reference)


def _package(entry: PipRequirement, reference: DirectUrl | None = None, *findings: Finding) -> Environment:
    package = PipPackage(
        name=entry.name,
        version=same_version(pip_pins((entry,))),
        requested=True,
        requirements=(entry,),
        direct_url=reference,
    )
    return Environment(kind="files", packages=(package,), findings=findings)


def _built_by_conda(entry: PipRequirement, url: str) -> Environment:
    """Take the name, and the version when the file name states it: conda's build folder is nobody's source."""
    facts = archive_name(url) if is_archive(url) else None
    finding = Finding(
        code="conda-build-path",
        severity="note",
        text=f"the URL of {entry.name} is the folder where conda built it; it is taken by name"
        + (f" and version {facts[1]}" if facts else ", its version is not known"),
        package=entry.name,
        where=entry.where,
    )
    return _package(replace(entry, specifier=f"=={facts[1]}" if facts else ""), None, finding)


def _unnamed(line: ListedText) -> Environment:
    """Return the package of a URL or archive without `name @` before it."""
    target, marker = _bare(line.text)
    try:
        name, extras = _stated_name(target)
    except ValueError as error:
        raise syntax_error(line.place, f"this URL cannot be read ({error})", shown=line.shown) from error
    if is_folder_url(target) and not name:
        return _folder(line, None, unquote(urlsplit(target).path))
    entry = PipRequirement(
        name=name or Url(target).public,
        extras=extras,
        marker=_marker(marker, line),
        where=str(line.place),
        hashes=line.hashes,
    )
    url = target if is_url(target) else (line.place.path.parent / target).absolute().as_uri()
    environment = _referenced(entry, url, line)
    if name:
        return environment
    text = f"this line does not say which package it is; write `name @ URL` for {file_name_of(target)}"
    finding = Finding(code="unnamed-reference", severity="warning", text=text, where=entry.where)
    return replace(environment, findings=(*environment.findings, finding))


def _stated_name(target: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the name and extras that `#egg=` states, else the name in the file name."""
    egg = fragment_of(target).get("egg") if is_url(target) else None
    if egg:
        found = _EXTRAS.fullmatch(egg)
        return (found["base"], _extras(found["extras"])) if found else (egg, ())
    facts = archive_name(target) if is_archive(target) else None
    return facts[0] if facts else None, ()


def _check_text(line: ListedText) -> None:
    if not is_printable(line.text):
        raise syntax_error(line.place, "a requirement holds no control character", shown=line.shown)
    for value in line.hashes:
        if not _HASH.fullmatch(value):
            raise syntax_error(line.place, "a hash is written sha256:HEXDIGITS", shown=value)


def _folder(line: ListedText, name: str | None, text: str, extras: tuple[str, ...] = ()) -> Environment:
    base, marker = _bare(text)
    found = _EXTRAS.fullmatch(base)
    if found and name is None:
        base, extras = found["base"], _extras(found["extras"])
    package, findings = project_at(base.strip(), line.place, name=name, extras=extras, editable=line.editable)
    if marker:
        _marker(marker, line)
        note = f"the marker of this project is not evaluated: {marker}"
        finding = Finding(
            code="marker-ignored", severity="note", text=note, package=package.name, where=str(line.place)
        )
        findings = (*findings, finding)
    return Environment(kind="files", packages=(package,), findings=findings)


def _bare(text: str) -> tuple[str, str]:
    """Return a URL or path without its marker, and the marker."""
    found = _MARKER.search(text)
    return (text[: found.start()].strip(), text[found.end() :].strip()) if found else (text.strip(), "")


def _marker(text: str, line: ListedText) -> str | None:
    try:
        return str(Marker(text)) if text else None
    except InvalidMarker as error:
        raise syntax_error(line.place, "this marker cannot be read", shown=text) from error


def _extras(text: str) -> tuple[str, ...]:
    return tuple(sorted(filter(None, (one.strip() for one in text.split(",")))))


def malformed(line: ListedText, error: InvalidRequirement) -> InputSyntaxError:
    """Return the error for a text that is no PEP 508 requirement."""
    reason = str(error).split("\n", 1)[0]
    hints = ("a requirement is written name==1.2, name>=1,<2 or name @ URL (PEP 508)",)
    if _SINGLE_EQUALS.match(line.text):
        hints = ("an exact version is written with two equals signs: name==1.2",)
    return syntax_error(line.place, f"this is no requirement ({reason})", *hints, shown=line.shown)
