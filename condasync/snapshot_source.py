"""The bundled snapshot of a channel, made from lock files inside published sdists."""

from __future__ import annotations

from pathlib import Path

from condasync.channel.harvest import LockText, build_snapshot
from condasync.channel.manifest import read_manifest
from condasync.channel.snapshot import dump_snapshot
from condasync.errors import ChannelError
from condasync.pypi.sdist import fetch_sdist, package_indexes, read_member
from condasync.settings import Settings


def built_snapshot(settings: Settings, manifest_path: Path, output: Path) -> int:
    """Write the snapshot that a manifest describes, and return its number of records."""
    try:
        text = manifest_path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ChannelError(f"{manifest_path}: cannot be read: {error}", path=str(manifest_path)) from error
    manifest = read_manifest(text, path=str(manifest_path))
    indexes = package_indexes()
    locks = []
    for source in manifest.sources:
        sdist = fetch_sdist(
            source.name, source.version, sha256=source.sha256, index_urls=indexes, cache_dir=settings.cache_dir
        )
        locks.append(LockText(source=source, text=read_member(sdist, source.member)))
    snapshot = build_snapshot(manifest, locks)
    part = output.with_name(f".{output.name}.part")
    part.write_bytes(dump_snapshot(snapshot))
    part.replace(output)
    return len(snapshot.records)
