"""A stable-ABI extension, from C to an installed conda package that is imported."""

from __future__ import annotations

from pathlib import Path

from condasync.build.conda_package import conda_package
from condasync.build.local_channel import publish
from condasync.build.wheel_check import check_fit
from condasync.build.wheel_file import read_wheel
from condasync.model.target import Target, VirtualPackage
from tests.build.python_channel import FULL, MINOR, install, python_channel, run_python
from tests.build.wheels import compiled, make_wheel

EXTENSION = """
#define Py_LIMITED_API 0x03090000
#include <Python.h>
static PyObject *answer(PyObject *self, PyObject *none) { return PyLong_FromLong(42); }
static PyMethodDef methods[] = {{"answer", answer, METH_NOARGS, ""}, {NULL}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_stable", 0, -1, methods};
PyMODINIT_FUNC PyInit__stable(void) { return PyModule_Create(&module); }
"""
TARGET = Target(subdir="linux-64", python=MINOR, virtual_packages=(VirtualPackage(name="__glibc", version="2.28"),))


def test_an_installed_stable_abi_package_is_imported(tmp_path: Path) -> None:
    """Its package serves any Python from 3.9 on (CEP 20): an installer finds it a place, and Python loads it."""
    files: dict[str, str | bytes] = {
        "stable_local/__init__.py": "from stable_local._stable import answer\n",
        "stable_local/_stable.abi3.so": compiled(tmp_path / "c", EXTENSION),
    }
    scripts = "[console_scripts]\nstable-run = stable_local:answer\n"
    wheel = read_wheel(
        make_wheel(tmp_path, files, name="stable_local", tag="cp39-abi3-linux_x86_64", entry_points=scripts)
    )
    fit = check_fit(wheel, TARGET)
    made = conda_package(wheel, fit, name="stable-local", target=TARGET, map_requirement=lambda _: None)
    assert (fit.kind, made.subdir, made.row["noarch"]) == ("abi3", "linux-64", "python")
    publish(tmp_path / "own", [made])
    channel = python_channel(tmp_path / "channel", {"cpython": FULL, "_python_abi3_support": "1.0"})
    prefix = install(tmp_path / "prefix", [tmp_path / "own", channel], ["stable-local"], cache=tmp_path / "cache")
    assert run_python(prefix, "import stable_local; print(stable_local.answer())") == "42"
    assert (prefix / "bin" / "stable-run").is_file()
    site = prefix / "lib" / f"python{MINOR}" / "site-packages"
    assert (site / "stable_local" / "_stable.abi3.so").is_file()
