"""From settings and options to concrete objects: the only place that chooses between adapters."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, get_args

from condasync.convert.matchspec import parse_spec
from condasync.convert.virtual_packages import conda_overrides, parse_override
from condasync.errors import UsageError
from condasync.model.environment import Environment
from condasync.model.export import SystemScope
from condasync.model.finding import Finding
from condasync.model.record import Channel
from condasync.model.spec import CondaSpec
from condasync.model.target import Subdir, VirtualPackageOverride
from condasync.model.translation import Outcome
from condasync.model.url import Url
from condasync.seams import ChannelIndex, NameSource, SolverEngine
from condasync.settings import Settings, SolverChoice

if TYPE_CHECKING:
    from condasync.channel.open_channels import OpenChannels
    from condasync.pipeline import Doors, SystemSearch
    from condasync.pypi.names_online import OnlineNames
    from condasync.pypi.wheel_finder import IndexWheels, OfflineWheels
    from condasync.pypi.wheels_at_need import WheelsAtNeed
    from condasync.solve.engine.fallback import StartableEngine
    from condasync.solve.engine.libmamba import LibmambaEngine
    from condasync.system.stage import SystemAccount

Downloaded: TypeAlias = Callable[[str, int, "int | None"], None]
"""Shows bytes done of bytes in all (None: unknown), per label."""


def captured(settings: Settings, *, prefix: Path | None, files: Sequence[Path]) -> Environment:
    """Return the environment that the options name: files, a prefix, else the active environment."""
    if files and prefix is not None:
        raise UsageError("--prefix and --file exclude each other", hints=("give one of them",))
    if not files:
        from condasync.capture.prefixes.detect import active_prefix, source_for_prefix
        from condasync.capture.prefixes.search_path import Outside

        active = active_prefix(
            conda_prefix=settings.conda_prefix,
            virtual_env=settings.virtual_env,
            executable=settings.python_executable,
        )
        outside = Outside(python_path=settings.python_path, user_base=settings.user_base)
        return source_for_prefix(prefix or active, outside=outside).capture()
    from condasync.capture.files.merge import merge
    from condasync.capture.files.source import source_for_file

    read = merge([source_for_file(path).capture() for path in files])
    if all(finding.code != "selector-comment" for finding in read.findings):
        return read
    from condasync.convert.on_platform import with_platforms

    others = {
        subdir: merge([source_for_file(path, subdir=subdir).capture() for path in files])
        for subdir in get_args(Subdir)
        if subdir != "linux-64"
    }
    return with_platforms(read, others)


def channels_for(settings: Settings, stated: Sequence[str], names: Sequence[str]) -> tuple[Channel, ...]:
    """Return the channels of the command line, else those that the inputs or the lock state, else the default."""
    from condasync.channel.location import resolve_channel

    texts = tuple(names) or tuple(stated) or settings.default_channels
    found = [
        channel
        for text in texts
        for channel in resolve_channel(text, alias=settings.channel_alias, variables=settings.variables)
    ]
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


def engine_for(settings: Settings, choice: SolverChoice) -> StartableEngine:
    """Return the engine that was asked for; `auto` is libmamba where it is installed and can run, else rattler."""
    from condasync.solve.engine.fallback import FallbackEngine
    from condasync.solve.engine.libmamba import why_unavailable
    from condasync.solve.engine.rattler import RattlerEngine

    if choice == "libmamba":
        return _libmamba(settings)
    rattler = RattlerEngine(timeout=settings.timeout, memory_limit=settings.memory_limit)
    if choice == "auto" and why_unavailable() is None:
        return FallbackEngine(_libmamba(settings), rattler)
    return rattler


def reference_for(settings: Settings, engine: SolverEngine) -> SolverEngine | None:
    """Return libmamba where it is installed and another engine solves: it has the last word."""
    from condasync.solve.engine.libmamba import why_unavailable

    best = _libmamba(settings)
    return None if best.name == engine.name or why_unavailable() is not None else best


def told_by(engine: SolverEngine) -> tuple[Finding, ...]:
    """Return what an engine has to say of itself once it has solved."""
    from condasync.solve.engine.fallback import FallbackEngine

    return engine.findings if isinstance(engine, FallbackEngine) else ()


def _libmamba(settings: Settings) -> LibmambaEngine:
    from condasync.solve.engine.libmamba import LibmambaEngine

    return LibmambaEngine(
        timeout=settings.timeout, memory_limit=settings.memory_limit, cache_dir=settings.cache_dir / "repodata"
    )


@contextmanager
def engine_at_start(settings: Settings, choice: SolverChoice, *, at_once: bool = True) -> Iterator[SolverEngine]:
    """Yield the engine that was asked for; its process starts `at_once`, while the inputs are still to be read."""
    engine = engine_for(settings, choice)
    if not at_once:
        yield engine
        return
    with engine.head_start():
        yield engine


def names_for(settings: Settings, names_file: Path | None, online: OnlineNames) -> tuple[NameSource, ...]:
    """Return the sources of names, most trusted first."""
    from condasync.pypi.names_grayskull import GrayskullNames
    from condasync.pypi.names_reviewed import ReviewedNames

    files = [file for file in (names_file, settings.project_file) if file is not None]
    return (*map(_user_names, files), ReviewedNames(), GrayskullNames(), online)


def _user_names(path: Path) -> NameSource:
    from condasync.pypi.names_user import read_user_names

    return read_user_names(path)


def online_names(settings: Settings, channels: Sequence[Channel] = (), *, offline: bool = True) -> OnlineNames:
    """Return the online table of names as it is on disk; a run that reads conda-forge from its server renews it."""
    from condasync.pypi.names_online import OnlineNames

    public = any(one.name == "conda-forge" and one.base_url.public.startswith("https://") for one in channels)
    renew = (lambda: update_names(settings, patient=False)) if public and not offline else None
    return OnlineNames(settings.cache_dir / "names", renew=renew)


def update_names(settings: Settings, *, patient: bool = True) -> bool:
    """Bring the online table of names up to date and return whether it changed; an impatient run tries once."""
    from condasync.channel.transport import Transport
    from condasync.pypi.names_online import update_table

    transport = Transport() if patient else Transport(retries=0, timeout=5.0)
    try:
        return update_table(settings.cache_dir / "names", Url(settings.names_url), transport.download)
    finally:
        transport.close()


def open_channels(
    settings: Settings, channels: Sequence[Channel], *, offline: bool, downloaded: Downloaded
) -> OpenChannels:
    """Return the channels of one run; repodata is fetched when a stage first asks for it."""
    from condasync.channel.open_channels import OpenChannels

    return OpenChannels(channels, cache_dir=settings.cache_dir, offline=offline, progress=downloaded)


def wheels_for(settings: Settings, environment: Environment, *, offline: bool) -> WheelsAtNeed:
    """Return where wheels and their metadata come from: the places of pip and of the inputs, offline the cache."""
    from condasync.pypi.wheels_at_need import WheelsAtNeed

    return WheelsAtNeed(lambda: _wheels(settings, environment, offline=offline))


def _wheels(settings: Settings, environment: Environment, *, offline: bool) -> IndexWheels | OfflineWheels:
    from condasync.model.placeholder import all_expanded
    from condasync.pypi.pip_settings import PipSettings, pip_settings
    from condasync.pypi.wheel_cache import WheelCache
    from condasync.pypi.wheel_finder import IndexWheels, OfflineWheels

    cache = WheelCache(folder=settings.cache_dir / "wheels")
    if offline:
        return OfflineWheels(cache)

    def places() -> PipSettings:
        own = [settings.python_executable]
        if environment.prefix is not None and environment.kind in {"venv", "interpreter"}:
            names = ("bin/python", "Scripts/python.exe", "python.exe")
            own = [str(path) for name in names if (path := Path(environment.prefix) / name).is_file()] + own
        return pip_settings(own).joined(
            all_expanded(environment.index_urls, settings.variables),
            all_expanded(environment.find_links, settings.variables),
            indexes=environment.indexes,
        )

    return IndexWheels(places, cache=cache)


def doors(
    settings: Settings,
    opened: OpenChannels,
    online: OnlineNames,
    wheels: WheelsAtNeed,
    *,
    engine: SolverEngine,
    names_file: Path | None,
    system: SystemScope = "needed",
) -> Doors:
    """Return the adapters of one run."""
    from condasync.pipeline import Doors

    return Doors(
        index_for=opened.target_index,
        told=lambda: opened.findings + online.findings + told_by(engine),
        names=names_for(settings, names_file, online),
        wheels=wheels,
        metadata=wheels,
        engine=engine,
        running_python=platform.python_version(),
        system=system_for(settings, system),
        reference=reference_for(settings, engine),
    )


def system_for(settings: Settings, scope: SystemScope) -> SystemSearch | None:
    """Return what finds the packages of this machine's system that an environment uses; None when nothing is wanted."""
    if scope == "none":
        return None
    return partial(_system_libraries, settings, scope)


