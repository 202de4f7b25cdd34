"""Are the locked packages still to be had from the channels."""

from __future__ import annotations

from collections.abc import Iterable

from condasync.model.environment import Environment
from condasync.model.finding import Finding
from condasync.model.package import CondaPackage
from condasync.model.record import ChannelRecord
from condasync.seams import ChannelIndex


def check_presence(
    records: Iterable[ChannelRecord], environment: Environment, index: ChannelIndex
) -> tuple[Finding, ...]:
    """Return a finding for each record that the channels no longer list: it came from the captured prefix itself.

    Only what the prefix holds is looked up: every other record came from the channels.
    """
    captured = {
        package.record.url
        for package in environment.packages
        if isinstance(package, CondaPackage) and package.record is not None
    }
    return tuple(
        Finding(
            code="not-on-channel",
            severity="warning",
            package=record.name,
            text=f"the channels no longer list {record.file_name}: locked as it is installed, from {record.url}",
        )
        for record in records
        if record.url in captured
        and not any(
            one.file_name == record.file_name and one.subdir == record.subdir for one in index.records(record.name)
        )
    )
