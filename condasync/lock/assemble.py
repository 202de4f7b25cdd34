"""A lock from solutions: one row per package and platform, fields as conda-lock would fill them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from condasync.errors import LockFileError
from condasync.lock.categories import with_categories
from condasync.lock.match_spec_text import parse_match_spec
from condasync.lock.version_text import merge_versions
from condasync.model.lockfile import LockedPackage, LockFile, LockMetadata
from condasync.model.placeholder import below_channel, locked_form
from condasync.model.record import ChannelRecord
from condasync.model.solve import Solution
from condasync.model.url import redact


def lockfile_for(
    *,
    solutions: Mapping[str, Solution],
    channels: Sequence[str],
    content_hash: Sequence[tuple[str, str]],
    sources: Sequence[str],
    wheels: Sequence[LockedPackage] = (),
    requested: Mapping[str, str] | None = None,
    custom: Sequence[tuple[str, str]] = (),
) -> LockFile:
    """Return the lock of the solutions, which are given per platform.

    `requested` maps names to categories, None puts everything into "main"; `wheels` are pip rows, of which only the
    dependencies on other pip rows are kept. Raises LockFileError for a record without md5 or without category.
    """
    rows: list[LockedPackage] = []
    for platform, solution in solutions.items():
        on_platform = [_conda_row(record, platform) for record in solution.records]
        on_platform += _pip_rows(wheels, platform)
        rows += with_categories(on_platform, requested or {})
    rows.sort(key=_key)
    _refuse_twins(rows)
    return LockFile(
        packages=tuple(rows),
        metadata=LockMetadata(
            content_hash=tuple(sorted(content_hash)),
            channels=tuple(map(locked_form, channels)),
            platforms=tuple(sorted(solutions)),
            sources=tuple(sources),
            custom=tuple(sorted(custom)),
        ),
    )


def locked_dependencies(depends: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return (name, version constraint) pairs of a record's `depends`, sorted by name.

    As in conda-lock: virtual packages stay, build strings go, several requests for one name are joined.
    """
    constraints: defaultdict[str, list[str]] = defaultdict(list)
    for text in depends:
        name, version = _dependency(text)
        constraints[name].append(version)
    return tuple(sorted((name, merge_versions(versions)) for name, versions in constraints.items()))


def _dependency(text: str) -> tuple[str, str]:
    try:
        spec = parse_match_spec(text)
    except ValueError:
        # The engine understood it, so it counts; the text is kept as it stands.
        name, _, rest = text.strip().partition(" ")
        return name, rest.strip()
    return spec.name, spec.version


def _conda_row(record: ChannelRecord, platform: str) -> LockedPackage:
    if not record.md5:
        raise LockFileError(
            f"the channel states no md5 for {record.file_name}, and conda-lock.yml needs one",
            hints=(f"index the channel {redact(record.channel)} anew, with md5 digests",),
            package=record.name,
        )
    return LockedPackage(
        manager="conda",
        name=record.name,
        version=record.version,
        platform=platform,
        url=below_channel(record.url, record.channel),
        md5=record.md5,
        sha256=record.sha256,
        dependencies=locked_dependencies(record.depends),
        build=record.build,
    )


def _pip_rows(wheels: Sequence[LockedPackage], platform: str) -> list[LockedPackage]:
    rows = [row for row in wheels if row.platform == platform]
    names = {row.name for row in rows}
    return [
        replace(
            row,
            url=locked_form(row.url),
            dependencies=tuple(sorted(pair for pair in row.dependencies if pair[0] in names)),
        )
        for row in rows
    ]


def _key(row: LockedPackage) -> tuple[str, str, str]:
    return row.name, row.manager, row.platform


def _refuse_twins(rows: Sequence[LockedPackage]) -> None:
    for one, other in pairwise(rows):
        if _key(one) == _key(other):
            raise LockFileError(
                f"{one.manager} package {one.name!r} is in the solution twice for {one.platform}", package=one.name
            )
