"""A lock in another format: what it lacks is an error or computed, never invented."""

from __future__ import annotations

from dataclasses import replace

from condasync.errors import LockFileError
from condasync.lock import conda_lock_v1, pinned_environment_yml
from condasync.lock.content_hash import content_hashes_of
from condasync.lock.formats import Format
from condasync.lock.one_platform import on_platform
from condasync.model.lockfile import LockFile


def text_in(lock: LockFile, made: Format) -> str:
    """Return a lock's text in a format. Raises LockFileError where the lock lacks what the format needs."""
    if made.FORMAT == pinned_environment_yml.FORMAT:
        return made.dumps(lock)
    without = next((row for row in lock.packages if not row.url), None)
    if without is not None:
        raise LockFileError(
            f"{without.name} {without.version} has no URL, which {made.FORMAT} needs",
            hints=("an environment.yml is no lock: condasync export -f environment.yml",),
            package=without.name,
        )
    return made.dumps(_for_conda_lock(lock) if made.FORMAT == conda_lock_v1.FORMAT else lock)


def _for_conda_lock(lock: LockFile) -> LockFile:
    """Return the lock with what conda-lock wants: an md5 in every conda row, and a content hash for every platform.

    Without sources there is nothing to hash but the pins themselves.
    """
    without = next((row for row in lock.packages if row.manager == "conda" and row.md5 is None), None)
    if without is not None:
        raise LockFileError(
            f"{without.name} {without.version} has no md5, and conda-lock.yml needs one", package=without.name
        )
    known = dict(lock.metadata.content_hash)
    hashes = [(platform, known.get(platform) or _hash(lock, platform)) for platform in lock.metadata.platforms]
    return replace(lock, metadata=replace(lock.metadata, content_hash=tuple(hashes)))


def _hash(lock: LockFile, platform: str) -> str:
    text = pinned_environment_yml.dumps(on_platform(lock, platform))
    return dict(content_hashes_of(text, path="the lock's pins"))[platform]
