"""What a solver is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec

ChannelPriority: TypeAlias = Literal["strict", "flexible", "disabled"]
PinMode: TypeAlias = Literal["relax", "exact", "none"]
Rung: TypeAlias = Literal["exact", "same-minor", "same-major", "free", "not-from-conda"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedSpec:
    """Ask for one conda package; `because` says who wants it: "captured", "python", "listed in requirements.txt:3"."""

    spec: CondaSpec
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveRequest:
    """Ask for an environment.

    `specs` must hold; `preferred` are soft pins: records that the solution should contain when it contains their name,
    which also join the index as candidates when the channels do not have them. With `only_preferred` they are the only
    candidates: the channels are not asked.
    """

    specs: tuple[RequestedSpec, ...]
    preferred: tuple[ChannelRecord, ...] = ()
    channel_priority: ChannelPriority = "strict"
    only_preferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Hold the records of one consistent environment, sorted by name; virtual packages are not among them."""

    records: tuple[ChannelRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictStep:
    """Say what one step on the way to a clash asks for.

    `package` is who asks: "request", a package with its version (`distributed 2022.5.1`) or with several
    (`scipy 1.9.0|1.9.1`). `requires` is the spec (`dask 2022.5.1.*`), `found` what meets it (`dask 2022.5.1`), None
    when nothing does.
    """

    package: str
    requires: str
    found: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Hold one reason why there is no solution.

    `packages` are the names of the requested packages in conflict, sorted; `chain` leads from each of them, one after
    the other, to the clash: a step that the request makes begins a new chain. `fits` are requests of which each one,
    in place of its namesake, would end this conflict as far as the records tell (`dask ==2022.5.1`).
    """

    packages: tuple[str, ...]
    chain: tuple[ConflictStep, ...]
    fits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsolvable:
    """Hold the engine's own explanation of why there is no solution; `conflicts` say the same as facts, where known."""

    explanation: str
    conflicts: tuple[Conflict, ...] = ()


Answer: TypeAlias = Solution | Unsolvable


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaxation:
    """Report a pin that was loosened: `package` is the conda name, `because` what forced it."""

    package: str
    local_version: str
    locked_version: str | None
    rung: Rung
    because: str
