"""Every fault of a lock file is told with its place, and nothing of the file is believed."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from condasync.errors import LockFileError
from condasync.lock.conda_lock_v1 import loads

FAULTS = Path(__file__).parent / "data" / "faults"
MESSAGES = [
    ("channel-without-url", ": a required value is missing in 'metadata.channels[0].url'"),
    ("content-hash-number", ": expected a string, found a number in 'metadata.content_hash.linux-64'"),
    ("control-character", ":2: not YAML: "),
    ("dependencies-list", ": expected a mapping, found a list in 'package[0].dependencies'"),
    ("dependency-number", ": expected a string, found a number in 'package[0].dependencies.libgcc'"),
    ("empty-name", ": an empty value in 'package[0].name'"),
    ("empty", ": not a lock file: no mapping at its top"),
    ("foreign-platform", ": the platform 'osx-64' is not among the lock's platforms in 'package[0].platform'"),
    ("key-number", ": the key 1 is no string in 'package[0].dependencies'"),
    ("manager-pypi", ": expected 'conda' or 'pip', found 'pypi' in 'package[0].manager'"),
    ("md5-number", ": expected a string, found a number in 'package[0].hash.md5'"),
    ("md5-short", ": expected 32 hexadecimal digits in 'package[0].hash.md5'"),
    ("metadata-list", ": expected a mapping, found a list in 'metadata'"),
    ("no-channels", ": a required value is missing in 'metadata.channels'"),
    ("no-content-hash", ": a required value is missing in 'metadata.content_hash'"),
    ("no-hash", ": a required value is missing in 'package[0].hash'"),
    ("no-md5", ": a conda package needs a digest in 'package[3].hash.md5'"),
    ("no-metadata", ": a required value is missing in 'metadata'"),
    ("no-name", ": a required value is missing in 'package[0].name'"),
    ("no-optional", ": a required value is missing in 'package[0].optional'"),
    ("no-package", ": a required value is missing in 'package'"),
    ("no-url", ": a required value is missing in 'package[0].url'"),
    ("no-version", ": a required value is missing in 'version'"),
    ("not-a-mapping", ": not a lock file: no mapping at its top"),
    ("not-yaml", ":2: not YAML: "),
    ("optional-text", ": expected a boolean, found a string in 'package[0].optional'"),
    ("package-mapping", ": expected a list, found a mapping in 'package'"),
    ("platform-twice", ": a platform stands twice in 'metadata.platforms'"),
    ("platforms-text", ": expected a list, found a string in 'metadata.platforms'"),
    ("row-text", ": expected a mapping, found a string in 'package[1]'"),
    ("row-twice-differently", ": conda package 'zlib' is locked twice for linux-64, differently in 'package[1]'"),
    ("row-twice", ": conda package 'zlib' is locked twice for linux-64 in 'package[1]'"),
    ("same-key-twice", ":20: not YAML: "),
    ("sha256-short", ": expected 64 hexadecimal digits in 'package[0].hash.sha256'"),
    ("source-text", ": expected a mapping, found a string in 'package[0].source'"),
    ("tab", ":3: not YAML: "),
    ("truncated-in-quotes", ":23: not YAML: "),
    ("truncated", ": a required value is missing in 'package[1].manager'"),
    ("two-documents", ":2: not YAML: "),
    ("unknown-digest", ": unknown key in 'package[0].hash.sha512'"),
    ("unknown-row-key", ": unknown key in 'package[0].subdir'"),
    ("unknown-top-key", ": unknown key in 'packages'"),
    ("version-6", ": the version 6 is not known in 'version'"),
    ("version-date", ": expected a string, found a date in 'package[0].version'"),
    ("version-number", ": expected a string, found a number in 'package[1].version'"),
    ("version-text", ": the version '1' is not known in 'version'"),
]
# conda-lock believes these: it drops a row in silence, or trusts a value that nothing can be checked with.
STRICTER = {
    "empty-name",
    "foreign-platform",
    "md5-short",
    "optional-text",
    "row-twice-differently",
    "same-key-twice",
    "sha256-short",
}


@pytest.mark.parametrize(("fault", "message"), MESSAGES)
def test_fault_is_told_with_its_place(fault: str, message: str) -> None:
    """The message names file, line or key path; the reason of a YAML fault is the YAML reader's."""
    path = FAULTS / f"{fault}.yml"
    with pytest.raises(LockFileError) as raised:
        loads(path.read_text(encoding="utf-8"), path=path.name)
    told = raised.value.message
    assert told == f"{path.name}{message}" or (message.endswith("not YAML: ") and told.startswith(path.name + message))
    assert raised.value.exit_code == 6
    assert raised.value.facts["path"] == path.name


def test_every_fault_file_is_listed() -> None:
    """No file of the corpus is forgotten."""
    assert sorted(path.stem for path in FAULTS.iterdir()) == sorted(fault for fault, _ in MESSAGES)


@pytest.mark.parametrize("fault", [fault for fault, _ in MESSAGES])
def test_conda_lock_refuses_the_same(fault: str) -> None:
    """What we refuse, conda-lock refuses, apart from the few cases where we look closer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from conda_lock.lockfile import parse_conda_lock_file  # noqa: PLC0415 - warns when imported
    path = FAULTS / f"{fault}.yml"
    if fault in STRICTER:
        parse_conda_lock_file(path)
        return
    with pytest.raises(Exception):  # noqa: B017, PT011 - it lets whatever happens inside come out
        parse_conda_lock_file(path)


def test_a_number_is_hinted_to_be_quoted() -> None:
    """The most common slip of a hand-edited lock, a bare 1.10, gets a hint."""
    path = FAULTS / "version-number.yml"
    with pytest.raises(LockFileError) as raised:
        loads(path.read_text(encoding="utf-8"), path="conda-lock.yml")
    assert raised.value.hints == ("put the value in quotes",)
