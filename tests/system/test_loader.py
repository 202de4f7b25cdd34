"""Finding libraries as the dynamic linker does."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.system.binary import Binary
from condasync.system.ld_cache import read_ld_cache
from condasync.system.loader import Loader
from condasync.system.machine import Machine
from tests.system.conftest import LIB, FakeSystem, elf, ld_cache


def linking(system: FakeSystem, *, rpath: tuple[str, ...] = (), runpath: tuple[str, ...] = ()) -> tuple[Binary, Path]:
    """Return a module of the environment that has some search folders."""
    path = system.site / "x" / "_x.so"
    path.parent.mkdir()
    path.write_bytes(elf(["liba.so.1"]))
    return Binary(kind="elf", machine="62", needed=("liba.so.1",), rpath=rpath, runpath=runpath), path


def test_cache_states_the_paths_of_sonames() -> None:
    """Also where the older format stands before it."""
    data = ld_cache([f"{LIB}/liba.so.1", "/opt/liba.so.1", f"{LIB}/libb.so.2"])
    expected = {"liba.so.1": (f"{LIB}/liba.so.1", "/opt/liba.so.1"), "libb.so.2": (f"{LIB}/libb.so.2",)}
    assert read_ld_cache(data) == expected
    assert read_ld_cache(b"ld.so-1.7.0" + bytes(13) + data) == expected


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no cache"),
        (b"glibc-ld.so.cache1.1", "no cache"),
        (ld_cache(["/a/b.so.1"])[:60], "ends too early"),
        (ld_cache(["/a/b.so.1"])[:-4], "has no end"),
    ],
)
def test_broken_cache_says_so(data: bytes, message: str) -> None:
    """A cut file is a ValueError."""
    with pytest.raises(ValueError, match=message):
        read_ld_cache(data)


def test_library_is_found_through_the_cache(system: FakeSystem) -> None:
    """Its place is nowhere the default folders would lead."""
    system.library("liba.so.1", folder="/opt/a")
    system.write("/etc/ld.so.cache", ld_cache(["/opt/a/liba.so.1"]))
    binary, path = linking(system)
    assert Loader(system.machine).linked("liba.so.1", binary, path) == system.root / "opt/a/liba.so.1"


def test_without_a_cache_the_default_folders_are_searched(system: FakeSystem) -> None:
    """As on Alpine, and Debian's folders of one architecture count."""
    system.library("liba.so.1")
    binary, path = linking(system)
    loader = Loader(system.machine)
    assert loader.linked("liba.so.1", binary, path) == system.root / f"{LIB[1:]}/liba.so.1"
    assert loader.linked("libnot.so.1", binary, path) is None
    assert loader.findings == []


def test_broken_cache_is_a_finding_and_the_folders_are_searched(system: FakeSystem) -> None:
    """One broken file does not hide the system."""
    system.library("liba.so.1")
    system.write("/etc/ld.so.cache", b"nonsense")
    binary, path = linking(system)
    loader = Loader(system.machine)
    assert loader.linked("liba.so.1", binary, path) is not None
    assert [finding.code for finding in loader.findings] == ["unreadable-ld-cache"]


def test_runpath_hides_rpath_and_comes_after_ld_library_path(system: FakeSystem, tmp_path: Path) -> None:
    """The order is the linker's: RPATH only without RUNPATH, then LD_LIBRARY_PATH, then RUNPATH."""
    for name in ("rpath", "library_path", "runpath"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "liba.so.1").write_bytes(elf())
    rpath, runpath = (str(tmp_path / "rpath"),), (str(tmp_path / "runpath"),)
    both, path = linking(system, rpath=rpath, runpath=runpath)
    only = Binary(kind="elf", machine="62", rpath=rpath)
    plain = Loader(system.machine)
    with_path = Loader(Machine(root=system.root, libraries=(tmp_path / "library_path",), platform="linux"))
    found = [loader.linked("liba.so.1", binary, path) for loader in (plain, with_path) for binary in (both, only)]
    assert [file and file.parent.name for file in found] == ["runpath", "rpath", "library_path", "rpath"]


def test_origin_is_the_folder_of_the_module(system: FakeSystem) -> None:
    """Wheels find their bundled libraries so."""
    binary, path = linking(system, rpath=("$ORIGIN/../x.libs",))
    (system.site / "x.libs").mkdir()
    (system.site / "x.libs" / "liba.so.1").write_bytes(elf())
    assert Loader(system.machine).linked("liba.so.1", binary, path) == system.site / "x.libs" / "liba.so.1"


def test_library_of_another_cpu_is_passed_over(system: FakeSystem) -> None:
    """A machine may have 32-bit libraries too."""
    system.write("/usr/lib/liba.so.1", elf(cpu=3))
    system.library("liba.so.1")
    binary, path = linking(system)
    assert Loader(system.machine).linked("liba.so.1", binary, path) == system.root / f"{LIB[1:]}/liba.so.1"


def test_run_time_load_finds_every_version(system: FakeSystem) -> None:
    """`find_library("a")` may mean any version, `liba.so.1` one; a loop of links is nothing."""
    system.library("liba.so.1")
    system.library("liba.so.2")
    loop = system.root / "usr/lib/libloop.so.1"
    loop.symlink_to("libloop.so.1")
    loader = Loader(system.machine)
    assert [path.name for path in loader.loaded("a")] == ["liba.so.1.1", "liba.so.2.1"]
    assert [path.name for path in loader.loaded("liba.so.2")] == ["liba.so.2.1"]
    assert loader.loaded("loop") == loader.loaded("libloop.so.1") == loader.loaded("liba.so") == ()


def test_names_in_a_mach_o_file_are_paths(system: FakeSystem) -> None:
    """`@rpath` and `@loader_path` stand for folders, everything else is a path of the system."""
    system.write("/opt/homebrew/lib/libpq.5.dylib", b"x")
    (system.site / "libx.dylib").write_bytes(b"x")
    machine = Machine(root=system.root, platform="darwin")
    binary = Binary(kind="mach-o", machine="1", rpath=("@loader_path/.",))
    path = system.site / "_x.so"
    loader = Loader(machine)
    found = [
        loader.linked(name, binary, path)
        for name in (
            "/opt/homebrew/lib/libpq.5.dylib",
            "@rpath/libx.dylib",
            "@loader_path/libx.dylib",
            "@rpath/no.dylib",
        )
    ]
    own = system.site / "libx.dylib"
    assert found == [system.root / "opt/homebrew/lib/libpq.5.dylib", own, own, None]
