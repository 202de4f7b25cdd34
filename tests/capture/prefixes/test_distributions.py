"""Every form of installed metadata is found once; what is broken is a finding."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from condasync.capture.prefixes.distributions import Found, find_distributions, name_of_metadata_folder
from condasync.capture.prefixes.search_path import SearchEntry
from condasync.errors import CaptureError
from condasync.model.finding import Finding
from condasync.model.package import Distribution, Origin


def _find(folder: Path, origin: Origin = "env") -> tuple[tuple[Found, ...], tuple[Finding, ...]]:
    return find_distributions([SearchEntry(path=folder, origin=origin)])


def test_a_dist_info_is_read_whole(tmp_path: Path, write_dist: Callable[..., Path]) -> None:
    """Proves that every field of a regular distribution arrives."""
    place = write_dist(
        tmp_path,
        "Some.Name",
        "1.0",
        requires=("six>=1", "dask ; extra == 'all'"),
        requested=True,
        installer="uv",
        direct_url={"url": "https://example.org/a.whl", "archive_info": {}},
    )
    (found,), findings = _find(tmp_path, "user-site")
    assert findings == ()
    assert (found.key, found.marked, found.has_record, found.source_tree) == ("some-name", True, True, False)
    assert found.direct_url is not None
    assert found.distribution == Distribution(
        name="Some.Name",
        version="1.0",
        location=str(place),
        origin="user-site",
        installer="uv",
        requires=("six>=1", "dask ; extra == 'all'"),
    )


def test_old_forms_are_found(tmp_path: Path) -> None:
    """Proves that egg-info folders and files and unpacked eggs are distributions too."""
    (tmp_path / "folder-1.0-py3.8.egg-info").mkdir()
    (tmp_path / "folder-1.0-py3.8.egg-info" / "PKG-INFO").write_text("Name: folder\nVersion: 1.0\n")
    (tmp_path / "folder-1.0-py3.8.egg-info" / "requires.txt").write_text("six\n\n[all]\ndask\n")
    (tmp_path / "file-2.0.egg-info").write_text("Name: file\nVersion: 2.0\n")
    egg = tmp_path / "packed-3.0-py3.8.egg"
    (egg / "EGG-INFO").mkdir(parents=True)
    (egg / "EGG-INFO" / "PKG-INFO").write_text("Name: packed\n")
    found, findings = find_distributions([SearchEntry(path=path, origin="env") for path in (tmp_path, egg)])
    assert findings == ()
    assert [(f.key, f.distribution.version, f.distribution.requires) for f in found] == [
        ("file", "2.0", ()),
        ("folder", "1.0", ("six", 'dask ; extra == "all"')),
        ("packed", "3.0", ()),
    ]


@pytest.mark.parametrize(
    ("files", "source_tree"),
    [(("SOURCES.txt",), True), (("SOURCES.txt", "installed-files.txt"), False), ((), False)],
)
def test_metadata_in_sources_is_told_from_an_old_install(
    tmp_path: Path, files: tuple[str, ...], *, source_tree: bool
) -> None:
    """Proves that on PYTHONPATH only egg-info that nothing installed makes a project."""
    (tmp_path / "a.egg-info").mkdir()
    (tmp_path / "a.egg-info" / "PKG-INFO").write_text("Name: a\nVersion: 1.0\n")
    for file in files:
        (tmp_path / "a.egg-info" / file).touch()
    (found,), _ = _find(tmp_path, "pythonpath")
    assert source_tree is found.source_tree


@pytest.mark.parametrize(
    ("name", "files", "text", "package"),
    [
        ("~umpy-1.0.dist-info", {"METADATA": "Name: numpy\nVersion: 1.0"}, "left over from an interrupted", None),
        ("-umpy-1.0.dist-info", {}, "left over from an interrupted pip run", None),
        ("a-1.0.dist-info", {"RECORD": ""}, "has no METADATA or PKG-INFO file", "a"),
        ("a-1.0.egg-info", {}, "has no METADATA or PKG-INFO file", "a"),
        ("a-1.0.dist-info", {"METADATA": "Version: 1.0"}, "states no Name", "a"),
        ("a.dist-info", {"METADATA": "Name: a"}, "states no Version", None),
        ("a-1.0.dist-info", {"METADATA/folder": ""}, "cannot be read: Is a directory", "a"),
    ],
)
def test_faults(tmp_path: Path, name: str, files: dict[str, str], text: str, package: str | None) -> None:
    """Proves that each broken distribution is left out and reported with its place."""
    (tmp_path / name).mkdir()
    for file, content in files.items():
        (tmp_path / name / file).parent.mkdir(exist_ok=True)
        (tmp_path / name / file).write_text(content)
    found, (finding,) = _find(tmp_path)
    assert found == ()
    assert (finding.code, finding.severity, finding.where) == (
        "broken-distribution",
        "warning",
        str(tmp_path / name),
    )
    assert text in finding.text
    assert package == finding.package


def test_a_dist_info_that_is_a_file_is_broken(tmp_path: Path) -> None:
    """Proves that only distutils' egg-info may be a single file."""
    (tmp_path / "a-1.0.dist-info").write_text("Name: a\nVersion: 1.0\n")
    found, findings = _find(tmp_path)
    assert (found, [f.code for f in findings]) == ((), ["broken-distribution"])


def test_text_that_is_no_utf8_is_replaced_and_reported(tmp_path: Path) -> None:
    """Proves that an old encoding costs a character, not the package."""
    (tmp_path / "a-1.0.dist-info").mkdir()
    (tmp_path / "a-1.0.dist-info" / "METADATA").write_bytes(b"Name: a\nVersion: 1.0\nAuthor: G\xfcnter\n")
    (found,), (finding,) = _find(tmp_path)
    assert (found.key, finding.code, finding.package) == ("a", "undecodable-metadata", "a")


def test_an_archive_on_the_search_path_is_reported(tmp_path: Path) -> None:
    """Proves that a zipped egg is not passed over in silence."""
    (tmp_path / "zipped-1.0-py3.8.egg").write_bytes(b"PK")
    found, findings = _find(tmp_path / "zipped-1.0-py3.8.egg")
    assert (found, [f.code for f in findings]) == ((), ["unread-archive"])


def test_a_folder_that_cannot_be_listed_ends_the_capture(tmp_path: Path) -> None:
    """Proves that a search path which is gone is an error with the folder's name, not an empty environment."""
    with pytest.raises(CaptureError, match="nowhere: the folder of installed packages cannot be read") as caught:
        _find(tmp_path / "nowhere")
    assert caught.value.hints


@given(st.text("abAB._-~1", min_size=1, max_size=6), st.sampled_from(["1.0", "2.0.post1", "v3"]))
def test_a_folder_name_is_split_or_refused(name: str, version: str) -> None:
    """Proves that any folder name gives a name and a version, or nothing."""
    stated = name_of_metadata_folder(f"{name}-{version}.dist-info")
    assert stated is None or (stated[0] and stated[1])


def test_the_standard_library_finds_the_same(tmp_path: Path, write_dist: Callable[..., Path]) -> None:
    """Proves on a mixed folder that importlib.metadata sees the same names and versions."""
    for name, version in (("a", "1.0"), ("B_b", "2"), ("c.c", "0!3+local")):
        write_dist(tmp_path, name, version)
    (tmp_path / "file-2.0.egg-info").write_text("Name: file\nVersion: 2.0\n")
    found, _ = _find(tmp_path)
    expected = {(d.metadata["Name"], d.version) for d in importlib.metadata.distributions(path=[str(tmp_path)])}
    assert expected == {(f.distribution.name, f.distribution.version) for f in found}
