"""From settings and options to concrete objects: the only place that chooses between adapters."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeAlias, get_args

from condasync.convert.virtual_packages import conda_overrides, parse_override
from condasync.errors import UsageError
from condasync.model.environment import Environment
from condasync.model.record import Channel, RepodataFile
from condasync.model.target import Subdir, VirtualPackageOverride
from condasync.pipeline import Doors
from condasync.seams import ChannelIndex, NameSource, SolverEngine
from condasync.settings import Settings, SolverChoice

Downloaded: TypeAlias = Callable[[str, int, "int | None"], None]
"""Shows bytes done of bytes in all (None: unknown), per label."""


def captured(settings: Settings, *, prefix: Path | None, files: Sequence[Path]) -> Environment:
    """Return the environment that the options name: files, a prefix, else the active environment."""
    from condasync.capture.detect import active_prefix, source_for_prefix

    if files and prefix is not None:
        raise UsageError("--prefix and --file exclude each other", hints=("give one of them",))
    if not files:
        active = active_prefix(
            conda_prefix=settings.conda_prefix,
            virtual_env=settings.virtual_env,
            executable=settings.python_executable,
        )
        return source_for_prefix(prefix or active).capture()
    from condasync.capture.files import source_for_file
    from condasync.capture.merge import merge

    return merge([source_for_file(path).capture() for path in files])


def channels_for(settings: Settings, stated: Sequence[str], names: Sequence[str]) -> tuple[Channel, ...]:
    """Return the channels of the command line, else those that the inputs or the lock state, else the default."""
    from condasync.channel.location import resolve_channel

    texts = tuple(names) or tuple(stated) or settings.default_channels
    found = [channel for text in texts for channel in resolve_channel(text, alias=settings.channel_alias)]
    return tuple(dict.fromkeys(found))


def overrides_for(
    settings: Settings, texts: Sequence[str], subdirs: Sequence[Subdir]
) -> tuple[tuple[Subdir, VirtualPackageOverride], ...]:
    """Return what the CONDA_OVERRIDE_* variables and then the command line say of virtual packages, per platform."""
    try:
        given = tuple(parse_override(text) for text in texts)
        return tuple(
            (subdir, override)
            for subdir in subdirs
            for override in (*conda_overrides(dict(settings.conda_overrides), subdir), *given)
        )
    except ValueError as error:
        raise UsageError(str(error), hints=("say NAME=VERSION, as --virtual-package __glibc=2.17",)) from error


def engine_for(settings: Settings, choice: SolverChoice) -> SolverEngine:
    """Return the engine that was asked for."""
    from condasync.solve.rattler import RattlerEngine

    if choice == "libmamba":
        raise UsageError("the libmamba engine is not built in yet", hints=("use --solver rattler",))
    return RattlerEngine(timeout=settings.timeout, memory_limit=settings.memory_limit)


def names_for(settings: Settings, names_file: Path | None) -> tuple[NameSource, ...]:
    """Return the sources of names, most trusted first."""
    from condasync.pypi.names_grayskull import GrayskullNames
    from condasync.pypi.names_reviewed import ReviewedNames
    from condasync.pypi.names_user import names_from_file, names_from_project

    own: list[NameSource] = []
    if names_file is not None:
        own.append(names_from_file(names_file))
    if settings.project_file is not None:
        own.append(names_from_project(settings.project_file))
    return (*own, ReviewedNames(), GrayskullNames())


def doors(
    settings: Settings,
    *,
    channels: Sequence[Channel],
    offline: bool,
    solver: SolverChoice,
    names_file: Path | None,
    downloaded: Downloaded,
) -> Doors:
    """Return the adapters of one run; repodata is fetched when a stage first asks for it."""
    return Doors(
        index_for=index_source(settings, channels, offline=offline, downloaded=downloaded),
        names=names_for(settings, names_file),
        engine=engine_for(settings, solver),
        running_python=platform.python_version(),
    )


def index_source(
    settings: Settings, channels: Sequence[Channel], *, offline: bool, downloaded: Downloaded
) -> Callable[[Subdir], ChannelIndex]:
    """Return a function that gives the index of a subdir, fetched once."""

    @cache
    def index_for(subdir: Subdir) -> ChannelIndex:
        from condasync.channel.index import SparseIndex

        return SparseIndex(repodata_for(settings, channels, subdir, offline=offline, downloaded=downloaded))

    return index_for


def repodata_for(
    settings: Settings, channels: Sequence[Channel], subdir: Subdir, *, offline: bool, downloaded: Downloaded
) -> tuple[RepodataFile, ...]:
    """Return the repodata files of the channels for one subdir and noarch, in order of priority."""
    raise NotImplementedError


def subdirs_of(platforms: Sequence[str]) -> tuple[Subdir, ...]:
    """Return the platforms of a lock that condasync knows, raise UsageError for another."""
    unknown = [name for name in platforms if name not in get_args(Subdir)]
    if unknown:
        raise UsageError(f"unknown platform: {', '.join(unknown)}", hints=(f"known are {', '.join(get_args(Subdir))}",))
    return tuple(subdir for subdir in get_args(Subdir) if subdir in platforms)
