"""The content hash of a lock, equal to conda-lock's for the same environment.yml and virtual packages."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from condasync.lock import virtual_packages_yaml
from condasync.lock.channel_text import hashable_channel
from condasync.lock.environment_specs import EnvironmentSpecs, read_environment
from condasync.lock.hashed_spec import HashedSpec

_SUBDIRS: Final = (*virtual_packages_yaml.CONDA_LOCK_DEFAULT, "noarch")
_TIMESTAMP: Final = 1577854800000  # conda-lock's constant, part of the hash


def content_hashes_of(
    text: str,
    *,
    path: str = "environment.yml",
    platforms: Sequence[str] = (),
    virtual_packages_text: str | None = None,
) -> tuple[tuple[str, str], ...]:
    """Return (platform, hash) pairs of an environment.yml text, as conda-lock computes them.

    `platforms` replace those of the text; without either conda-lock's four count. Without a virtual-packages.yaml text
    its defaults count. Raises InputSyntaxError.
    """
    return content_hashes_of_specs(
        read_environment(text, path=path, platforms=platforms), virtual_packages_text=virtual_packages_text
    )


def content_hashes_of_specs(
    environment: EnvironmentSpecs, *, virtual_packages_text: str | None = None
) -> tuple[tuple[str, str], ...]:
    """Return (platform, hash) pairs of what was read from one environment.yml or from several."""
    virtual = None
    if virtual_packages_text is not None:
        virtual = virtual_packages_yaml.loads(virtual_packages_text, path=virtual_packages_yaml.DEFAULT_FILENAME)
    return content_hashes(
        channels=environment.channels,
        specs_by_platform=dict(environment.specs),
        virtual_packages_by_platform=virtual,
        pip_repositories=environment.pip_repositories,
    )


def content_hashes(
    *,
    channels: Sequence[str],
    specs_by_platform: Mapping[str, Sequence[HashedSpec]],
    virtual_packages_by_platform: Mapping[str, Mapping[str, str]] | None = None,
    pip_repositories: Sequence[str] = (),
) -> tuple[tuple[str, str], ...]:
    """Return (platform, hash) pairs in the order of `specs_by_platform`.

    Virtual packages are subdir -> name -> "version" or "version build"; None stands for conda-lock's defaults.
    """
    head: dict[str, Any] = {"channels": [hashable_channel(channel) for channel in channels]}
    if pip_repositories:
        head["pip_repositories"] = [_repository(url) for url in pip_repositories]
    hashes = []
    for platform, specs in specs_by_platform.items():
        ordered = sorted(specs, key=lambda spec: (spec.manager, spec.name))
        content = {
            **head,
            "specs": [spec.to_json() for spec in ordered],
            "virtual_package_hash": _virtual_packages(platform, virtual_packages_by_platform),
        }
        digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode())
        hashes.append((platform, digest.hexdigest()))
    return tuple(hashes)


def _repository(url: str) -> str:
    return json.dumps({"url": url}, separators=(",", ":"), ensure_ascii=False)


def _virtual_packages(platform: str, stated: Mapping[str, Mapping[str, str]] | None) -> dict[str, Any]:
    by_subdir = virtual_packages_yaml.CONDA_LOCK_DEFAULT if stated is None else stated
    content: dict[str, Any] = {}
    for subdir in ("noarch", platform):
        rows = list(by_subdir.get(subdir, {}).items())
        if stated is None and subdir == "osx-64":
            rows.append(("__osx", "10.15"))  # conda-lock's default states it beside 11.0
        known = subdir in by_subdir or subdir in _SUBDIRS
        content[subdir] = (
            {"info": {"subdir": subdir}, "packages": dict(_row(subdir, *row) for row in rows)} if known else {}
        )
    return content


def _row(subdir: str, name: str, constraint: str) -> tuple[str, dict[str, Any]]:
    version, _, build_string = constraint.partition(" ")
    # conda-lock appends the build number once more, to keep the hashes of its version 2.
    build = f"{build_string}_0" if build_string else "0"
    return f"{name}-{version}-{build}.tar.bz2", {
        "name": name,
        "version": version,
        "build_string": build_string,
        "build_number": 0,
        "noarch": "",
        "depends": [],
        "timestamp": _TIMESTAMP,
        "package_type": "virtual_system",
        "build": build,
        "subdir": subdir,
    }
