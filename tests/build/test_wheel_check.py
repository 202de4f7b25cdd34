"""Which wheels run on the target."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from condasync.build.source_tree import read_tree
from condasync.build.wheel_check import WheelKind, check_fit, missing_modules, shown
from condasync.build.wheel_file import read_wheel
from condasync.errors import BuildError
from condasync.model.target import VirtualPackage
from tests.build.conftest import WriteTree
from tests.build.wheels import TARGET, compiled, make_wheel

NEW_SYMBOL = """
#include <unistd.h>
#include <stdlib.h>
int words(void *b) { return getentropy(b, 8); }
"""


@pytest.mark.parametrize(
    ("tag", "kind", "glibc", "minimum"),
    [
        ("py3-none-any", "pure", None, None),
        ("py2.py3-none-any", "pure", None, None),
        ("cp311-cp311-linux_x86_64", "compiled", None, None),
        ("cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64", "compiled", "2.17", None),
        ("cp311-cp311-manylinux1_x86_64", "compiled", "2.5", None),
        ("cp39-abi3-manylinux_2_28_x86_64", "abi3", "2.28", "3.9"),
        ("py3-none-linux_x86_64", "any-python", None, None),
    ],
)
def test_tags_that_fit(tmp_path: Path, tag: str, kind: WheelKind, glibc: str | None, minimum: str | None) -> None:
    """Pure, one Python, the stable ABI and platform-only wheels are told apart, with what they need at least."""
    fit = check_fit(read_wheel(make_wheel(tmp_path, tag=tag)), TARGET)
    assert (fit.kind, fit.glibc, fit.minimum_python) == (kind, glibc, minimum)


@pytest.mark.parametrize(
    "tag",
    [
        "cp310-cp310-linux_x86_64",
        "cp312-abi3-linux_x86_64",
        "cp311-cp311-linux_aarch64",
        "cp311-cp311-musllinux_1_1_x86_64",
        "cp311-cp311-macosx_11_0_arm64",
        "cp311-cp311-win_amd64",
        "cp311-cp311-manylinux_2_34_x86_64",
        "py2-none-any",
        "pp311-pypy311_pp73-linux_x86_64",
    ],
)
def test_tags_that_do_not_fit(tmp_path: Path, tag: str) -> None:
    """A wheel of another Python, machine, system or newer glibc is refused with what to do."""
    with pytest.raises(BuildError, match=r"does not run on linux-64 with Python 3\.11") as fault:
        check_fit(read_wheel(make_wheel(tmp_path, tag=tag)), TARGET)
    assert fault.value.reason == "wheel-for-other-target"
    assert any("recipe" in hint for hint in fault.value.hints)


def test_glibc_floor_comes_from_the_symbols(tmp_path: Path) -> None:
    """A linux_x86_64 tag promises nothing: getentropy came with glibc 2.25, so that is the floor."""
    files = {"hello_local/_x.so": compiled(tmp_path / "c", NEW_SYMBOL)}
    wheel = read_wheel(make_wheel(tmp_path, files, tag="cp311-cp311-linux_x86_64"))
    assert check_fit(wheel, TARGET).glibc == "2.25"
    old = replace(TARGET, virtual_packages=(VirtualPackage(name="__glibc", version="2.17"),))
    with pytest.raises(BuildError, match=r"against glibc 2.25, the target has 2.17"):
        check_fit(wheel, old)


def test_libraries_of_the_machine_are_named(tmp_path: Path) -> None:
    """A library that is neither in the wheel nor on every Linux is told; those in the wheel are not."""
    inner = compiled(tmp_path / "inner", "int f(void) { return 1; }\n", "-Wl,-soname,libinner.so.1")
    (tmp_path / "inner" / "libfar.so").write_bytes(
        compiled(tmp_path / "far", "int g(void) { return 1; }\n", "-Wl,-soname,libfar.so.2")
    )
    (tmp_path / "inner" / "libinner.so").write_bytes(inner)
    outer = compiled(
        tmp_path / "outer",
        "int f(void); int g(void); int h(void) { return f() + g(); }\n",
        f"-L{tmp_path / 'inner'}",
        "-linner",
        "-lfar",
    )
    files = {"hello_local/_x.so": outer, "hello_local.libs/libinner.so.1": inner}
    fit = check_fit(read_wheel(make_wheel(tmp_path, files, tag="cp311-cp311-linux_x86_64")), TARGET)
    assert fit.libraries == ("libfar.so.2",)


def test_wheels_that_lie(tmp_path: Path) -> None:
    """A pure tag over compiled files, and files of another machine, are refused."""
    so = compiled(tmp_path / "c")
    with pytest.raises(BuildError, match="calls itself pure"):
        check_fit(read_wheel(make_wheel(tmp_path / "a", {"hello_local/_x.so": so})), TARGET)
    foreign = so[:18] + b"\xb7\x00" + so[20:]  # e_machine: AArch64
    wheel = make_wheel(tmp_path / "b", {"hello_local/_x.so": foreign}, tag="cp311-cp311-linux_x86_64")
    with pytest.raises(BuildError, match="compiled files are for aarch64"):
        check_fit(read_wheel(wheel), TARGET)


def test_damaged_elf_is_refused(tmp_path: Path) -> None:
    """A library cut short is told by name."""
    wheel = make_wheel(tmp_path, {"hello_local/_x.so": b"\x7fELF"}, tag="cp311-cp311-linux_x86_64")
    with pytest.raises(BuildError, match=r"unreadable \(hello_local/_x.so\)"):
        check_fit(read_wheel(wheel), TARGET)


@pytest.mark.parametrize("prefix", ["", "src/"])
def test_forgotten_modules_are_named(tmp_path: Path, write_tree: WriteTree, prefix: str) -> None:
    """A subpackage that the wheel lacks works only where the project is editable; tests beside it are no loss."""
    names = ("__init__.py", "core.py", "sub/__init__.py", "sub/deep.py", "tests/__init__.py", "tests/test_x.py")
    root = write_tree(tmp_path / "p", {f"{prefix}hello_local/{name}": "" for name in names} | {"setup.py": ""})
    wheel = read_wheel(make_wheel(tmp_path, {"hello_local/__init__.py": "", "hello_local/core.py": ""}))
    missing = missing_modules(wheel, read_tree(root))
    assert missing == ("hello_local/sub/__init__.py", "hello_local/sub/deep.py")
    assert shown(missing * 4) == ", ".join((missing * 4)[:5]) + " and 3 more"


def test_nothing_is_missing_from_a_whole_wheel(tmp_path: Path, write_tree: WriteTree) -> None:
    """Modules that the wheel puts into site-packages through its data folder count as present."""
    root = write_tree(tmp_path / "p", {"hello_local/__init__.py": "", "hello_local/a.py": "", "setup.py": ""})
    files = {"hello_local/__init__.py": "", "hello_local-1.2.data/purelib/hello_local/a.py": ""}
    assert missing_modules(read_wheel(make_wheel(tmp_path, files)), read_tree(root)) == ()
