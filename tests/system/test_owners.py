"""Who installed a file of the system."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.system.machine import Machine
from condasync.system.owner import Owner, upstream_version
from condasync.system.owners import owners_of
from tests.system.conftest import LIB, FakeSystem


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("15.18-0+deb12u1", "15.18"),
        ("1:2.1.5-2+b1", "2.1.5"),
        ("2.42.10+dfsg-1+deb12u4", "2.42.10"),
        ("2.1.0+really2.0.1+dfsg-1", "2.0.1"),
        ("5.1.0.dfsg-7", "5.1.0"),
        ("18.20.4+dfsg-1~deb12u3", "18.20.4"),
        ("1.12", "1.12"),
        ("3.0.0~git20230101-1", "3.0.0"),
    ],
)
def test_upstream_version_is_free_of_what_debian_added(text: str, version: str) -> None:
    """Epoch, revision and the marks of repackaging go; `+really` names the true one."""
    assert upstream_version(text) == version


def one(system: FakeSystem, path: Path) -> Owner | None:
    """Return the owner of one file, and expect no findings."""
    owners, findings = owners_of([path], system.machine)
    assert findings == ()
    return owners.get(path)


def test_dpkg_names_package_version_and_source(system: FakeSystem) -> None:
    """Files are listed with the path before /lib became /usr/lib, or after."""
    link = system.library("libpq.so.5", version="15")
    system.dpkg("libpq5", "15.18-0+deb12u1", "/lib/x86_64-linux-gnu/libpq.so.5", source="postgresql-15")
    assert one(system, link) == Owner(manager="apt", name="libpq5", version="15.18", source="postgresql-15")


def test_dpkg_finds_the_old_spelling_where_lib_is_a_link(system: FakeSystem) -> None:
    """The linker's cache says /lib/..., and the package lists /usr/lib/..."""
    system.library("liba.so.1")
    (system.root / "lib").symlink_to("usr/lib")
    system.dpkg("liba1", "1:2-3", f"{LIB}/liba.so.1")
    found = one(system, system.root / "lib/x86_64-linux-gnu/liba.so.1")
    assert found == Owner(manager="apt", name="liba1", version="2", source="liba1")


def test_dpkg_follows_alternatives(system: FakeSystem) -> None:
    """What update-alternatives links is in no list; the file behind it is."""
    behind = system.write(f"{LIB}/openblas-pthread/libblas.so.3", b"x")
    link = system.root / LIB[1:] / "libblas.so.3"
    link.symlink_to("openblas-pthread/libblas.so.3")
    system.dpkg("libopenblas0-pthread", "0.3.21+ds-4", f"{LIB}/openblas-pthread/libblas.so.3", source="openblas")
    owner = one(system, link)
    assert owner is not None
    assert owner.name == "libopenblas0-pthread"
    assert one(system, behind) == owner


@pytest.mark.parametrize("mark", ["Essential: yes", "Priority: required"])
def test_dpkg_tells_the_base_system(system: FakeSystem, mark: str) -> None:
    """Every Debian has it: no environment needs to bring it."""
    system.dpkg("coreutils", "9.1-1", "/usr/bin/ls", more=mark)
    found = one(system, system.program("ls"))
    assert found is not None
    assert found.base


def test_unowned_files_have_no_owner(system: FakeSystem) -> None:
    """As under /usr/local."""
    system.dpkg("other", "1-1", "/usr/bin/other")
    assert one(system, system.write("/usr/local/lib/libx.so.1", b"x")) is None


def test_broken_dpkg_is_a_finding(system: FakeSystem) -> None:
    """Without its lists the owner is not known, and that is said."""
    system.write("/var/lib/dpkg/status", "Package: x\n")
    path = system.library("liba.so.1")
    owners, findings = owners_of([path], system.machine)
    assert owners == {}
    assert [(finding.code, finding.severity) for finding in findings] == [("unreadable-package-database", "warning")]


