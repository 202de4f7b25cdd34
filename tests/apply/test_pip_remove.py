"""Distributions of pip are removed by what they list, and never outside the tree."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from condasync.apply.pip_remove import PipFiles, recorded_files
from condasync.errors import ApplyError

_SITE = "lib/python3.12/site-packages"


def test_files_scripts_and_bytecode_go(tmp_path: Path) -> None:
    """What the RECORD lists goes, with bytecode and empty folders; what lies beside stays."""
    tree = tmp_path / "tree"
    listed = ["gamma/__init__.py", "gamma/deep/part.py", "../../../bin/gamma", "/final/share/gamma.txt"]
    _dist(tree, "gamma", listed)
    for path in (f"{_SITE}/gamma/__pycache__/__init__.cpython-312.pyc", f"{_SITE}/other.py", "bin/other"):
        _touch(tree / path)
    _files(tree).remove()
    assert _held(tree) == ["bin/other", f"{_SITE}/other.py"]
    assert not (tree / _SITE / "gamma").exists()
    assert (tree / "bin").is_dir()


def test_a_file_of_the_user_in_the_package_stays(tmp_path: Path) -> None:
    """A folder that holds something that is not listed stays with it."""
    tree = tmp_path / "tree"
    _dist(tree, "gamma", ["gamma/__init__.py"])
    _touch(tree / _SITE / "gamma" / "notes.txt")
    _files(tree).remove()
    assert _held(tree) == [f"{_SITE}/gamma/notes.txt"]


def test_nothing_outside_the_tree_goes(tmp_path: Path) -> None:
    """Rows that lead out of the tree, by dots, by an absolute path, or through a link of the user's, are left alone."""
    tree, outside = tmp_path / "tree", tmp_path / "source"
    for path in ("gamma/module.py", "dots.py", "absolute.py"):
        _touch(outside / path)
    (tree / _SITE).mkdir(parents=True)
    (tree / _SITE / "gamma").symlink_to(outside / "gamma")
    rows = ["gamma/module.py", "../../../../source/dots.py", str(outside / "absolute.py")]
    _dist(tree, "gamma", rows, write=False)
    _files(tree).remove()
    assert _held(outside) == ["absolute.py", "dots.py", "gamma/module.py"]
    assert not (tree / _SITE / "gamma-1.0.dist-info").exists()


def test_an_editable_install_goes_and_its_project_stays(tmp_path: Path) -> None:
    """A `.pth` file that the RECORD lists goes; the project folder that it names is the user's."""
    tree, project = tmp_path / "tree", tmp_path / "project"
    _touch(project / "gamma.py")
    _dist(tree, "gamma", ["__editable__.gamma.pth"])
    (tree / _SITE / "__editable__.gamma.pth").write_text(f"{project}\n", encoding="utf-8")
    _files(tree).remove()
    assert _held(tree) == []
    assert _held(project) == ["gamma.py"]


def test_a_development_install_of_setuptools(tmp_path: Path) -> None:
    """An `.egg-link` goes, with the folder's line in easy-install.pth and nobody else's."""
    site = tmp_path / "tree" / _SITE
    site.mkdir(parents=True)
    (site / "gamma.egg-link").write_text("/src/gamma\n.", encoding="utf-8")
    (site / "easy-install.pth").write_text("/src/gamma\n/src/other\n", encoding="utf-8")
    _files(tmp_path / "tree").remove()
    assert _held(site) == ["easy-install.pth"]
    assert (site / "easy-install.pth").read_text(encoding="utf-8") == "/src/other\n"


def test_an_egg_info_with_a_list(tmp_path: Path) -> None:
    """Old installs of pip list their files in installed-files.txt, seen from the metadata folder."""
    tree = tmp_path / "tree"
    meta = tree / _SITE / "gamma-1.0-py3.12.egg-info"
    _touch(tree / _SITE / "gamma.py")
    _touch(meta / "PKG-INFO")
    (meta / "installed-files.txt").write_text("../gamma.py\nPKG-INFO\n", encoding="utf-8")
    _files(tree).remove()
    assert _held(tree) == []


