"""From settings and options to the builder of local projects."""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from condasync.build.local_channel import local_channel
from condasync.build.local_projects import BuildSettings, LocalProjects
from condasync.build.project import is_project, read_project
from condasync.build.sources import INCLUDED
from condasync.build.wheel_build import TIMEOUT, WHEEL_FILES, BuildPlan
from condasync.capture.prefixes.installed import in_order
from condasync.convert.channel_folder import FOLDER_NAME
from condasync.errors import BuildError, ChannelError, NetworkError, UsageError
from condasync.model.environment import Environment
from condasync.model.package import LocalPackage, PipPackage
from condasync.model.placeholder import all_expanded, expanded
from condasync.model.url import Url
from condasync.model.wheel import Wheel
from condasync.pipeline import Doors
from condasync.pypi.archive import unpack
from condasync.pypi.direct_source import direct_source
from condasync.pypi.index_client import IndexClient
from condasync.pypi.pip_settings import PipSettings, pip_settings
from condasync.pypi.sdist import fetch_sdist, locate_sdist
from condasync.pypi.wheel_download import download_wheel
from condasync.settings import Settings


def builder_for(
    settings: Settings,
    environment: Environment,
    output: Path,
    *,
    artifact_url: str | None = None,
    add_undeclared: bool = False,
    timeout: float | None = None,
    offline: bool = False,
) -> LocalProjects:
    """Return the builder of local projects, whose channel lies in the output folder."""

    def plan_for(minor: str) -> BuildPlan:
        python, its_minor = _python_for(settings, environment, minor)
        return BuildPlan(
            cache_dir=settings.cache_dir, python=python, minor=its_minor, timeout=timeout or TIMEOUT, offline=offline
        )

    def fetch(package: PipPackage) -> Path:
        return direct_source(_with_credentials(package, settings), settings.cache_dir, offline=offline)

    @cache
    def client() -> IndexClient:
        return IndexClient(settings=_pip_settings(settings, environment))

    def fetch_wheel(wheel: Wheel) -> Path:
        return download_wheel(wheel, client, settings.cache_dir / WHEEL_FILES, offline=offline)

    folder = output / FOLDER_NAME
    channel = local_channel(folder, artifact_url)
    return LocalProjects(
        BuildSettings(
            plan_for=plan_for,
            fetch=fetch,
            fetch_wheel=fetch_wheel,
            unpack=unpack,
            channel=channel,
            folder=folder,
            add_undeclared=add_undeclared,
        )
    )


def with_builder(
    doors: Doors, builder: LocalProjects, *, leave_projects: bool = False, pack_wheels: bool = False
) -> Doors:
    """Return the adapters of a run that also builds; what the builder has to tell joins the findings."""
    return replace(
        doors,
        builder=builder,
        leave_projects=leave_projects,
        pack_wheels=pack_wheels,
        told=lambda: (*doors.told(), *builder.findings),
    )


def unbuilt_sources(
    settings: Settings, environment: Environment, *, offline: bool
) -> Callable[[PipPackage], Path | None]:
    """Return what gives the folder of a package's sources: of its repository or archive, else of its sdist.

    It gives None for a wheel and for what cannot be had: an export says why.
    """

    @cache
    def indexes() -> tuple[Url, ...]:
        return _pip_settings(settings, environment).index_urls

    def archive(package: PipPackage) -> Path | None:
        if package.direct_url is not None or any(line.url for line in package.requirements):
            return direct_source(_with_credentials(package, settings), settings.cache_dir, offline=offline)
        if offline:
            return None
        offer = locate_sdist(package.name, package.version, index_urls=indexes())
        return fetch_sdist(
            package.name,
            package.version,
            sha256=offer.sha256,
            index_urls=indexes(),
            cache_dir=settings.cache_dir,
        )

    def folder(package: PipPackage) -> Path | None:
        try:
            place = archive(package)
            if place is None or place.is_dir():
                return place
            digest = hashlib.sha256(place.read_bytes()).hexdigest()
            return None if place.suffix == ".whl" else unpack(place, settings.cache_dir / "unpacked" / digest)
        except (BuildError, NetworkError, ChannelError, OSError):
            return None

    return folder


def _with_credentials(package: PipPackage, settings: Settings) -> PipPackage:
    """Return a package whose URLs have the values of the variables that they name, as pip fills them in.

    Raises BuildError for a variable without value.
    """
    try:
        lines = tuple(
            line if line.url is None else replace(line, url=_filled_in(line.url, settings))
            for line in package.requirements
        )
        origin = package.direct_url
        if origin is not None:
            origin = replace(origin, url=_filled_in(origin.url, settings))
    except UsageError as fault:
        raise BuildError(fault.message, reason="source-missing", hints=fault.hints) from fault
    return replace(package, requirements=lines, direct_url=origin)


def _filled_in(url: Url, settings: Settings) -> Url:
    """Return a URL with its variables filled in; a `$` in a path of this machine is a `$`."""
    return url if "file:" in url.secret else expanded(url.secret, settings.variables)


def _pip_settings(settings: Settings, environment: Environment) -> PipSettings:
    """Return where the environment's own pip looks for packages, and where its files say to look."""
    pythons = [settings.python_executable]
    if environment.prefix is not None and environment.kind in {"venv", "interpreter"}:
        pythons.insert(0, str(Path(environment.prefix) / "bin" / "python"))
    own = (all_expanded(urls, settings.variables) for urls in (environment.index_urls, environment.find_links))
    return pip_settings(pythons).joined(*own, indexes=environment.indexes)


def _python_for(settings: Settings, environment: Environment, minor: str) -> tuple[Path, str]:
    """Return an interpreter of the minor that a lock is for, and its minor; the running one when there is none."""
    running = ".".join(platform.python_version_tuple()[:2])
    if environment.prefix is not None and (environment.python or "").startswith(f"{minor}."):
        own = Path(environment.prefix) / "bin" / "python"
        if _is_of_this_system(environment.platform) and os.access(own, os.X_OK):
            return own, minor
    if running != minor and (found := shutil.which(f"python{minor}")) and _runs(found):
        return Path(found), minor
    return Path(settings.python_executable), running


def _runs(python: str) -> bool:
    """Return whether an interpreter starts: a version manager may leave a name on PATH that leads to none."""
    try:
        return subprocess.run([python, "-I", "-c", ""], capture_output=True, check=False, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def including(environment: Environment, paths: Sequence[Path]) -> Environment:
    """Return the environment with modules and projects that the user wants taken along; raise UsageError."""
    more: list[LocalPackage] = []
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path}: there is no such file or folder", hints=("give the path of modules to include",))
        place = path.resolve()
        name = (read_project(place).name if is_project(place) else None) or place.stem
        more.append(LocalPackage(name=name, version=None, path=str(place), editable=False, where=INCLUDED))
    return replace(environment, packages=in_order((*environment.packages, *more)))


def _is_of_this_system(platform_name: str | None) -> bool:
    """Return whether an environment of that subdir can run here, as far as the system tells."""
    system = {"linux": "linux", "darwin": "osx", "win32": "win"}.get(sys.platform, sys.platform)
    return platform_name is None or platform_name.startswith(f"{system}-")
