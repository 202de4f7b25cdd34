"""An environment.yml as conda-lock reads it: channels, platforms and the requests for each platform."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from condasync.errors import InputSyntaxError
from condasync.lock.hashed_spec import HashedSpec, versioned
from condasync.lock.match_spec_text import parse_match_spec
from condasync.lock.pip_spec_text import holds_on, parse_pip_line
from condasync.lock.yaml_document import YamlError, load_yaml
from condasync.model.url import redact

DEFAULT_PLATFORMS: Final = ("linux-64", "osx-arm64", "osx-64", "win-64")
"""What conda-lock locks when an environment.yml names no platforms."""

_SELECTOR = re.compile(r"(.+?)\s*(#.*)\[([^\[\]]+)\](?(2)[^\(\)]*)$")
_SELECTORS: Final = {
    "linux-64": frozenset({"linux64", "unix", "linux"}),
    "linux-aarch64": frozenset({"aarch64", "unix", "linux"}),
    "linux-ppc64le": frozenset({"ppc64le", "unix", "linux"}),
    "osx-64": frozenset({"osx64", "osx", "unix"}),
    "osx-arm64": frozenset({"arm64", "osx", "unix"}),
    "win-64": frozenset({"win", "win64"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSpecs:
    """Hold what conda-lock hashes of an environment.yml; `specs` are (platform, requests) pairs."""

    channels: tuple[str, ...]
    specs: tuple[tuple[str, tuple[HashedSpec, ...]], ...]
    pip_repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Source:
    path: str

    def fail(self, problem: str, line: int | None = None) -> InputSyntaxError:
        place = self.path if line is None else f"{self.path}:{line}"
        return InputSyntaxError(f"{place}: {redact(problem)}", path=self.path, line=line)

    def mapping(self, text: str) -> dict[str, Any]:
        try:
            document = load_yaml(text, unique_keys=False)
        except YamlError as error:
            raise self.fail(f"not YAML: {error.problem}", error.line) from None
        if not isinstance(document, dict):
            raise self.fail("no mapping at its top")
        return document

    def texts(self, document: dict[str, Any], key: str) -> tuple[str, ...]:
        value = document.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.fail(f"expected a list of strings in {key!r}")
        return tuple(value)


def read_environment(text: str, *, path: str, platforms: Sequence[str] = ()) -> EnvironmentSpecs:
    """Return the requests of an environment.yml text; `platforms` replace those that it names.

    Raises InputSyntaxError where conda-lock could not read the file.
    """
    source = _Source(path=path)
    document = source.mapping(text)
    channels = list(source.texts(document, "channels"))
    if "nodefaults" in channels:
        channels.remove("nodefaults")
    category = document.get("category") or "main"
    if not isinstance(category, str):
        raise source.fail("expected a string in 'category'")
    wanted = tuple(platforms) or source.texts(document, "platforms") or DEFAULT_PLATFORMS
    return EnvironmentSpecs(
        channels=tuple(channels),
        specs=tuple((platform, _specs(source, text, platform, category)) for platform in dict.fromkeys(wanted)),
        pip_repositories=source.texts(document, "pip-repositories"),
    )


def merged_specs(files: Sequence[EnvironmentSpecs]) -> EnvironmentSpecs:
    """Return what several files ask for together, at least one, read for the same platforms: the last request counts.

    Raises ValueError when conda-lock would refuse them: the channels of one are not the last ones of the other.
    """
    specs = {
        platform: tuple(
            {(spec.manager, spec.name): spec for file in files for spec in dict(file.specs)[platform]}.values()
        )
        for platform, _ in files[0].specs
    }
    return EnvironmentSpecs(
        channels=_longest([file.channels for file in files], "channels"),
        specs=tuple(specs.items()),
        pip_repositories=_longest([file.pip_repositories for file in files], "pip-repositories"),
    )


def stated_platforms(text: str, *, path: str) -> tuple[str, ...]:
    """Return the platforms that an environment.yml names, () when it names none. Raises InputSyntaxError."""
    source = _Source(path=path)
    return source.texts(source.mapping(text), "platforms")


def selected_lines(text: str, platform: str) -> Iterator[str]:
    """Return the lines that hold on a platform: a comment `# [osx]` at a line's end selects, whole comments go."""
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            continue
        found = _SELECTOR.match(line)
        if found is None or found[3] in _SELECTORS.get(platform, frozenset()):
            yield line


def _longest(lists: Sequence[tuple[str, ...]], what: str) -> tuple[str, ...]:
    longest = max(lists, key=len)
    if any(one != longest[len(longest) - len(one) :] for one in lists):
        raise ValueError(f"the {what} of the files do not go together")
    return longest


def _specs(source: _Source, text: str, platform: str, category: str) -> tuple[HashedSpec, ...]:
    """Return one request per (manager, name); as in conda-lock, the last one counts."""
    dependencies = source.mapping("\n".join(selected_lines(text, platform))).get("dependencies")
    if not isinstance(dependencies, list):
        raise source.fail("expected a list in 'dependencies'")
    lines = [one for one in dependencies if isinstance(one, str)]
    sections = [one for one in dependencies if not isinstance(one, str)]
    specs = [_conda_spec(source, line, category) for line in lines]
    for section in sections:
        if not isinstance(section, dict):
            raise source.fail(f"expected a package, found {section!r} in 'dependencies'; write it in quotes")
        specs += _pip_specs(source, section.get("pip"), platform, category)
    return tuple({(spec.manager, spec.name): spec for spec in specs}.values())


def _conda_spec(source: _Source, line: str, category: str) -> HashedSpec:
    try:
        spec = parse_match_spec(line)
    except ValueError as error:
        raise source.fail(f"{error}: {line!r}") from None
    return HashedSpec(
        name=spec.name,
        manager="conda",
        category=category,
        source=versioned(spec.version, build=spec.build, channel=spec.channel),
    )


def _pip_specs(source: _Source, section: Any, platform: str, category: str) -> Iterator[HashedSpec]:
    if section is None:
        return
    if not isinstance(section, list) or not all(isinstance(line, str) for line in section):
        raise source.fail("expected a list of requirements in 'pip'")
    for line in section:
        if re.match(r"-e .*$", line):
            continue
        try:
            spec = parse_pip_line(line, category=category)
            if holds_on(spec.markers, platform):
                yield spec
        except ValueError as error:
            raise source.fail(f"{error}: {line!r}") from None
    yield HashedSpec(name="pip", manager="conda", category="main", source=versioned("*"))
