"""Where an export writes, what lies there already, and how much of it stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from condasync.convert.requirement import normalise
from condasync.errors import UsageError
from condasync.lock.export_files import LOCK_NAME, planned_files
from condasync.lock.input_digest import input_digest, stated_inputs, verifying_engine
from condasync.lock.output_files import write_all
from condasync.lock.previous import previous_lock
from condasync.model.environment import Environment
from condasync.model.export import Export, ExportFiles, ExportQuestion
from condasync.model.finding import Finding
from condasync.model.lockfile import LockFile
from condasync.model.plan import Plan
from condasync.plan.contents import contents_of_lock
from condasync.plan.diff import diff

if TYPE_CHECKING:
    from condasync.lock.formats import Format


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Hold what writing did, or under `check` would do: `plan` leads from the earlier lock, None without one."""

    files: ExportFiles = field(default_factory=ExportFiles)
    changed: tuple[Path, ...] = ()
    plan: Plan | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockPlace:
    """Hold the options that speak of the lock in the output folder; `previous` is the one that lies there."""

    folder: Path
    formats: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    update_all: bool = False
    check: bool = False
    force: bool = False
    previous: LockFile | None = None

    def opened(self) -> LockPlace:
        """Return the place with what lies there. Raises before any work when it may not be overwritten."""
        if self.updates and self.update_all:
            raise UsageError("--update and --update-all exclude each other", hints=("give one of them",))
        self._formats()
        path = self.folder / LOCK_NAME
        found = previous_lock(path, force=self.force)
        if self.updates and found is None:
            raise UsageError(f"--update wants a lock to update, and there is no {path}", hints=("leave --update out",))
        return replace(self, previous=found)

    def question(self, question: ExportQuestion, environment: Environment) -> ExportQuestion:
        """Return the question with what should stay of the earlier lock."""
        if self.previous is None or self.update_all:
            return question
        known = {normalise(row.name) for row in self.previous.packages}
        known |= {normalise(package.name) for package in environment.packages}
        unknown = [name for name in self.updates if normalise(name) not in known]
        if unknown:
            raise UsageError(
                f"--update {unknown[0]}: neither the lock nor the inputs know it",
                hints=("name a package as the lock or the inputs do",),
            )
        return replace(
            question,
            locked=self.previous.packages,
            updates=self.updates,
            locked_by=None if self.updates else _verified_for(self.previous, environment),
        )

    @property
    def may_stay(self) -> bool:
        """Return whether a lock lies there that may well be what an export would write again."""
        return self.previous is not None and not self.update_all and not self.updates

    def _formats(self) -> tuple[Format, ...]:
        """Return the formats that are named, raise UsageError for an unknown one."""
        if not self.formats:
            return ()
        from condasync.lock.formats import format_named

        return tuple(format_named(name) for name in self.formats)

    def write(self, export: Export, *, first: Callable[[], object] | None = None) -> Written:
        """Write the files of a solved export, all or none; under `check` only look what would change.

        `first` is as in `write_all`.
        """
        planned = planned_files(export, self.folder, formats=self._formats(), force=self.force)
        changed = planned.changed()
        if not self.check:
            write_all(planned.files, first=first)
        plan = None
        if self.previous is not None:
            plan = diff(contents_of_lock(self.previous), contents_of_lock(planned.lock))
        files = ExportFiles() if self.check else planned.named
        return Written(files=files, changed=changed, plan=plan, findings=planned.findings)


def _verified_for(lock: LockFile, environment: Environment) -> tuple[str, str] | None:
    """Return the engine that verified a lock, None when the lock was made from other inputs than these."""
    digests = [digest for _, digest, _ in stated_inputs(lock)]
    return verifying_engine(lock) if digests == [input_digest(environment)] else None
