"""Which inputs a lock is checked against: those named, else those that it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from condasync import wiring
from condasync.errors import UsageError
from condasync.lock import environment_yml
from condasync.lock.freshness import drifts_from_input, drifts_from_sources
from condasync.lock.input_digest import stated_inputs
from condasync.model.environment import Environment
from condasync.model.freshness import Drift, Freshness
from condasync.model.lockfile import LockFile
from condasync.model.plan import Change
from condasync.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Hold a lock, where it lies, and the inputs that the user names; `include` are modules that were taken along."""

    lock: LockFile
    path: Path
    prefix: Path | None = None
    files: Sequence[Path] = ()
    include: Sequence[Path] = ()

    @property
    def sources(self) -> tuple[Path, ...]:
        """Return the files that the lock calls its sources."""
        return tuple(self.path.parent / source for source in self.lock.metadata.sources)


def freshness(checked: Checked, settings: Settings) -> Freshness:
    """Return whether a lock still matches its inputs. Nothing is solved and no channel is asked."""
    inputs = stated_inputs(checked.lock)
    if not inputs:
        return _of_another_tool(checked, settings)
    if checked.prefix is None and not checked.files and inputs[0][0] == "files":
        return _of_own_source(checked, settings)
    environment = wiring.captured(settings, prefix=checked.prefix, files=checked.files)
    if checked.include:
        from condasync.build_wiring import including

        environment = including(environment, checked.include)
    drifts = drifts_from_input(checked.lock, environment)
    edited = _edited(checked)
    return Freshness(compared=(_called(checked, environment),), drifts=drifts + edited, findings=environment.findings)


def _of_own_source(checked: Checked, settings: Settings) -> Freshness:
    """Check a lock whose inputs were files and are not named: only a source that the user wrote tells them."""
    if any(source.is_file() and _is_generated(source) for source in checked.sources):
        raise UsageError(
            f"{checked.path} was made from files, and it does not say which",
            hints=("name them: condasync check -f FILE",),
        )
    drifts = drifts_from_sources(checked.lock, checked.sources, folder=checked.path.parent)
    if not drifts:
        environment = wiring.captured(settings, prefix=None, files=checked.sources)
        drifts = drifts_from_input(checked.lock, environment)
    return Freshness(compared=tuple(str(path) for path in checked.sources), drifts=drifts)


def _edited(checked: Checked) -> tuple[Drift, ...]:
    """Return what was changed by hand in a generated environment.yml, which the next export would overwrite."""
    sources = checked.sources
    if not sources or not all(source.is_file() and _is_generated(source) for source in sources):
        return ()
    return drifts_from_sources(checked.lock, sources, folder=checked.path.parent)


def _of_another_tool(checked: Checked, settings: Settings) -> Freshness:
    """Check a lock that another tool wrote: by conda-lock's content hash, or package by package against a prefix."""
    if checked.prefix is None:
        sources = tuple(checked.files) or checked.sources
        if not sources:
            raise UsageError(
                f"{checked.path} does not say what it was made from",
                hints=("name it: condasync check -f environment.yml", "or --prefix DIR"),
            )
        drifts = drifts_from_sources(checked.lock, sources, folder=checked.path.parent)
        return Freshness(compared=tuple(str(path) for path in sources), drifts=drifts)
    from condasync.cli.sides import Side, contents
    from condasync.plan.diff import diff

    environment = wiring.captured(settings, prefix=checked.prefix, files=())
    here, there = (
        Side(name=str(checked.path), value=checked.lock),
        Side(name=str(checked.prefix), value=environment),
    )
    (old, _), (new, told) = contents(here, there), contents(there, here)
    drifts = tuple(_drift(change) for change in diff(old, new).changes)
    return Freshness(compared=(_called(checked, environment),), drifts=drifts, findings=told)


def _drift(change: Change) -> Drift:
    before = change.before.version if change.before else None
    after = change.after.version if change.after else None
    match change.kind:
        case "added":
            text = f"{change.name} {after or ''}".strip() + " is in the environment and not locked"
        case "removed":
            text = f"{change.name} {before} is locked and not in the environment"
        case "changed":
            text = f"{change.name}: {', '.join(change.facts)}: {before} is locked, {after} is in the environment"
    return Drift(kind=change.kind, name=change.name, manager=change.manager, before=before, after=after, text=text)


def _called(checked: Checked, environment: Environment) -> str:
    if checked.files:
        return " and ".join(str(path) for path in checked.files)
    return environment.prefix or "the running interpreter"


def _is_generated(path: Path) -> bool:
    return environment_yml.is_generated(path.read_text(encoding="utf-8", errors="replace"))