def test_without_a_list_it_is_said(tmp_path: Path) -> None:
    """A distribution that does not list its files is not guessed at."""
    _touch(tmp_path / "tree" / _SITE / "gamma-1.0.dist-info" / "METADATA")
    with pytest.raises(ApplyError, match=r"gamma-1.0.dist-info: it does not say") as caught:
        _files(tmp_path / "tree").listed()
    assert caught.value.hints


@pytest.mark.parametrize("name", ["gamma-1.0.egg-info", "gamma.egg-info"])
def test_a_single_file_of_metadata(tmp_path: Path, name: str) -> None:
    """What distutils installed says nothing of its files either."""
    _touch(tmp_path / "tree" / _SITE / name)
    with pytest.raises(ApplyError, match="it does not say"):
        _files(tmp_path / "tree").listed()


def test_metadata_behind_a_link(tmp_path: Path) -> None:
    """A link to metadata elsewhere goes; what it leads to stays."""
    outside = tmp_path / "outside"
    _dist(outside, "gamma", [])
    site = tmp_path / "tree" / _SITE
    site.mkdir(parents=True)
    (site / "gamma-1.0.dist-info").symlink_to(outside / _SITE / "gamma-1.0.dist-info")
    _files(tmp_path / "tree").remove()
    assert list(site.iterdir()) == []
    assert len(_held(outside)) == 2


def test_broken_metadata_names_its_folder(tmp_path: Path) -> None:
    """Without metadata the folder's name tells; bytes that are no text are read all the same."""
    tree = tmp_path / "tree"
    meta = tree / _SITE / "gamma-1.0.dist-info"
    meta.mkdir(parents=True)
    (meta / "RECORD").write_bytes(b"gamma/\xff.py,,\n")
    place = tree / _SITE / os.fsdecode(b"gamma/\xff.py")
    _touch(place)
    _files(tree).remove()
    assert _held(tree) == []


def test_what_conda_owns_stays(tmp_path: Path) -> None:
    """A distribution whose metadata belongs to a conda package is conda's, whatever its name."""
    tree = tmp_path / "tree"
    _dist(tree, "gamma", ["gamma.py"])
    owned = frozenset({f"{_SITE}/gamma-1.0.dist-info/METADATA"})
    assert _files(tree, owned=owned).listed() == frozenset()


def test_other_names_stay(tmp_path: Path) -> None:
    """Only the distributions that are named go; names are compared as PEP 503 says."""
    tree = tmp_path / "tree"
    _dist(tree, "Gamma_Ray", ["ray.py"])
    _dist(tree, "gamma", ["gamma.py"])
    _files(tree, "gamma-ray").remove()
    assert f"{_SITE}/gamma.py" in _held(tree)
    assert f"{_SITE}/ray.py" not in _held(tree)


def test_all_recorded_files(tmp_path: Path) -> None:
    """The files of every distribution are known, below the prefix."""
    _dist(tmp_path, "gamma", ["gamma.py", "../../../bin/gamma"])
    assert {f"{_SITE}/gamma.py", "bin/gamma"} <= recorded_files(tmp_path, _SITE)


def _files(tree: Path, name: str = "gamma", *, owned: frozenset[str] = frozenset()) -> PipFiles:
    return PipFiles(tree=tree, final=Path("/final"), site_packages=(_SITE,), names=frozenset({name}), owned=owned)


def _dist(tree: Path, name: str, rows: list[str], *, write: bool = True) -> None:
    meta = tree / _SITE / f"{name}-1.0.dist-info"
    meta.mkdir(parents=True)
    (meta / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    listed = [*rows, f"{meta.name}/METADATA", f"{meta.name}/RECORD"]
    (meta / "RECORD").write_text("".join(f"{row},,\n" for row in listed), encoding="utf-8")
    for row in rows if write else ():
        _touch(tree / row.removeprefix("/final/") if row.startswith("/") else tree / _SITE / row)


def _touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def _held(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
