"""The channels of one run, opened once per subdir; without internet the bundled snapshot stands in for conda-forge."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from condasync.channel.index import SparseIndex
from condasync.channel.location import BUNDLED_CHANNEL, local_directory, resolve_channel
from condasync.channel.repodata import RepodataStore
from condasync.errors import ChannelError
from condasync.model.finding import Finding
from condasync.model.record import Channel, RepodataFile
from condasync.model.target import Subdir

if TYPE_CHECKING:
    from condasync.channel.transport import Progress

_HOUR = 3600
_DAY = 24


class OpenChannels:
    """Give the index of each subdir, and say which repodata on disk stood in for the channels."""

    def __init__(
        self, channels: Sequence[Channel], *, cache_dir: Path, offline: bool = False, progress: Progress | None = None
    ) -> None:
        self._cache_dir = cache_dir
        self._store = RepodataStore(cache_dir, offline=offline, progress=progress)
        self._channels = tuple(channels)
        self._offline = offline
        self._indexes: dict[Subdir, SparseIndex] = {}
        self._findings: dict[Finding, None] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what the user should know about the repodata in use."""
        return tuple(self._findings)

    def index(self, subdir: Subdir) -> SparseIndex:
        """Return the index of a subdir and noarch, raise as `RepodataStore.load` does."""
        if subdir not in self._indexes:
            self._indexes[subdir] = self.joint_index((subdir,))
        return self._indexes[subdir]

    def target_index(self, subdir: Subdir) -> SparseIndex:
        """Return the index of a subdir to solve for, raise as `index` and ChannelError when no channel has it."""
        index = self.index(subdir)
        if all(file.subdir != subdir for file in index.repodata):
            names = ", ".join(channel.name for channel in self._channels)
            raise ChannelError(
                f"{names}: no packages for {subdir}",
                hints=("ask for another platform: --platform SUBDIR", "add a channel that has it: -c CHANNEL"),
                channel=names,
            )
        return index

    def joint_index(self, subdirs: Sequence[Subdir]) -> SparseIndex:
        """Return one index over several subdirs and noarch."""
        return SparseIndex(self._load(subdirs))

    def _load(self, subdirs: Sequence[Subdir]) -> tuple[RepodataFile, ...]:
        for channel in self._channels:
            if local_directory(channel) is not None:
                self._tell("local-channel", f"{channel.name} is a folder of this machine: the lock does not travel")
        if not self._offline and BUNDLED_CHANNEL not in self._channels:
            return self._store.load(self._channels, subdirs)  # several at once
        return tuple(file for channel in self._channels for file in self._of_channel(channel, subdirs))

    def _of_channel(self, channel: Channel, subdirs: Sequence[Subdir]) -> tuple[RepodataFile, ...]:
        if channel == BUNDLED_CHANNEL:
            return self._bundled("bundled", subdirs)
        return self._on_disk(channel, subdirs) if self._offline else self._store.load((channel,), subdirs)

    def _on_disk(self, channel: Channel, subdirs: Sequence[Subdir]) -> tuple[RepodataFile, ...]:
        try:
            files = self._store.load((channel,), subdirs)
        except ChannelError:
            if channel not in resolve_channel(BUNDLED_CHANNEL.name):
                raise
            return self._bundled("offline", subdirs)
        ages = [age for file in files if (age := self._store.age(file)) is not None]
        if ages:
            self._tell("offline", f"offline: {channel.name} as cached {_ago(max(ages))}")
        return files

    def _bundled(self, why: str, subdirs: Sequence[Subdir]) -> tuple[RepodataFile, ...]:
        """Return the bundled snapshot and tell of it: `why` is "offline", or "bundled" when it was asked for."""
        from condasync.channel.snapshot import bundled_snapshot, snapshot_info  # noqa: PLC0415  few runs need it

        _, files = bundled_snapshot(self._cache_dir)
        info = snapshot_info()
        self._tell(why, f"{why}: {info.channel} is the bundled snapshot of {info.date}, a small part of it")
        missing = [subdir for subdir in subdirs if subdir not in files]
        if missing:
            held = ", ".join(name for name in files if name != "noarch")
            raise ChannelError(
                f"the bundled snapshot has no packages for {', '.join(missing)}",
                hints=(f"it holds {held}", "leave out --offline and `-c bundled`, or name a channel folder: -c DIR"),
            )
        return tuple(files[name] for name in (*subdirs, "noarch") if name in files)

    def _tell(self, code: str, text: str) -> None:
        self._findings[Finding(code=code, severity="note", text=text)] = None


def _ago(seconds: float) -> str:
    hours = int(seconds // _HOUR)
    return f"{hours // _DAY} days ago" if hours >= 2 * _DAY else f"{hours} hours ago"
