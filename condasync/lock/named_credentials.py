"""Credentials that a lock names by variables: most other formats cannot."""

from __future__ import annotations

from dataclasses import replace

from condasync.model.finding import Finding
from condasync.model.lockfile import LockedPackage, LockFile
from condasync.model.placeholder import names_variables
from condasync.model.url import Url


def without_names(row: LockedPackage) -> LockedPackage:
    """Return a row whose URL names no variable, for readers that would take the name for the credential."""
    return replace(row, url=Url(row.url).public) if names_variables(row.url) else row


def not_carried_names(lock: LockFile, text: str) -> tuple[Finding, ...]:
    """Return a finding with this text for a lock that names credentials, else ()."""
    if not any(names_variables(row.url) for row in lock.packages):
        return ()
    return (Finding(code="not-in-format", severity="warning", text=text),)
