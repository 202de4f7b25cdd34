"""Records as py-rattler takes them: for a solver's child process, which gets rows as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

import rattler
from rattler.package import BuildString

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def rattler_record(row: Mapping[str, Any]) -> rattler.RepoDataRecord:
    """Return the rattler record of a row that `row_from_record` made.

    rattler has no reader for one row, and its constructor no timestamp and no track_features: they are set after it.
    """
    record = rattler.PackageRecord(
        name=row["name"],
        version=row["version"],
        build=BuildString(row["build"]),
        build_number=row["build_number"],
        subdir=row["subdir"],
        noarch=row.get("noarch"),
        depends=row["depends"],
        constrains=row.get("constrains", []),
        md5=_digest(row, "md5"),
        sha256=_digest(row, "sha256"),
        size=row.get("size"),
        license=row.get("license"),
        python_site_packages_path=row.get("python_site_packages_path"),
    )
    if "timestamp" in row:
        record.timestamp = _EPOCH + timedelta(milliseconds=row["timestamp"])
    if "track_features" in row:
        record.track_features = row["track_features"].split()
    return rattler.RepoDataRecord(record, row["fn"], row["url"], row["channel"])


def _digest(row: Mapping[str, Any], field: str) -> bytes | None:
    return bytes.fromhex(row[field]) if field in row else None
