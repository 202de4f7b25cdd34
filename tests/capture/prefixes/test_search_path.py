"""The search path is what the interpreter would have, and no code of the environment runs for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.capture.prefixes.search_path import SearchEntry, search_path


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Return an empty site-packages folder."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    return folder


def _paths(*sites: SearchEntry) -> list[Path]:
    entries, findings = search_path(sites)
    assert findings == ()
    return [entry.path for entry in entries]


def test_pth_lines_follow_their_folder_in_order(site: Path, tmp_path: Path) -> None:
    """Proves that folders which exist are added once, comments, blanks, missing and hidden ones are not."""
    for name in ("one", "two", "three"):
        (tmp_path / name).mkdir()
    (site / "b.pth").write_bytes(b"\xef\xbb\xbf# note\n\n../one\r\n../missing\n")
    (site / "a.pth").write_text(f"{tmp_path}/two  \n../one/../one\n{'x' * 5000}\n")
    (site / ".hidden.pth").write_text("../three\n")
    assert _paths(SearchEntry(path=site, origin="env")) == [site, tmp_path / "two", tmp_path / "one"]


def test_code_in_pth_files_is_left_alone(site: Path, tmp_path: Path) -> None:
    """Proves that a line of code neither runs nor counts as a path."""
    (site / "evil.pth").write_text(f"import pathlib; pathlib.Path({str(tmp_path / 'ran')!r}).touch()\nimport\tos\n")
    assert _paths(SearchEntry(path=site, origin="env")) == [site]
    assert not (tmp_path / "ran").exists()


def test_pythonpath_folders_have_no_pth_files(site: Path, tmp_path: Path) -> None:
    """Proves that `.pth` files count in site folders only, as for the interpreter."""
    (tmp_path / "more").mkdir()
    (site / "a.pth").write_text("../more\n")
    assert _paths(SearchEntry(path=site, origin="pythonpath")) == [site]


def test_a_linked_folder_counts_once(site: Path, tmp_path: Path) -> None:
    """Proves that lib64, a link to lib, does not double the environment."""
    (tmp_path / "lib64").symlink_to(site)
    entries = (SearchEntry(path=site, origin="env"), SearchEntry(path=tmp_path / "lib64", origin="env"))
    assert _paths(*entries) == [site]


def test_an_egg_link_names_its_project(site: Path, tmp_path: Path) -> None:
    """Proves that the link's project wins over the bare path in easy-install.pth."""
    (tmp_path / "project" / "src").mkdir(parents=True)
    (site / "project.egg-link").write_text("../project/src\n../")
    (site / "easy-install.pth").write_text(f"{tmp_path}/project/src\n")
    entries, _ = search_path([SearchEntry(path=site, origin="env")])
    linked = SearchEntry(path=tmp_path / "project" / "src", origin="pth", project=tmp_path / "project")
    assert entries == (SearchEntry(path=site, origin="env"), linked)


@pytest.mark.parametrize(("content", "message"), [("/no/such/place\n.", "does not exist"), ("\n", "is empty")])
def test_a_broken_egg_link_is_a_finding(site: Path, content: str, message: str) -> None:
    """Proves that a development install without its sources is reported."""
    (site / "gone.egg-link").write_text(content)
    _, findings = search_path([SearchEntry(path=site, origin="env")])
    assert [("broken-distribution", str(site / "gone.egg-link"))] == [(f.code, f.where) for f in findings]
    assert message in findings[0].text


def test_an_unreadable_pth_file_is_a_finding(site: Path) -> None:
    """Proves that a file which cannot be opened does not end the capture."""
    (site / "folder.pth").mkdir()
    _, findings = search_path([SearchEntry(path=site, origin="env")])
    assert [(f.code, f.text) for f in findings] == [("unreadable-file", "folder.pth cannot be read: Is a directory")]
