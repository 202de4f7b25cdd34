"""What a build may see of a project folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from condasync.build.module_wheel import module_wheel, read_loose
from condasync.build.source_tree import looks_secret, read_tree
from condasync.errors import BuildError
from tests.build.conftest import WriteTree


def _names(root: Path) -> list[str]:
    return [file.relative for file in read_tree(root).files]


def test_caches_environments_and_leftovers_stay_out(tmp_path: Path, write_tree: WriteTree) -> None:
    """Version control, caches, environments and what builds left are no sources; a package named build is one."""
    root = write_tree(
        tmp_path / "project",
        {
            "pyproject.toml": "",
            "build/lib/x.py": "",
            "dist/x-1.0.tar.gz": "",
            "src/build/__init__.py": "",
            "src/x/data.csv": "1",
            "src/x/fast.so": b"\x7fELF",
            "src/x/__pycache__/x.pyc": b"",
            "src/x.egg-info/PKG-INFO": "",
            ".git/HEAD": "",
            "env/pyvenv.cfg": "",
            "env/lib/y.py": "",
            "conda/conda-meta/history": "",
            "node_modules/z.js": "",
            "condasync-channel/noarch/repodata.json": "",
        },
    )
    assert _names(root) == ["pyproject.toml", "src/build/__init__.py", "src/x/data.csv", "src/x/fast.so"]


def test_secrets_are_refused_and_named(tmp_path: Path, write_tree: WriteTree) -> None:
    """A file that looks like a secret never reaches a package, also behind a harmless link name."""
    root = write_tree(
        tmp_path / "p", {"setup.py": "", ".env": "T=1", "keys/id_rsa": "", ".ssh/config": "", "a.pem": ""}
    )
    (root / "harmless.txt").symlink_to(root / ".env")
    tree = read_tree(root)
    assert [file.relative for file in tree.files] == ["setup.py"]
    assert tree.refused == (".env", ".ssh/", "a.pem", "harmless.txt", "keys/id_rsa")


@pytest.mark.parametrize("name", [".env.example", "env.py", "environment.yml", "public.txt", "keyboard.py"])
def test_templates_and_look_alikes_are_no_secrets(name: str) -> None:
    """What only resembles a secret's name is taken along."""
    assert not looks_secret(name)


def test_digest_depends_on_content_alone(tmp_path: Path, write_tree: WriteTree) -> None:
    """Equal files in two folders have one digest; content, names and executable bits change it."""
    files = {"setup.py": "x", "run.sh": "#!/bin/sh"}
    one, two = (write_tree(tmp_path / name, files) for name in ("one", "two"))
    before = read_tree(one).digest()
    assert read_tree(two).digest() == before
    (two / "run.sh").chmod(0o755)
    executable = read_tree(two).digest()
    (two / "setup.py").write_text("y", encoding="utf-8")
    assert len({before, executable, read_tree(two).digest()}) == 3


def test_copy_is_writable_and_equal(tmp_path: Path, write_tree: WriteTree) -> None:
    """A copy of read-only sources can be built in, and has the digest of the original."""
    root = write_tree(tmp_path / "p", {"setup.py": "x", "a/b.py": "y"})
    (root / "setup.py").chmod(0o444)
    tree = read_tree(root)
    tree.copy_to(tmp_path / "copy")
    assert read_tree(tmp_path / "copy").digest() == tree.digest()
    (tmp_path / "copy" / "setup.py").write_text("changed", encoding="utf-8")


def test_links_are_followed_but_circles_end(tmp_path: Path, write_tree: WriteTree) -> None:
    """A linked folder of a monorepo is part of the project; a link to a folder above is not walked for ever."""
    shared = write_tree(tmp_path / "shared", {"common.py": ""})
    root = write_tree(tmp_path / "p", {"setup.py": ""})
    (root / "common").symlink_to(shared)
    (root / "loop").symlink_to(root)
    (root / "dangling").symlink_to(tmp_path / "nothing")
    assert _names(root) == ["common/common.py", "setup.py"]


def test_missing_and_large_folders_are_errors(tmp_path: Path, write_tree: WriteTree) -> None:
    """A folder that is gone, or holds data instead of sources, is told as such."""
    with pytest.raises(BuildError) as gone:
        read_tree(tmp_path / "gone")
    assert gone.value.reason == "source-missing"
    root = write_tree(tmp_path / "p", {"big.bin": b"0" * 2000})
    with pytest.raises(BuildError) as large:
        read_tree(root, size_limit=1000)
    assert large.value.reason == "source-too-large"


def test_names_of_any_bytes_are_digested_and_copied(tmp_path: Path, write_tree: WriteTree) -> None:
    """Where the file system takes names that are not UTF-8."""
    root = write_tree(tmp_path / "p", {"a.py": ""})
    try:
        (root / os.fsdecode(b"bad\xff.txt")).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes only UTF-8 names")
    tree = read_tree(root)
    tree.copy_to(tmp_path / "copy")
    assert read_tree(tmp_path / "copy").digest() == tree.digest()
    with pytest.raises(BuildError, match="is not UTF-8, which a wheel wants"):
        module_wheel(read_loose(root), tmp_path / "out")
