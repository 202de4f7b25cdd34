"""Reading a wheel: what is in it, and everything that can be wrong with it."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest

from condasync.build.wheel_file import EntryPoint, read_wheel
from condasync.errors import BuildError
from tests.build.wheels import make_wheel

INFO = "hello_local-1.2.dist-info"
NO_VERSION = "Metadata-Version: 2.1\nName: x\n\n"


def test_facts_are_read(tmp_path: Path) -> None:
    """Names are normalised, requirements stay raw, scripts lose their extras, RECORD is no member."""
    wheel = read_wheel(
        make_wheel(
            tmp_path,
            requires=("numpy>=1; python_version > '3'",),
            entry_points="[console_scripts]\nhello = hello_local:main [fast]\n"
            "[gui_scripts]\nWin = hello_local.w:App.run\n",
        )
    )
    assert (wheel.name, wheel.version, wheel.is_pure) == ("hello-local", "1.2", True)
    assert wheel.requires == ("numpy>=1; python_version > '3'",)
    assert wheel.entry_points == (
        EntryPoint(name="Win", module="hello_local.w", attribute="App.run"),
        EntryPoint(name="hello", module="hello_local", attribute="main"),
    )
    assert [member.name for member in wheel.members] == [
        f"{INFO}/METADATA",
        f"{INFO}/WHEEL",
        f"{INFO}/entry_points.txt",
        "hello_local/__init__.py",
    ]
    assert wheel.data_folder == "hello_local-1.2.data"


@pytest.mark.parametrize(
    ("how", "reason", "words"),
    [
        ({"files": {"../evil.py": ""}}, "wheel-leaves-prefix", "'../evil.py' leaves the prefix"),
        ({"files": {"/etc/x": ""}}, "wheel-leaves-prefix", "'/etc/x' leaves the prefix"),
        ({"files": {"hello_local-1.2.data/scripts/../../x": ""}}, "wheel-leaves-prefix", "leaves the prefix"),
        ({"files": {"a\\..\\b": ""}}, "wheel-leaves-prefix", "leaves the prefix"),
        ({"files": {"hello_local-1.2.data/odd/x": ""}}, "wheel-broken", "no known install scheme"),
        ({"files": {"hello_local-1.2.data/data/conda-meta/x": ""}}, "wheel-broken", "conda's own records"),
        ({"record": {"hello_local/__init__.py": "sha256=AAAA"}}, "wheel-record", "another digest for hello_local/"),
        ({"record": {"hello_local/__init__.py": "md5=AAAA"}}, "wheel-record", "another digest for hello_local/"),
        ({"record": {"hello_local/__init__.py": None}}, "wheel-record", "does not list hello_local/__init__.py"),
        ({"record": {"hello_local/gone.py": "sha256=x"}}, "wheel-record", "lists hello_local/gone.py, which is not"),
        ({"without": ("RECORD",)}, "wheel-broken", "there is no RECORD"),
        ({"without": ("METADATA", "WHEEL", "RECORD")}, "wheel-broken", "0 .dist-info folders"),
        ({"files": {"x-1.dist-info/METADATA": ""}}, "wheel-broken", "2 .dist-info folders"),
        ({"metadata": NO_VERSION}, "no-version", "states no version"),
        ({"metadata": "Metadata-Version: 2.1\n\n"}, "wheel-broken", "states no name"),
        ({"entry_points": "no section"}, "wheel-broken", "entry_points.txt cannot be read"),
        ({"entry_points": "[console_scripts]\nx = os\n"}, "wheel-broken", "is no entry point"),
        ({"entry_points": "[console_scripts]\n../x = a:b\n"}, "wheel-broken", "is no entry point"),
        ({"entry_points": "[console_scripts]\nx = a:b;import os\n"}, "wheel-broken", "is no entry point"),
    ],
)
def test_faults(tmp_path: Path, how: dict[str, Any], reason: str, words: str) -> None:
    """Each fault has its own reason, and the message says where it is."""
    with pytest.raises(BuildError) as fault:
        read_wheel(make_wheel(tmp_path, **how))
    assert (fault.value.reason, words in fault.value.message) == (reason, True), fault.value.message


def test_one_path_twice_is_refused(tmp_path: Path) -> None:
    """Two files of one path would make the package depend on the order of unpacking."""
    wheel = make_wheel(tmp_path)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("hello_local/__init__.py", "other")
    with pytest.raises(BuildError, match="is in it twice"):
        read_wheel(wheel)


@pytest.mark.parametrize(
    ("name", "words"), [("x.whl", "Invalid wheel filename"), ("x-1-py3-none-any.whl", "cannot be read")]
)
def test_what_is_no_wheel(tmp_path: Path, name: str, words: str) -> None:
    """A file that is no archive, or not named as a wheel, is an error and not a crash."""
    (tmp_path / name).write_bytes(b"not a zip")
    with pytest.raises(BuildError, match=words):
        read_wheel(tmp_path / name)
