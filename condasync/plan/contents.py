"""What a lock and what an environment hold, in the same terms."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from packaging.utils import canonicalize_name

from condasync.convert.channel_folder import CHANNEL, is_channel_folder
from condasync.model.environment import Environment
from condasync.model.lockfile import LockedPackage, LockFile
from condasync.model.package import CapturedPackage, CondaPackage, LocalPackage, PipPackage
from condasync.model.plan import Contents, PresentPackage
from condasync.model.url import Url

_ALIAS_HOST = "conda.anaconda.org"
_DEFAULTS_HOST = "repo.anaconda.com"


def contents_of_lock(lock: LockFile) -> tuple[Contents, ...]:
    """Return what a lock holds, one value per platform in the lock's order."""
    return tuple(
        Contents(
            platform=platform,
            packages=_in_order([_locked(row) for row in lock.packages if row.platform == platform]),
        )
        for platform in lock.metadata.platforms
    )


def contents_of_environment(environment: Environment, *, platform: str) -> Contents:
    """Return what an environment has installed. `platform` is where it would be compared.

    Builds and files of another platform's environment are left out: they differ and mean nothing.
    """
    here = environment.platform in {None, platform}
    packages = [_captured(package, with_build=here) for package in environment.packages]
    return Contents(platform=platform, packages=_in_order(packages))


def channel_of(url: str, platform: str) -> str:
    """Return how a person names the channel of a package's URL."""
    text = Url(url).public.rpartition("/")[0]
    for end in (f"/{platform}", "/noarch"):
        text = text.removesuffix(end)
    if is_channel_folder(text):
        return CHANNEL  # the same channel, wherever it lies
    parts = urlsplit(text)
    named = parts.netloc == _ALIAS_HOST or (parts.netloc == _DEFAULTS_HOST and parts.path.startswith("/pkgs/"))
    return parts.path.strip("/") if named else text


def _in_order(packages: Sequence[PresentPackage]) -> tuple[PresentPackage, ...]:
    return tuple(sorted(packages, key=lambda one: (one.name, one.manager)))


def _locked(row: LockedPackage) -> PresentPackage:
    if row.manager == "pip":
        return PresentPackage(
            manager="pip", name=canonicalize_name(row.name), version=row.version, digest=row.sha256 or row.md5
        )
    return PresentPackage(
        manager="conda",
        name=row.name,
        version=row.version,
        build=row.build or _build_in(row.url),
        channel=channel_of(row.url, row.platform) if row.url else None,
        digest=row.sha256 or row.md5,
    )


def _build_in(url: str) -> str | None:
    """Return the build string that a conda file name ends with; older locks state it nowhere else."""
    stem = url.rpartition("/")[2].removesuffix(".conda").removesuffix(".tar.bz2")
    parts = stem.rsplit("-", 2)
    return parts[2] if len(parts) == 3 else None  # noqa: PLR2004 - name, version, build


def _captured(package: CapturedPackage, *, with_build: bool) -> PresentPackage:
    match package:
        case CondaPackage(record=record):
            return PresentPackage(
                manager="conda",
                name=package.name,
                version=package.version,
                build=package.build if with_build else None,
                channel=channel_of(record.url, record.subdir) if record and record.url else package.channel,
                digest=(record.sha256 or record.md5) if record and with_build else None,
            )
        case PipPackage() | LocalPackage():
            return PresentPackage(manager="pip", name=canonicalize_name(package.name), version=package.version)
