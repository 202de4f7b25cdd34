"""What a lock names by its place on this machine."""

from __future__ import annotations

from condasync.convert.channel_folder import FOLDER_NAME, in_channel_folder, is_placed_beside
from condasync.model.finding import Finding
from condasync.model.lockfile import LockFile


def tied_to_this_machine(lock: LockFile) -> tuple[Finding, ...]:
    """Return a finding when a lock names packages that were built here by where they lie on this disk."""
    tied = {row.url for row in lock.packages if in_channel_folder(row.url) and not is_placed_beside(row.url)}
    if not tied:
        return ()
    text = (
        f"packages that were built here ({len(tied)}) are named by their path on this machine, and serve only here: "
        f"conda-lock.yml beside {FOLDER_NAME} travels"
    )
    return (Finding(code="does-not-travel", severity="warning", text=text),)
