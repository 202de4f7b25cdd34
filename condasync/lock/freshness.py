"""Does a lock still match what it was made from: digests and hashes, never a solve."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from condasync.errors import CaptureError
from condasync.lock import virtual_packages_yaml
from condasync.lock.content_hash import content_hashes_of_specs
from condasync.lock.environment_specs import merged_specs, read_environment, stated_platforms
from condasync.lock.hashed_spec import HashedSpec
from condasync.lock.input_digest import input_digest, input_facts, stated_inputs
from condasync.lock.input_facts import drifts_between
from condasync.lock.source_answer import SourceAnswer, is_environment_yml
from condasync.lock.unmet import is_met
from condasync.model.environment import Environment
from condasync.model.freshness import Drift
from condasync.model.lockfile import LockFile

_UNKNOWN = "the inputs changed, and the lock does not remember what each of them was"


def drifts_from_input(lock: LockFile, environment: Environment) -> tuple[Drift, ...]:
    """Return how an environment differs from the input that condasync made a lock from."""
    kind, digest, facts = stated_inputs(lock)[0]
    if digest == input_digest(environment):
        return ()
    drifts = drifts_between(facts, input_facts(environment)) if facts else ()
    return drifts or (Drift(kind="setting", name=kind, text=_UNKNOWN),)


def drifts_from_sources(lock: LockFile, sources: Sequence[Path], *, folder: Path) -> tuple[Drift, ...]:
    """Return how sources differ from those that a lock was made from, by conda-lock's content hash.

    `folder` is where conda-lock would look for virtual-packages.yaml. The hash covers requests, channels and virtual
    packages; where it differs, requests that no locked package meets are named. For other sources than environment.yml
    conda-lock itself is asked. Raises CaptureError for a source that is missing or cannot be read, InputSyntaxError for
    a malformed one, UsageError where conda-lock cannot be asked.
    """
    locked = dict(lock.metadata.content_hash)
    if all(map(is_environment_yml, sources)):
        asked = _asked_by_files(sources, lock.metadata.platforms, folder)
    else:
        from condasync.lock.other_sources import asked_of_conda_lock  # noqa: PLC0415  few locks have such sources

        asked = asked_of_conda_lock(sources, platforms=lock.metadata.platforms, folder=folder, locked=locked)
    names = ", ".join(path.name for path in sources)
    stale = tuple(platform for platform, digest in asked.hashes.items() if locked.get(platform) != digest)
    drifts = [drift for platform in stale for drift in _unmet(lock, asked.specs.get(platform, ()), platform)]
    unexplained = [platform for platform in stale if not any(platform in drift.text for drift in drifts)]
    return (
        *dict.fromkeys(drifts),
        *(
            Drift(
                kind="requests",
                name=platform,
                text=f"{names} or its virtual packages changed for {platform}; the locked packages still meet it",
            )
            for platform in unexplained
        ),
        *(
            Drift(kind="not-locked", name=platform, text=f"the platform {platform} is wanted and not locked")
            for platform in dict.fromkeys(asked.platforms)
            if platform not in lock.metadata.platforms
        ),
    )


def _asked_by_files(sources: Sequence[Path], platforms: Sequence[str], folder: Path) -> SourceAnswer:
    texts = [(path, _text(path)) for path in sources]
    try:
        specs = merged_specs([read_environment(text, path=str(path), platforms=platforms) for path, text in texts])
    except ValueError as error:
        raise CaptureError(f"{', '.join(map(str, sources))}: {error}") from None
    virtual = folder / virtual_packages_yaml.DEFAULT_FILENAME
    text = virtual.read_text(encoding="utf-8") if virtual.is_file() else None
    return SourceAnswer(
        hashes=dict(content_hashes_of_specs(specs, virtual_packages_text=text)),
        specs=dict(specs.specs),
        platforms=tuple(one for path, text in texts for one in stated_platforms(text, path=str(path))),
    )


def _unmet(lock: LockFile, specs: Sequence[HashedSpec], platform: str) -> Iterator[Drift]:
    rows = {(row.manager, row.name): row for row in lock.packages if row.platform == platform}
    for spec in specs:
        row = rows.get((spec.manager, spec.name))
        version = dict(spec.source).get("version")
        wanted = f"{spec.name} {version}" if isinstance(version, str) and version not in {"", "*"} else spec.name
        if row is None:
            yield Drift(
                kind="not-locked",
                name=spec.name,
                manager=spec.manager,
                text=f"{wanted} is wanted and not locked for {platform}",
            )
        elif isinstance(version, str) and not is_met(spec.manager, version, row.version):
            yield Drift(
                kind="not-locked",
                name=spec.name,
                manager=spec.manager,
                before=row.version,
                after=version,
                text=f"{wanted} is wanted, {row.version} is locked for {platform}",
            )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise CaptureError(
            f"{path}: no such file, and the lock names it as its source",
            hints=("name the files that the lock was made from: -f FILE", "or an environment: --prefix DIR"),
            path=str(path),
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise CaptureError(f"{path}: cannot be read: {error}", path=str(path)) from None
