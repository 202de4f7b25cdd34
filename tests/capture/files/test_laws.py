"""Laws of capturing from files, for any content."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from condasync.capture.files.merge import merge
from condasync.capture.files.requirements_line import logical_lines
from condasync.capture.files.source import source_for_file
from condasync.errors import CondasyncError
from condasync.model.environment import Environment
from condasync.model.package import CondaPackage, PipPackage, manager_of
from condasync.model.spec import CondaSpec

NAMES = st.sampled_from(["a", "A", "a-b", "a_b", "A.B", "a--b", "c", "numpy", "NumPy"])
SPECIFIERS = st.sampled_from(["", "==1.0", "==1.0.0", "===1.0", ">=1,<2", "==1.*", "~=1.4", "!=3", "==2!1.0.post1"])
MARKERS = st.sampled_from(["", ' ; os_name == "nt"', ' ; python_version >= "3.12"'])
EXTRAS = st.sampled_from(["", "[x]", "[x,Y]"])
REQUIREMENTS = st.builds("".join, st.tuples(NAMES, EXTRAS, SPECIFIERS, MARKERS))
SPECS = st.builds("".join, st.tuples(NAMES, st.sampled_from(["", "==1.0", "=1.0=b0", ">=1", "=1.0=b1"])))
# fmt: off
PIECES = st.sampled_from([
    "numpy", "==1.0", "\n", "- ", "  ", ":", "dependencies:", "pip:", "[project]\n", "dependencies", "=", "[", "]",
    '"', "'", "{", "}", "@ ", "https:", "./", "#egg=a[b]", " # [linux]", "https://u:geheim@example.org/x.zip",
    "file:///", "-e ", "-r ", "-c ", "x.txt", "--hash=", "sha256:aa", "\\", "\\\n", "${HOME}", ";", "git+", "*a",
    "&a", "!!x", "\t", "@EXPLICIT\n", "numpy=1=b", "channels:", "[dependency-groups]\n", "{include-group='a'}", "(",
    ")", ",", "~=", "\x85", "\u2028", "\x0c", "null",
])
# fmt: on
# Files are written for every example: how long that takes is the machine's matter.
LAW = settings(deadline=None)
FILE_NAMES = st.sampled_from(["requirements.txt", "environment.yml", "pyproject.toml", "list.json", "list", "c.txt"])


def _captured(name: str, content: str) -> Environment:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(content, encoding="utf-8", newline="")
        return source_for_file(path).capture()


@LAW
@given(st.lists(REQUIREMENTS, min_size=1, max_size=12))
def test_one_package_per_name_and_every_line_kept(lines: list[str]) -> None:
    """Any list of requirements gives one package per normalised name, and each line stands in it once."""
    environment = _captured("requirements.txt", "\n".join(lines))
    packages = [one for one in environment.packages if isinstance(one, PipPackage)]
    names = [canonicalize_name(one.name) for one in packages]
    assert names == sorted(set(names))
    places = sorted(int(str(entry.where).rpartition(":")[2]) for one in packages for entry in one.requirements)
    assert places == list(range(1, len(lines) + 1))
    for one in packages:
        assert {canonicalize_name(entry.name) for entry in one.requirements} == {canonicalize_name(one.name)}


@LAW
@given(st.lists(REQUIREMENTS, min_size=1, max_size=6), st.lists(SPECS, max_size=6))
def test_packages_are_sorted_by_manager_and_name(lines: list[str], specs: list[str]) -> None:
    """The order of packages does not depend on the order of the files."""
    first = _captured("requirements.txt", "\n".join(lines))
    second = _captured("environment.yml", "dependencies:\n" + "".join(f"  - {spec}\n" for spec in [*specs, "z"]))
    keys = [(manager_of(one), canonicalize_name(one.name)) for one in merge([first, second]).packages]
    assert keys == sorted(keys)
    assert keys == [(manager_of(one), canonicalize_name(one.name)) for one in merge([second, first]).packages]


def _environments() -> st.SearchStrategy[Environment]:
    pip = st.lists(REQUIREMENTS, min_size=1, max_size=5).map(lambda lines: _captured("r.txt", "\n".join(lines)))
    conda = st.lists(SPECS, min_size=1, max_size=5).map(
        lambda specs: _captured("e.yml", "dependencies:\n" + "".join(f"  - {spec}\n" for spec in specs))
    )
    return st.one_of(pip, conda)


@LAW
@given(_environments(), _environments(), _environments())
def test_merge_is_associative_on_packages(first: Environment, second: Environment, third: Environment) -> None:
    """It does not matter in which steps files are joined."""
    left = merge([merge([first, second]), third])
    right = merge([first, merge([second, third])])
    assert left.packages == right.packages == merge([first, second, third]).packages


@LAW
@given(_environments())
def test_merge_is_idempotent(environment: Environment) -> None:
    """Merging changes nothing about a capture, also when it is given twice."""
    assert merge([environment]) == environment
    assert merge([environment, environment]) == environment


@LAW
@given(st.lists(st.builds(CondaSpec, name=st.just("a"), version=st.sampled_from(["", "==1", "==1.0", "==2", ">=1"]))))
def test_listed_version_is_one_of_its_specs(specs: list[CondaSpec]) -> None:
    """A conda package's version, when set, is stated by one of its specs."""
    parts = [
        Environment(kind="files", packages=(CondaPackage(name="a", version=None, requested=True, specs=(spec,)),))
        for spec in specs
    ]
    for package in merge(parts).packages:
        assert package.version is None or f"=={package.version}" in {spec.version for spec in specs}


@LAW
@given(st.text(alphabet="ab#\\\n \t", max_size=40))
def test_logical_lines_keep_order_and_place(text: str) -> None:
    """Logical lines are in order, within the file, and hold no comment and no line end."""
    lines = list(logical_lines(text))
    numbers = [line.number for line in lines]
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= text.count("\n") + 1 for number in numbers)
    assert all(line.text == line.text.strip() != "" and "\n" not in line.text for line in lines)


def _refusal(name: str, content: bytes) -> CondasyncError | None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            source_for_file(path).capture()
        except CondasyncError as error:
            return error
        return None


@LAW
@given(FILE_NAMES, st.lists(PIECES, max_size=14).map("".join))
def test_any_text_is_captured_or_refused(name: str, content: str) -> None:
    """No content ends in anything but an environment or a typed error, and no error shows a password."""
    error = _refusal(name, content.encode())
    # Two URLs glued into one are no URL: only a single one is promised to be recognised.
    if error and content.count("://") == 1:
        assert "geheim" not in error.message


@LAW
@given(FILE_NAMES, st.binary(max_size=60))
def test_any_bytes_are_captured_or_refused(name: str, content: bytes) -> None:
    """Bytes of any kind are text of a known kind, or a capture error."""
    error = _refusal(name, content)
    assert error is None or error.exit_code == 3
