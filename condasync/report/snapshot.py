"""What the bundled snapshot is, as people read it."""

from __future__ import annotations

from condasync.channel.snapshot import SnapshotInfo


def snapshot_text(info: SnapshotInfo) -> str:
    """Return date, size and sources of a snapshot."""
    lines = [f"{info.channel} as of {info.date}, {info.size / 1e6:.1f} MB compressed, sha256 {info.sha256}"]
    lines += [f"  {subdir}: {number} records" for subdir, number in info.counts]
    lines.append("made from the lock files in these sdists:")
    lines += [f"  {source.name} {source.version}: {source.member}" for source in info.sources]
    return "\n".join(lines)
