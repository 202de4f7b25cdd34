"""What an export was asked, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.lockfile import LockedPackage
from condasync.model.record import Channel
from condasync.model.solve import Answer, ChannelPriority, PinMode, Relaxation, Solution, SolveRequest
from condasync.model.target import Subdir, Target, VirtualPackageOverride
from condasync.model.translation import Outcome, PipWheel

SystemScope: TypeAlias = Literal["all", "needed", "none"]
"""How much of what the environment uses of the system is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportQuestion:
    """Hold what the user asked for, environment apart.

    `python` is "3.11" or "3.11.7", None lets the inputs decide; `cuda` is a CUDA version, None asks the environment;
    `overrides` are in order, the last one of a name wins; `locked` are the rows of an earlier lock, which stay unless
    the environment says otherwise or `updates` name them (as installed or as locked); `locked_by` is (name, version) of
    the engine that verified them, None also when the inputs are others since then.
    """

    platforms: tuple[Subdir, ...] = ("linux-64",)
    python: str | None = None
    cuda: str | None = None
    pin: PinMode = "relax"
    overrides: tuple[tuple[Subdir, VirtualPackageOverride], ...] = ()
    channels: tuple[Channel, ...] = ()
    channels_from_command_line: bool = False
    channel_priority: ChannelPriority = "strict"
    locked: tuple[LockedPackage, ...] = ()
    updates: tuple[str, ...] = ()
    locked_by: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformExport:
    """Hold the whole account for one platform; `outcomes` are in the order of the environment's packages.

    `needed_wheels` are locked because a wheel among the outcomes requires them; nobody captured them. `verified_by` is
    (name, version) of the engine that was asked whether exactly these records are consistent; `refuted` says what the
    verification holds against them: such records are not worth a lock. `as_locked` says that the earlier lock's records
    are the answer, without a solve.
    """

    target: Target
    outcomes: tuple[Outcome, ...]
    request: SolveRequest
    answer: Answer
    relaxations: tuple[Relaxation, ...] = ()
    needed_wheels: tuple[PipWheel, ...] = ()
    findings: tuple[Finding, ...] = ()
    verified_by: tuple[str, str] | None = None
    refuted: tuple[Finding, ...] = ()
    as_locked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Hold the account of one export; `engine` is (name, version) of what solved."""

    environment: Environment
    question: ExportQuestion
    engine: tuple[str, str]
    platforms: tuple[PlatformExport, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def verified_by(self) -> tuple[str, str]:
        """Return (name, version) of what verified, by default of what solved."""
        return next((one.verified_by for one in self.platforms if one.verified_by is not None), self.engine)

    @property
    def stands(self) -> bool:
        """Return whether every platform has a solution that the verification takes."""
        return all(isinstance(one.answer, Solution) and not one.refuted for one in self.platforms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFiles:
    """Name the files of one export; None when that file was not needed.

    `environment` is what the lock is made from: generated, or the user's own file, which `own_environment` says; `more`
    are the lock in further formats.
    """

    environment: str | None = None
    lock: str | None = None
    virtual_packages: str | None = None
    own_environment: bool = False
    more: tuple[str, ...] = ()