@pytest.mark.parametrize("status", [b"", b"\xff\xfe\n\n", b"Package: liba1\nVersion\n\n", b"\n\n\n"])
def test_damaged_status_leaves_the_name(system: FakeSystem, status: bytes) -> None:
    """The list of files still tells whose it is."""
    path = system.library("liba.so.1")
    system.dpkg("liba1", "1-1", f"{LIB}/liba.so.1")
    system.write("/var/lib/dpkg/status", status)
    found = one(system, path)
    assert found is not None
    assert (found.name, found.version) == ("liba1", None)


APK = """\
P:musl
V:1.2.5-r0
o:musl
F:lib
R:ld-musl-x86_64.so.1

P:libpq
V:16.3-r1
o:postgresql16
F:usr/lib
R:libpq.so.5
R:libpq.so.5.16
"""


def test_apk_names_package_version_and_origin(system: FakeSystem) -> None:
    """The revision is Alpine's."""
    system.write("/lib/apk/db/installed", APK)
    path = system.library("libpq.so.5", version="16", folder="/usr/lib")
    assert one(system, path) == Owner(manager="apk", name="libpq", version="16.3", source="postgresql16")


def test_nameless_apk_package_is_a_finding(system: FakeSystem) -> None:
    """A damaged list is said to be one."""
    system.write("/lib/apk/db/installed", "V:1\nF:usr/lib\nR:libpq.so.5\n")
    path = system.library("libpq.so.5", folder="/usr/lib")
    _, findings = owners_of([path], system.machine)
    assert [finding.code for finding in findings] == ["unreadable-package-database"]


def rpm(system: FakeSystem, script: str) -> None:
    """Put an rpm on PATH that answers as a script says."""
    (system.root / "var/lib/rpm").mkdir(parents=True)
    system.write("/usr/bin/rpm", f"#!/bin/sh\n{script}\n", mode=0o755)


def test_rpm_is_asked_for_each_file(system: FakeSystem) -> None:
    """Name, version and source package come in one line; what it does not know ends with 1."""
    rpm(system, "case \"$*\" in *libpq.so.5) printf 'libpq\\t15.3\\tlibpq-15.3-1.fc38.src.rpm\\n';; *) exit 1;; esac")
    path = system.write("/usr/lib64/libpq.so.5", b"x")
    other = system.write("/usr/lib64/other.so", b"x")
    assert one(system, path) == Owner(manager="rpm", name="libpq", version="15.3", source="libpq")
    assert one(system, other) is None


def test_locked_rpm_database_is_a_finding(system: FakeSystem) -> None:
    """What rpm says reaches the reader."""
    rpm(system, "echo 'cannot open Packages database' >&2; exit 2")
    _, findings = owners_of([system.write("/usr/lib64/libpq.so.5", b"x")], system.machine)
    assert "cannot open Packages database" in findings[0].text


def test_homebrew_says_formula_and_version_in_the_path(system: FakeSystem) -> None:
    """The link in opt leads to the Cellar."""
    system.write("/opt/homebrew/Cellar/libpq/16.3_1/lib/libpq.5.dylib", b"x")
    (system.root / "opt/homebrew/opt").mkdir()
    (system.root / "opt/homebrew/opt/libpq").symlink_to("../Cellar/libpq/16.3_1")
    path = system.root / "opt/homebrew/opt/libpq/lib/libpq.5.dylib"
    assert one(system, path) == Owner(manager="homebrew", name="libpq", version="16.3", source="libpq")


def test_machine_keeps_to_its_root(system: FakeSystem) -> None:
    """Paths are the system's; a name of a program is no path."""
    machine = system.machine
    assert machine.name_of(machine.at("/usr/bin/dot")) == "/usr/bin/dot"
    assert Machine().name_of(Path("/usr/bin/dot")) == "/usr/bin/dot"
    system.program("dot")
    assert machine.program("dot") == system.root / "usr/bin/dot"
    assert [machine.program(name) for name in ("", "../dot", "a\0b", "absent")] == [None] * 4
