"""Loose modules as wheels."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.build.module_wheel import module_wheel, read_loose
from condasync.build.wheel_check import check_fit
from condasync.build.wheel_file import read_wheel
from condasync.errors import BuildError
from tests.build.conftest import WriteTree
from tests.build.wheels import TARGET, compiled


def _names(path: Path, out: Path) -> list[str]:
    wheel = read_wheel(module_wheel(read_loose(path), out))
    return [one.name for one in wheel.members if ".dist-info/" not in one.name]


def test_file_package_and_folder(tmp_path: Path, write_tree: WriteTree) -> None:
    """Each comes along under the name that imports find it by; data files too, caches and secrets not."""
    package = write_tree(tmp_path / "My_Pkg", {"__init__.py": "", "d/x.csv": "", "__pycache__/x.pyc": "", ".env": ""})
    folder = write_tree(tmp_path / "lib", {"one.py": "", "two/__init__.py": ""})
    assert _names(folder / "one.py", tmp_path / "a") == ["one.py"]
    assert _names(package, tmp_path / "b") == ["My_Pkg/__init__.py", "My_Pkg/d/x.csv"]
    assert _names(folder, tmp_path / "c") == ["one.py", "two/__init__.py"]
    assert read_loose(package).name == "my-pkg"
    assert read_loose(package).tree.refused == (".env",)


def test_scripts_beside_modules_do_no_harm(tmp_path: Path, write_tree: WriteTree) -> None:
    """A file that Python cannot import comes along like data."""
    folder = write_tree(tmp_path / "lib", {"one.py": "", "run-me.py": ""})
    assert _names(folder, tmp_path / "out") == ["one.py", "run-me.py"]


def test_equal_modules_give_equal_wheels(tmp_path: Path, write_tree: WriteTree) -> None:
    """Place and time do not show."""
    wheels = [
        module_wheel(read_loose(write_tree(tmp_path / place / "m", {"__init__.py": "x"})), tmp_path / place / "out")
        for place in ("a", "b")
    ]
    assert wheels[0].read_bytes() == wheels[1].read_bytes()


@pytest.mark.parametrize(
    ("suffix", "kind"), [(".cpython-311-x86_64-linux-gnu.so", "compiled"), (".abi3.so", "any-python")]
)
def test_extension_modules_decide_the_tag(tmp_path: Path, write_tree: WriteTree, suffix: str, kind: str) -> None:
    """A compiled module runs only on its Python and machine; the wheel says so."""
    so = compiled(tmp_path / "c")
    root = write_tree(tmp_path / "m", {"__init__.py": "", f"_x{suffix}": so})
    wheel = read_wheel(module_wheel(read_loose(root), tmp_path / "out"))
    assert check_fit(wheel, TARGET).kind == kind


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"notes.txt": ""}, "no-module"),
        ({"bad-name.py": ""}, "no-module"),
        ({"a.cpython-311-x86_64-linux-gnu.so": "", "b.cpython-312-x86_64-linux-gnu.so": ""}, "wheel-for-other-target"),
    ],
)
def test_what_cannot_be_packaged(tmp_path: Path, write_tree: WriteTree, files: dict[str, str], reason: str) -> None:
    """Nothing to import, names that Python cannot import, and modules of two Pythons are told apart."""
    with pytest.raises(BuildError) as fault:
        module_wheel(read_loose(write_tree(tmp_path / "m", files)), tmp_path / "out")
    assert fault.value.reason == reason


def test_secret_is_never_a_module(tmp_path: Path) -> None:
    """A secret that is named directly is refused too."""
    (tmp_path / "id_rsa").write_text("key", encoding="utf-8")
    with pytest.raises(BuildError) as fault:
        read_loose(tmp_path / "id_rsa")
    assert fault.value.reason == "secret"
