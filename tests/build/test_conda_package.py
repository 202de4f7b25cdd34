"""Conda packages of wheels: what is in them, and that real installs of them run."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conda_package_streaming.package_streaming import stream_conda_component

from condasync.build.conda_layout import PLACEHOLDER
from condasync.build.conda_package import MadePackage, conda_package
from condasync.build.local_channel import publish
from condasync.build.wheel_check import check_fit
from condasync.build.wheel_file import read_wheel
from condasync.errors import BuildError
from condasync.model.spec import CondaSpec, PipRequirement
from tests.build.python_channel import MINOR, install, python_channel, run_python, run_script
from tests.build.wheels import TARGET, compiled, make_wheel

HERE = replace(TARGET, python=MINOR)
CP = f"cp{MINOR.replace('.', '')}"
SCRIPTS = "[console_scripts]\nhello = hello_local:main\n"
MODULE = """
#include <Python.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_x", 0, -1, 0};
PyMODINIT_FUNC PyInit__x(void) { return PyModule_Create(&module); }
"""


def _same_name(requirement: PipRequirement) -> tuple[CondaSpec, ...] | None:
    if requirement.name == "nowhere":
        return None
    return (CondaSpec(name=requirement.name.lower(), version=requirement.specifier.replace("~=", ">=")),)


def _made(wheel: Path, **how: Any) -> MadePackage:
    read = read_wheel(wheel)
    target = how.pop("target", TARGET)
    return conda_package(
        read, check_fit(read, target), name="hello-local", target=target, map_requirement=_same_name, **how
    )


def _content(made: MadePackage, folder: Path) -> Mapping[str, bytes]:
    """Unpack a package with conda's own reader."""
    path = folder / made.file_name
    path.write_bytes(made.data)
    found: dict[str, bytes] = {}
    for component in ("pkg", "info"):
        with path.open("rb") as file:
            for archive, member in stream_conda_component(made.file_name, file, component):
                extracted = archive.extractfile(member)
                assert extracted is not None
                found[member.name] = extracted.read()
    return found


def test_pure_wheel_becomes_noarch_python(tmp_path: Path) -> None:
    """Modules lie in site-packages, scripts in link.json, licences are kept; conda's reader takes the archive."""
    files = {
        "hello_local/__init__.py": "",
        "hello_local-1.2.dist-info/licenses/LICENSE": "free",
        "hello_local-1.2.data/data/etc/hello.cfg": "x",
    }
    made = _made(make_wheel(tmp_path, files, entry_points=SCRIPTS, requires=("Numpy>=1.2",)))
    content = _content(made, tmp_path)
    index = json.loads(content["info/index.json"])
    assert (made.subdir, index["noarch"], index["depends"]) == ("noarch", "python", ["python", "numpy >=1.2"])
    assert index["build"].startswith("pyh")
    assert json.loads(content["info/link.json"])["noarch"]["entry_points"] == ["hello = hello_local:main"]
    assert content["info/licenses/LICENSE"] == content["site-packages/hello_local-1.2.dist-info/licenses/LICENSE"]
    assert content["etc/hello.cfg"] == b"x"
    listed = {row["_path"] for row in json.loads(content["info/paths.json"])["paths"]}
    assert listed == {path for path in content if not path.startswith("info/")}
    record = content["site-packages/hello_local-1.2.dist-info/RECORD"].decode()
    assert "\n../etc/hello.cfg,sha256=" in f"\n{record}"
    assert {"INSTALLER", "REQUESTED", "METADATA"} <= {path.rpartition("/")[2] for path in listed}


def test_compiled_wheel_becomes_a_package_of_one_python(tmp_path: Path) -> None:
    """Launchers carry a prefix placeholder; python_abi, the Python minor and the glibc floor are depended on."""
    files: dict[str, str | bytes] = {
        "hello_local/_x.so": compiled(tmp_path / "c"),
        "hello_local-1.2.data/scripts/tool": "#!python -s\nprint(1)\n",
    }
    wheel = make_wheel(tmp_path, files, tag="cp311-cp311-manylinux_2_17_x86_64", entry_points=SCRIPTS)
    made = _made(wheel)
    content = _content(made, tmp_path)
    index = json.loads(content["info/index.json"])
    assert (made.subdir, index["subdir"], index["arch"], index["platform"]) == (
        "linux-64",
        "linux-64",
        "x86_64",
        "linux",
    )
    assert index["depends"] == ["python >=3.11,<3.12.0a0", "python_abi 3.11.* *_cp311", "__glibc >=2.17,<3.0.a0"]
    assert index["build"].startswith("py311h")
    assert "noarch" not in index
    assert "info/link.json" not in content
    assert content["bin/hello"].startswith(f"#!{PLACEHOLDER}/bin/python\n".encode())
    assert content["bin/tool"].startswith(f"#!{PLACEHOLDER}/bin/python -s\n".encode())
    rows = {row["_path"]: row for row in json.loads(content["info/paths.json"])["paths"]}
    assert rows["bin/hello"]["prefix_placeholder"] == rows["bin/tool"]["prefix_placeholder"] == PLACEHOLDER
    assert "file_mode" not in rows["lib/python3.11/site-packages/hello_local/_x.so"]


