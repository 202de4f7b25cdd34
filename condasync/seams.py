"""The seams between the pipeline and the world. Adapters implement them; the pipeline knows only these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, runtime_checkable

from condasync.model.build import ProjectsBuilt, ProjectToBuild
from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.lockfile import LockFile
from condasync.model.record import Channel, ChannelRecord, RepodataFile
from condasync.model.solve import Answer, SolveRequest
from condasync.model.spec import CondaSpec, PipRequirement
from condasync.model.target import Target
from condasync.model.translation import NameCandidate, Reason
from condasync.model.wheel import DistributionMetadata, Wheel


class CaptureSource(Protocol):
    """Something that an environment can be read from; reading changes no byte of it."""

    def capture(self) -> Environment:
        """Return the environment, raise CaptureError when it is none."""
        ...


ABSENT = "absent"
"""The revision of a table of names that is not on this machine."""


class NameSource(Protocol):
    """A table that proposes conda packages for PyPI names. Proposals are checked against the channel by the caller."""

    @property
    def name(self) -> str:
        """Return what reports call this source."""
        ...

    @property
    def revision(self) -> str:
        """Return the version or date of the table; cheap."""
        ...

    def candidates(self, pypi_name: str) -> tuple[NameCandidate, ...]:
        """Return proposals for a normalised PyPI name (PEP 503), none when the source does not know it.

        With one extra in brackets, `dask[complete]`, the proposals stand for the package together with that extra.
        """
        ...


class ChannelIndex(Protocol):
    """The records of the channels for one subdir and noarch, highest channel priority first."""

    @property
    def repodata(self) -> tuple[RepodataFile, ...]:
        """Return the files behind this index; engines load the same ones."""
        ...

    def names(self) -> frozenset[str]:
        """Return every conda package name; cheap."""
        ...

    def records(self, name: str) -> tuple[ChannelRecord, ...]:
        """Return every record of one name, () when there is none; costs about 0.05 ms per record."""
        ...


@runtime_checkable
class RecordFinder(Protocol):
    """What an index may be beside a `ChannelIndex`: one that reads a single record without the others of its name."""

    def find(self, name: str, file_name: str, *, strict: bool) -> tuple[ChannelRecord, ...]:
        """Return the records with a file name, highest priority first; `strict`: of the name's first channel alone."""
        ...


class WheelSource(Protocol):
    """The package indexes that a user's pip has, asked for wheels. Safe to ask from several threads."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what the answers so far have shown: indexes that cannot be reached, once each."""
        ...

    def find(self, requirement: PipRequirement, target: Target, *, near: str | None = None) -> Wheel | Reason:
        """Return the best wheel that installs on the target, or why there is none.

        `near` is the version installed: that one is best, then what is nearest to it, then the newest. One of the
        requirement's hashes must be the wheel's. Nothing of a package is run.
        """
        ...


class MetadataSource(Protocol):
    """Where METADATA of distributions is read: what is installed, package indexes. Safe to ask from several threads."""

    def metadata(
        self, requirement: PipRequirement, target: Target, *, near: str | None = None
    ) -> DistributionMetadata | Reason:
        """Return what the best version that a requirement admits says of itself, or why that is not known.

        `near` is the version that comes first, then what is nearest to it. Whether the version installs on the target
        decides only between several. Nothing of a package is run.
        """
        ...


class ProjectBuilder(Protocol):
    """Turns projects of the user into conda packages of a local channel."""

    @property
    def channel(self) -> Channel | None:
        """Return the local channel once something was built for it."""
        ...

    def build(
        self,
        projects: Sequence[ProjectToBuild],
        target: Target,
        *,
        map_requirement: Callable[[PipRequirement], tuple[CondaSpec, ...] | None],
        tell: Callable[[str], None],
    ) -> ProjectsBuilt:
        """Return one outcome per project, in their order; the sources stay as they are.

        `map_requirement` gives the conda requests for a requirement that holds on the target, None when none stand for
        it. A project that cannot be built is an outcome.
        """
        ...

    def index(self, base: ChannelIndex, target: Target) -> ChannelIndex:
        """Return the channels' index with what was built for the target on top."""
        ...


class SolveSession(Protocol):
    """One engine with repodata loaded once, for many requests."""

    def solve(self, request: SolveRequest) -> Answer:
        """Return a solution, or why there is none. Equal request, repodata and target give an equal answer.

        Raises SolveTimeoutError, SolveMemoryError or EngineError (the engine died twice on this request).
        """
        ...


class SolverEngine(Protocol):
    """A solver that runs in a child process."""

    @property
    def name(self) -> str:
        """Return the engine's name: "rattler" or "libmamba"."""
        ...

    @property
    def version(self) -> str:
        """Return the version of the library behind the engine."""
        ...

    def open(self, repodata: Sequence[RepodataFile], target: Target) -> AbstractContextManager[SolveSession]:
        """Start a session; the repodata begins to load at once, in the background."""
        ...


class LockFormat(Protocol):
    """One lock format; a module implements it."""

    def dumps(self, lock: LockFile) -> str:
        """Return the lock's text; byte-stable."""
        ...

    def loads(self, text: str, *, path: str) -> LockFile:
        """Return the lock that a text holds, raise LockFileError with `path` and the key path of the fault."""
        ...
