"""What sources load and call, read from their syntax."""

from __future__ import annotations

import pytest

from condasync.system.sources import wishes_in


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("ctypes.util.find_library('magic')", ["magic"]),
        ("from ctypes.util import find_library as _find_library\n_find_library('portaudio')", ["portaudio"]),
        ("ctypes.CDLL('libgmt.so.6')", ["libgmt.so.6"]),
        ("cdll.LoadLibrary('libfoo.so.1')", ["libfoo.so.1"]),
        ("_dlopen(ffi, 'libpango-1.0-0', 'libpango-1.0.so.0')", ["libpango-1.0-0", "libpango-1.0.so.0"]),
        ("for name in ('zbar', 'libzbar-64'):\n    find_library(name)", ["zbar", "libzbar-64"]),
        ("NAME = 'dmtx'\nfind_library(NAME)", ["dmtx"]),
        ("find_library(name)", []),
        ("CDLL(None)", []),
        ("# find_library('x')", []),
        ("find_library('x'", []),
        ("find_library('\0')", []),
    ],
)
def test_libraries_that_a_source_loads(source: str, names: list[str]) -> None:
    """Literal names count, also through a variable of the same file; comments and broken sources do not."""
    assert [wish.name for wish in wishes_in(source.encode(), thorough=False)] == names


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("shutil.which('dot')", ["dot"]),
        ("subprocess.run(['ffmpeg', '-i', path])", ["ffmpeg"]),
        ("subprocess.check_output('git rev-parse HEAD', shell=True)", ["git"]),
        ("os.system('convert a b')", ["convert"]),
        ("Popen(\n    [\n        'gs', x\n    ]\n)", ["gs"]),
        ("subprocess.run([sys.executable, '-m', 'pip'])", []),
        ("app.run('server')", []),
        ("# a program, which('x') is", []),
        ("subprocess.run('')", []),
    ],
)
def test_programs_that_a_source_calls(source: str, names: list[str]) -> None:
    """The first word of a literal command counts; what only looks like a call does not."""
    assert [wish.name for wish in wishes_in(source.encode(), thorough=False)] == names


def test_variables_count_where_the_user_wrote_the_source() -> None:
    """Calls through a variable cost parsing every file that mentions subprocess: only in the user's own project."""
    source = b"import subprocess\nTOOL = 'gmsh'\n\nsubprocess.run([TOOL, '-3'])\n"
    assert wishes_in(source, thorough=False) == ()
    (wish,) = wishes_in(source, thorough=True)
    assert (wish.kind, wish.name, wish.line) == ("call", "gmsh", 4)


def test_deep_and_warning_sources_are_quiet() -> None:
    """Neither a bottomless expression nor an invalid escape ends the scan."""
    assert wishes_in(b"find_library(" + b"-" * 200_000 + b"1)", thorough=False) == ()
    assert [wish.name for wish in wishes_in(b"x = '\\d'\nfind_library('a')", thorough=False)] == ["a"]