def test_stable_abi_wheel_follows_cep_20(tmp_path: Path) -> None:
    """One package for the platform serves every CPython from the minimum on."""
    made = _made(make_wheel(tmp_path, {"hello_local.abi3.so": compiled(tmp_path / "c")}, tag="cp39-abi3-linux_x86_64"))
    index = made.row
    assert (made.subdir, index["noarch"]) == ("linux-64", "python")
    assert index["depends"] == ["python >=3.9", "cpython >=3.9", "_python_abi3_support 1.*"]


@pytest.mark.parametrize(
    ("requires", "subdir", "depends"),
    [
        ("x; sys_platform == 'linux'", "linux-64", ["python >=3.11,<3.12.0a0", "python_abi 3.11.* *_cp311", "x"]),
        ("x; sys_platform == 'win32'", "linux-64", ["python >=3.11,<3.12.0a0", "python_abi 3.11.* *_cp311"]),
        ("x; python_version < '3.13'", "noarch", ["python >=3.11,<3.12.0a0", "x"]),
        ("x; python_version >= '3.5'", "noarch", ["python", "x"]),
        ("x; extra == 'more'", "noarch", ["python"]),
    ],
)
def test_markers_decide_how_far_a_package_goes(tmp_path: Path, requires: str, subdir: str, depends: list[str]) -> None:
    """A requirement of one platform or Python keeps the package from claiming the others."""
    made = _made(make_wheel(tmp_path, requires=(requires,)))
    assert (made.subdir, made.row["depends"]) == (subdir, depends)


def test_extras_are_followed_through_the_project_itself(tmp_path: Path) -> None:
    """`hello[all]` that asks for `hello[fast]` brings what fast needs; what nothing stands for is unmet."""
    requires = ("Hello-Local[fast]; extra == 'all'", "x>=1; extra == 'fast'", "nowhere==2")
    made = _made(make_wheel(tmp_path, requires=requires), extras=("all",))
    assert made.row["depends"] == ["python", "x >=1"]
    assert [one.name for one in made.unmet] == ["nowhere"]


def test_same_wheel_gives_the_same_bytes(tmp_path: Path) -> None:
    """Neither the clock nor the order of files shows; other content gets another build string."""
    wheel = make_wheel(tmp_path, entry_points=SCRIPTS)
    first = _made(wheel)
    assert _made(wheel).data == first.data
    with zipfile.ZipFile(io.BytesIO(first.data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    other = _made(make_wheel(tmp_path / "other", {"hello_local/__init__.py": "changed = 1\n"}))
    assert (other.row["version"], other.file_name != first.file_name) == (first.row["version"], True)


def test_origin_is_kept(tmp_path: Path) -> None:
    """direct_url.json (PEP 610) tells a later capture where the project came from."""
    made = _made(make_wheel(tmp_path), direct_url={"url": "https://example.org/x.git", "vcs_info": {"vcs": "git"}})
    content = _content(made, tmp_path)
    direct = json.loads(content["site-packages/hello_local-1.2.dist-info/direct_url.json"])
    assert direct["url"] == "https://example.org/x.git"


def test_two_files_in_one_place_are_refused(tmp_path: Path) -> None:
    """The purelib folder of a wheel may not overwrite what lies beside it."""
    files = {"hello_local/a.py": "1", "hello_local-1.2.data/purelib/hello_local/a.py": "2"}
    with pytest.raises(BuildError, match=r"would lie at site-packages/hello_local/a\.py"):
        _made(make_wheel(tmp_path, files))


def test_malformed_requirement_is_an_error(tmp_path: Path) -> None:
    """A requirement that cannot be read is not dropped."""
    with pytest.raises(BuildError, match="is no requirement"):
        _made(make_wheel(tmp_path, requires=("x >> 1",)))


def test_pure_and_compiled_packages_install_and_run(tmp_path: Path) -> None:
    """A prefix made by rattler from the channel imports both and runs their console scripts."""
    extension = compiled(tmp_path / "c", MODULE)
    pure = _made(make_wheel(tmp_path / "a", entry_points=SCRIPTS, requires=("numpy",)), target=HERE)
    wheel = make_wheel(
        tmp_path / "b",
        {
            "fast_local/__init__.py": "from fast_local import _x\ndef main(): print('fast')\n",
            "fast_local/_x.so": extension,
        },
        name="fast_local",
        tag=f"{CP}-{CP}-linux_x86_64",
        entry_points="[console_scripts]\nfast = fast_local:main\n",
    )
    read = read_wheel(wheel)
    fast = conda_package(read, check_fit(read, HERE), name="fast-local", target=HERE, map_requirement=_same_name)
    channel = publish(tmp_path / "local", [pure, fast]).folder
    base = python_channel(tmp_path / "base", {"numpy": "2.2.0"})
    prefix = install(
        tmp_path / "prefix",
        [channel, base],
        [f"python {MINOR}.*", "hello-local", "fast-local"],
        cache=tmp_path / "cache",
    )
    assert run_script(prefix, "hello") == "runs"
    assert run_script(prefix, "fast") == "fast"
    assert run_python(prefix, "import hello_local, fast_local, numpy; print(numpy.found)") == "True"
    versions = "from importlib.metadata import version as v; print(v('hello-local'), v('fast-local'))"
    assert run_python(prefix, versions) == "1.2 1.2"
