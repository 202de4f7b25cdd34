"""What a lock says about its inputs: digests and answers, never a path, a host or a user."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from packaging.utils import canonicalize_name

from condasync.convert.matchspec import to_environment
from condasync.lock.input_facts import Facts, facts_of
from condasync.model.environment import Environment
from condasync.model.lockfile import LockFile
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage, manager_of
from condasync.model.placeholder import locked_form
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target

PREFIX: Final = "condasync_"
SCHEMA: Final = "1"
_ENGINE: Final = f"{PREFIX}engine"
_INPUT: Final = f"{PREFIX}input_"


def custom_metadata(
    *,
    inputs: Sequence[Environment],
    targets: Iterable[Target],
    python: str | None,
    channels_from_command_line: bool,
    engine: tuple[str, str],
) -> tuple[tuple[str, str], ...]:
    """Return the sorted (key, value) pairs for a lock's `custom_metadata`; every key but one starts with `condasync_`.

    `created_by` is there because conda-lockfiles reads no custom metadata without it. One digest per input, in their
    order, and short facts that name what changed later; `python` is the version asked for on the command line; `engine`
    is the name and version of what verified the lock.
    """
    pairs = {
        "created_by": "condasync",
        f"{PREFIX}schema": SCHEMA,
        f"{PREFIX}channels_from_command_line": "true" if channels_from_command_line else "false",
        _ENGINE: " ".join(engine),
    }
    if python is not None:
        pairs[f"{PREFIX}python"] = python
    for at, environment in enumerate(inputs, start=1):
        pairs[f"{_INPUT}{at}"] = f"{environment.kind} sha256:{input_digest(environment)}"
        pairs |= {f"{_INPUT}{at}_{name}": words for name, words in input_facts(environment).items()}
    for target in targets:
        packages = sorted(f"{one.name}={one.version}={one.build}" for one in target.virtual_packages)
        pairs[f"{PREFIX}target_{target.subdir}"] = " ".join([f"python={target.python}", *packages])
    return tuple(sorted(pairs.items()))


def input_digest(environment: Environment) -> str:
    """Return the sha256 of what an input asks for; equal for the same packages in another order or place."""
    content = {"packages": _packages(environment.packages), **_settings(environment)}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def input_facts(environment: Environment) -> Facts:
    """Return what a lock remembers of an input beside its digest, to name what changed."""
    return facts_of([_package(package) for package in environment.packages], _settings(environment))


def stated_inputs(lock: LockFile) -> tuple[tuple[str, str, Facts], ...]:
    """Return (kind, digest, facts) of each input that a lock remembers, () when another tool wrote it."""
    custom = dict(lock.metadata.custom)
    found: list[tuple[str, str, Facts]] = []
    while (stated := custom.get(f"{_INPUT}{len(found) + 1}")) is not None:
        kind, _, digest = stated.partition(" sha256:")
        prefix = f"{_INPUT}{len(found) + 1}_"
        facts = {key.removeprefix(prefix): value for key, value in custom.items() if key.startswith(prefix)}
        found.append((kind, digest, facts))
    return tuple(found)


def verifying_engine(lock: LockFile) -> tuple[str, str] | None:
    """Return (name, version) of the engine that verified a lock, None when the lock does not say."""
    name, _, version = dict(lock.metadata.custom).get(_ENGINE, "").partition(" ")
    return (name, version) if name and version else None


def same_but_for_engine(one: LockFile, other: LockFile) -> bool:
    """Return whether two locks differ at most in the engine that verified them: then the old file stays."""
    return _without_engine(one) == _without_engine(other)


def _without_engine(lock: LockFile) -> LockFile:
    custom = tuple(pair for pair in lock.metadata.custom if pair[0] != _ENGINE)
    return replace(lock, metadata=replace(lock.metadata, custom=custom))


def _settings(environment: Environment) -> dict[str, Any]:
    """Return what an input says beside its packages."""
    return {
        "constraints": sorted(_requirement(one) for one in environment.constraints),
        "requires_python": environment.requires_python,
        "channels": [locked_form(channel) for channel in environment.channels],
        "platforms": environment.platforms,
        "platform": environment.platform,
        "python": environment.python,
        "index_urls": [_public(url.public) for url in environment.index_urls],
        "find_links": [_public(url.public) for url in environment.find_links],
        **_selected(environment),
        **({} if environment.indexes == "beside" else {"indexes": environment.indexes}),
    }


def _selected(environment: Environment) -> dict[str, Any]:
    """Return what other platforms ask for, where selectors decide."""
    found = [[one.platform, _packages(one.left_out), _packages(one.added)] for one in environment.by_platform]
    return {"selectors": found} if found else {}


def _packages(packages: Sequence[CapturedPackage]) -> list[str]:
    return sorted(json.dumps(_package(package), sort_keys=True) for package in packages)


def _package(package: CapturedPackage) -> list[Any]:
    return [
        manager_of(package),
        package.name if isinstance(package, CondaPackage) else canonicalize_name(package.name),
        package.version,
        package.requested,
        _requests(package),
    ]


def _requests(package: CapturedPackage) -> list[str]:
    """Return what decides beside name and version: lines of files, builds, origins. A local path decides nothing."""
    match package:
        case CondaPackage():
            origin = [package.channel or "", package.subdir or "", package.build or ""]
            return origin + sorted(_spec(spec) for spec in package.specs)
        case PipPackage():
            direct = package.direct_url
            origin = [] if direct is None else [direct.kind, _public(direct.url.public), direct.commit or ""]
            return origin + sorted(_requirement(one) for one in package.requirements)
        case LocalPackage():
            return sorted(package.requires)


def _spec(spec: CondaSpec) -> str:
    return to_environment(spec)


def _requirement(requirement: PipRequirement) -> str:
    return json.dumps(
        [
            canonicalize_name(requirement.name),
            requirement.specifier,
            sorted(requirement.extras),
            requirement.marker,
            _public(requirement.url.public) if requirement.url else None,
            sorted(requirement.hashes),
        ]
    )


def _public(url: str) -> str:
    """Leave out where a local file lies: the same project elsewhere is the same input."""
    return "file" if url.startswith("file:") else url
