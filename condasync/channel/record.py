"""Repodata rows to records and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from condasync.model.record import ChannelRecord

_MAX_SECONDS = 253_402_300_799  # conda's rule: a timestamp above the year 9999 in seconds is in milliseconds


def record_from_row(row: Mapping[str, object], *, channel: str, url: str, file_name: str, subdir: str) -> ChannelRecord:
    """Return the record of one repodata row; fields that condasync does not know are left out.

    Raises ValueError that names the field when a field is missing or of a wrong type.
    """
    return ChannelRecord(
        name=_text(row, "name"),
        version=_text(row, "version"),
        build=_text(row, "build"),
        build_number=_number(row, "build_number") or 0,
        subdir=subdir,
        file_name=file_name,
        channel=channel,
        url=url,
        depends=_texts(row, "depends"),
        constrains=_texts(row, "constrains"),
        md5=_optional_text(row, "md5"),
        sha256=_optional_text(row, "sha256"),
        size=_number(row, "size"),
        timestamp=_milliseconds(_number(row, "timestamp")),
        license=_optional_text(row, "license"),
        noarch=_noarch(row),
        track_features=_words(row, "track_features"),
        purls=_texts(row, "purls"),
        python_site_packages_path=_optional_text(row, "python_site_packages_path"),
    )


def row_from_record(record: ChannelRecord) -> dict[str, Any]:
    """Return the record as rattler's RepoDataRecord JSON: the repodata row, `fn`, `url` and `channel` (a URL).

    Fields without a value are left out.
    """
    return {
        **repodata_row(record),
        "fn": record.file_name,
        "url": record.url,
        "channel": channel_url(record),
    }


def repodata_row(record: ChannelRecord) -> dict[str, Any]:
    """Return the record as repodata.json states it, keys sorted; fields without a value are left out."""
    row: dict[str, Any] = {
        "build": record.build,
        "build_number": record.build_number,
        "constrains": list(record.constrains),
        "depends": list(record.depends),
        "license": record.license,
        "md5": record.md5,
        "name": record.name,
        "noarch": record.noarch,
        "purls": list(record.purls),
        "python_site_packages_path": record.python_site_packages_path,
        "sha256": record.sha256,
        "size": record.size,
        "subdir": record.subdir,
        "timestamp": record.timestamp,
        "track_features": " ".join(record.track_features),
        "version": record.version,
    }
    return {key: value for key, value in row.items() if value not in (None, [], "") or key == "depends"}


def channel_url(record: ChannelRecord) -> str:
    """Return the URL of the record's channel as its package URL implies it, with a slash at its end."""
    base = record.url.removesuffix(f"/{record.subdir}/{record.file_name}")
    return f"{base}/" if base != record.url else f"{record.url.rpartition('/')[0]}/"


def _text(row: Mapping[str, object], field: str) -> str:
    value = row.get(field)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{field}: a text is needed, not {value!r}")
    return value


def _optional_text(row: Mapping[str, object], field: str) -> str | None:
    value = row.get(field)
    if value is None or isinstance(value, str):
        return value or None
    raise ValueError(f"{field}: a text is needed, not {value!r}")


def _number(row: Mapping[str, object], field: str) -> int | None:
    value = row.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{field}: a whole number is needed, not {value!r}")
    return value


def _texts(row: Mapping[str, object], field: str) -> tuple[str, ...]:
    value = row.get(field)
    if value is None:
        return ()
    if not isinstance(value, list | tuple):
        raise ValueError(f"{field}: a list of texts is needed, not {value!r}")  # noqa: TRY004  one error type per row
    for item in value:
        if not isinstance(item, str):
            raise ValueError(f"{field}: a list of texts is needed, {item!r} is in it")  # noqa: TRY004  as above
    return tuple(value)


def _words(row: Mapping[str, object], field: str) -> tuple[str, ...]:
    value = row.get(field)
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else _texts(row, field)


def _noarch(row: Mapping[str, object]) -> str | None:
    match row.get("noarch"):
        case None | False:
            return None
        case True:  # the form of before 2017
            return "generic"
        case str(kind):
            return kind
        case other:
            raise ValueError(f"noarch: a text is needed, not {other!r}")


def _milliseconds(timestamp: int | None) -> int | None:
    if timestamp is None or timestamp > _MAX_SECONDS:
        return timestamp
    return timestamp * 1000
