"""conda-meta files of every writer are read; a broken one costs one package, not the capture."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from condasync.capture.prefixes.conda_meta import read_conda_meta
from condasync.errors import CaptureError
from condasync.model.record import ChannelRecord

_FAULTS = Path(__file__).parent / "data" / "faults" / "conda_meta"


def test_a_record_is_read_whole(tmp_path: Path, write_record: Callable[..., Path]) -> None:
    """Proves that what repodata states of a package arrives from conda-meta, credentials excepted."""
    file = write_record(
        tmp_path,
        "numpy",
        "1.26.4",
        build="py311_0",
        subdir="linux-64",
        channel="https://me:pw@example.org/private",
        depends=["python >=3.11,<3.12.0a0", "libblas"],
        constrains=["numpy-base <0a0"],
        license="BSD-3-Clause",
        timestamp=1707225421156,
    )
    (installed,), findings = read_conda_meta(tmp_path)
    assert findings == ()
    assert (installed.file, installed.asked_for, installed.metadata) == (file, False, ())
    assert installed.record == ChannelRecord(
        name="numpy",
        version="1.26.4",
        build="py311_0",
        build_number=0,
        subdir="linux-64",
        file_name="numpy-1.26.4-py311_0.conda",
        channel="https://example.org/private",
        url="https://example.org/private/linux-64/numpy-1.26.4-py311_0.conda",
        depends=("python >=3.11,<3.12.0a0", "libblas"),
        constrains=("numpy-base <0a0",),
        license="BSD-3-Clause",
        timestamp=1707225421156,
    )


@pytest.mark.parametrize(
    ("fields", "asked_for"),
    [
        ({"requested_spec": "numpy >=1"}, True),
        ({"requested_spec": ""}, False),
        ({"requested_spec": "None"}, False),
        ({"requested_spec": None}, False),
        ({"requested_specs": ["numpy"]}, True),
        ({"requested_specs": []}, False),
        ({"requested_specs": ["None", 7], "requested_spec": " "}, False),
        ({}, False),
    ],
)
def test_each_writer_s_way_to_say_requested(
    tmp_path: Path, write_record: Callable[..., Path], fields: dict[str, Any], *, asked_for: bool
) -> None:
    """Proves that conda's text, rattler's list and the text "None" are understood."""
    write_record(tmp_path, "numpy", "1", **fields)
    (installed,), _ = read_conda_meta(tmp_path)
    assert asked_for is installed.asked_for


def test_metadata_of_every_form_is_owned(tmp_path: Path, write_record: Callable[..., Path]) -> None:
    """Proves which listed files count as Python metadata; entries that are no text are passed over."""
    site = "lib/python3.11/site-packages"
    files = [
        f"{site}/a-1.dist-info/METADATA",
        f"{site}/a-1.dist-info/RECORD",
        f"{site}/b-1.egg-info/PKG-INFO",
        f"{site}/c-1.egg-info",
        f"{site}/d.egg/EGG-INFO/PKG-INFO",
        "Lib\\site-packages\\e-1.dist-info\\METADATA",
        7,
    ]
    write_record(tmp_path, "many", "1", files=files)
    (installed,), _ = read_conda_meta(tmp_path)
    assert installed.metadata == (
        f"{site}/a-1.dist-info",
        f"{site}/b-1.egg-info",
        f"{site}/c-1.egg-info",
        f"{site}/d.egg/EGG-INFO",
        "Lib/site-packages/e-1.dist-info",
    )


def test_an_old_record_takes_subdir_and_file_name_from_its_url(
    tmp_path: Path, write_record: Callable[..., Path]
) -> None:
    """Proves that records without `subdir` and `fn`, as conda wrote before 2017, are read."""
    write_record(tmp_path, "old", "1", subdir="osx-64", fn=None)
    file = write_record(tmp_path, "older", "1", subdir="osx-64")
    file.write_text(file.read_text().replace('"subdir": "osx-64"', '"subdir": null'))
    installed, findings = read_conda_meta(tmp_path)
    assert findings == ()
    assert [(i.record.subdir, i.record.file_name) for i in installed] == [
        ("osx-64", "old-1-0.conda"),
        ("osx-64", "older-1-0.conda"),
    ]


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("depends-text.json", "depends: a list of texts is needed"),
        ("empty.json", "Expecting value"),
        ("half-character.json", "surrogates not allowed"),
        ("latin-1.json", "can't decode byte 0xfc"),
        ("list.json", "a JSON object is wanted"),
        ("no-name.json", "name: a text is needed"),
        ("unfinished.json", "Expecting value"),
        ("url-number.json", "url: a text is needed"),
        ("version-number.json", "version: a text is needed"),
    ],
)
def test_faults(tmp_path: Path, write_record: Callable[..., Path], file: str, message: str) -> None:
    """Proves that one broken file is a finding that names it and the reason, and that the others are read."""
    write_record(tmp_path, "sound", "1")
    broken = shutil.copy(_FAULTS / file, tmp_path / "conda-meta" / file)
    (installed,), (finding,) = read_conda_meta(tmp_path)
    assert installed.record.name == "sound"
    assert (finding.code, finding.where) == ("unreadable-conda-meta", str(broken))
    assert finding.text.startswith(f"{file} cannot be read, its package is missing from the capture: ")
    assert message in finding.text


def test_endless_nesting_is_a_finding(tmp_path: Path, write_record: Callable[..., Path]) -> None:
    """Proves that a file which exhausts the JSON reader does not end the capture."""
    write_record(tmp_path, "sound", "1")
    (tmp_path / "conda-meta" / "deep.json").write_text("[" * 200_000)
    _, (finding,) = read_conda_meta(tmp_path)
    assert "recursion" in finding.text


def test_a_folder_in_place_of_a_record_is_a_finding(tmp_path: Path, write_record: Callable[..., Path]) -> None:
    """Proves that an error of the file system is a finding as well."""
    write_record(tmp_path, "sound", "1")
    (tmp_path / "conda-meta" / "odd.json").mkdir()
    _, (finding,) = read_conda_meta(tmp_path)
    assert finding.text.endswith("Is a directory")


def test_a_package_recorded_twice_counts_once(tmp_path: Path, write_record: Callable[..., Path]) -> None:
    """Proves that after an interrupted update the newer build is taken and the other one named."""
    write_record(tmp_path, "a", "2", timestamp=1707225421156)
    old = write_record(tmp_path, "a", "1", timestamp=1607225421156)
    (installed,), (finding,) = read_conda_meta(tmp_path)
    assert (installed.record.version, finding.code, finding.where) == ("2", "duplicate-record", str(old))


def test_when_no_file_can_be_read_there_is_no_environment(tmp_path: Path) -> None:
    """Proves that a wholly broken conda-meta is an error with a place, a reason and a next step."""
    (tmp_path / "conda-meta").mkdir()
    (tmp_path / "conda-meta" / "a.json").write_text("{")
    with pytest.raises(CaptureError, match=r"conda-meta: the records .* no file in it can be read; a\.json") as caught:
        read_conda_meta(tmp_path)
    assert caught.value.hints


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    """Proves that the reason of the file system is in the message."""
    (tmp_path / "conda-meta").write_text("")
    with pytest.raises(CaptureError, match="Not a directory"):
        read_conda_meta(tmp_path)