def _system_libraries(
    settings: Settings, scope: SystemScope, environment: Environment, outcomes: Sequence[Outcome], index: ChannelIndex
) -> SystemAccount:
    from condasync.system.machine import Machine
    from condasync.system.scan_cache import ScanCache
    from condasync.system.stage import system_libraries

    machine = Machine(programs=settings.programs, libraries=settings.libraries, hints=settings.system_hints)
    cache = ScanCache(settings.cache_dir)
    return system_libraries(environment, outcomes, index, machine=machine, scope=scope, cache=cache)


def subdirs_of(platforms: Sequence[str]) -> tuple[Subdir, ...]:
    """Return the platforms as subdirs that condasync knows, in their order; raise UsageError for another."""
    known: dict[str, Subdir] = {subdir: subdir for subdir in get_args(Subdir)}
    unknown = [name for name in platforms if name not in known]
    if unknown:
        raise UsageError(f"unknown platform: {', '.join(unknown)}", hints=(f"known are {', '.join(known)}",))
    return tuple(dict.fromkeys(known[name] for name in platforms))


def spec_of(text: str) -> CondaSpec:
    """Return the conda request that a user wrote, raise UsageError for a malformed one."""
    try:
        return parse_spec(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no conda request: {error}", hints=("as in: 'numpy>=1.26'",)) from error
