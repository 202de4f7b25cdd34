"""Every malformed input gives one clear error with the place, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.capture.files.source import source_for_file
from condasync.errors import CaptureError, CondasyncError, InputSyntaxError

FAULTS = Path(__file__).parent / "data" / "faults"

# What stands after the file's name; parts that come from TOML and YAML libraries are left out.
SYNTAX = {
    "bad-hash.requirements.txt": ":1: a hash is written sha256:HEXDIGITS: 'md5:0123'",
    "bad-ipv6-url.requirements.txt": ":1: this URL cannot be read (",
    "bad-marker.requirements.txt": ":1: this is no requirement (",
    "bad-version.requirements.txt": ":1: this is no requirement (",
    "byte.requirements.txt": ":2: this is not UTF-8 text (byte 0xff)",
    "channel-secret.yml": ":2: this is no conda MatchSpec: ",
    "channels.yml": ":1: 'channels' must be a list of strings",
    "coding.requirements.txt": ": the encoding 'klingon' of its coding comment is not known",
    "colon.yml": ":2: in 'dependencies' the section 'numpy' is not known",
    "channel-escape.yml": ":1: 'channels' must be a list of strings",
    "channel-half-character.yml": ":1: 'channels' must be a list of strings",
    "control.yml": ":2: this is no text file (it holds the control character '\\x01')",
    "escape.requirements.txt": ":2: this is no text file (it holds the control character '\\x1b')",
    "pip-escape.yml": ":3: a requirement holds no control character: ",
    "url-escape.toml": ":2: a requirement holds no control character: 'a @ https://example.org/\\x1b[31m'",
    "date.yml": ": this is not valid YAML: ",
    "dependencies-mapping.yml": ":2: 'dependencies' must be a list",
    "dependencies-table.toml": ": in 'project.dependencies': an array is wanted, a table stands there",
    "dependency-malformed.toml": ":5: this is no requirement (",
    "dependency-number.toml": ": in 'project.dependencies[1]': a requirement string is wanted, an integer stands there",
    "duplicate-secret.yml": ':4: this is not valid YAML: found duplicate key "channels"',
    "explicit-row.txt": ":2: this is no conda package: 'https://***@example.org/channel/linux-64/numpy.zip'",
    "export-row.txt": ":5: this is no row of an exported list: 'scipy==1.11.4'",
    "extra-string.toml": ": in 'project.optional-dependencies.test': an array is wanted, a string stands there",
    "extras-array.toml": ": in 'project.optional-dependencies': a table is wanted, an array stands there",
    "group-cycle.toml": ":3: these dependency groups include each other: a -> b -> a",
    "group-include-number.toml": ": in 'dependency-groups.a[0]': a requirement string is wanted, a table stands there",
    "group-missing.toml": ":2: the dependency group 'c' is included, but is not there",
    "group-table.toml": ": in 'dependency-groups.a[0]': a requirement string is wanted, a table stands there",
    "latin-1.requirements.txt": ":1: this is not UTF-8 text (byte 0xe9)",
    "list-blank-build.json": ": this is no package build: 'a b'",
    "list-escape.json": ": this is no package version: '1.26",
    "list-half-character.json": ": this is no package name: 'num",
    "list-no-version.json": ": in '[0]': a package needs a name and a version",
    "list-number.json": ": in '[0].version': a string is wanted, a float stands there",
    "list-open.json": ":3: this is not valid JSON: ",
    "list-string.json": ": in '[0]': a table is wanted, a string stands there",
    "marker.yml": ":2: this is no conda MatchSpec: conda knows no markers",
    "nul.requirements.txt": ":2: this is no text file (it holds the control character '\\x00')",
    "null.yml": ":3: a dependency must be a string, found an empty item",
    "number.yml": ":3: a dependency must be a string, found 3.11",
    "open-array.toml": ":3: this is not valid TOML: ",
    "open-extra.requirements.txt": ":1: this is no requirement (",
    "open-list.yml": ":3: this is not valid YAML: ",
    "open-quote.requirements.txt": ":1: this line cannot be read (No closing quotation)",
    "option-without-value.requirements.txt": ":2: this line cannot be read (",
    "pip-line.yml": ":4: this is no requirement (",
    "pip-number.yml": ":4: in the pip section a requirement must be a string, found 1.26",
    "pip-string.yml": ":3: the pip section must be a list",
    "platforms.yml": ":1: 'platforms' must be a list of strings",
    "project-string.toml": ": in 'project': a table is wanted, a string stands there",
    "prose.requirements.txt": ":2: this is no requirement (",
    "remote-include.requirements.txt": ":1: files are not fetched: 'https://***@example.org/requirements.txt'",
    "requires-python-float.toml": ": in 'project.requires-python': a string is wanted, a float stands there",
    "requires-python.toml": ": in 'project.requires-python' stands no specifier: '3.11 or newer'",
    "secret-in-url.requirements.txt": ":1: this is no requirement (",
    "row-name.txt": ":2: this is no package name: '@numpy'",
    "section.yml": ":3: in 'dependencies' the section 'npm' is not known",
    "self-include.requirements.txt": ":1: these files include each other: ",
    "short-row.txt": ":5: this is no row of a package list: 'scipy 1.11.4'",
    "single-equals.txt": ":3: this is no requirement (",
    "spec.yml": ":3: this is no conda MatchSpec: a comma is missing before '<2'",
    "tab.yml": ":2: this is not valid YAML: ",
    "twice.yml": ':3: this is not valid YAML: found duplicate key "dependencies"',
    "unknown-option.requirements.txt": ":2: this line cannot be read (no such option: --frobnicate)",
    "unquoted.toml": ":2: this is not valid TOML: ",
    "url-marker.requirements.txt": ":1: this marker cannot be read: 'python_version is new'",
}
OTHER = {
    "blank.toml": " is empty",
    "dynamic-missing.toml": ": in 'tool.setuptools.dynamic': ",
    "empty.requirements.txt": " is empty",
    "empty.yml": " is empty",
    "list-object.json": ": this JSON is no package list",
    "list.yml": ": this is no conda environment file: it has no 'dependencies'",
    "lock.yml": ": this is no conda environment file: it has no 'dependencies'",
    "missing-include.requirements.txt": ":2: ",
    "no-dependencies.yml": ": this is no conda environment file: it has no 'dependencies'",
    "nothing.toml": ": there is neither a [project] table (PEP 621) nor [dependency-groups] (PEP 735)",
    "poetry.lock": ": this kind of file is not known",
    "poetry.toml": ": there is neither a [project] table (PEP 621) nor [dependency-groups] (PEP 735)",
    "unknown.cfg": ": this kind of file is not known",
    "unknown.txt": ": this kind of file is not known",
}
# The fault is in the other file of the pair.
INCLUDED = {
    "cycle-a.requirements.txt": "cycle-b.requirements.txt:2: these files include each other: ",
    "cycle-b.requirements.txt": "cycle-a.requirements.txt:2: these files include each other: ",
    "project-constraint.requirements.txt": "project-constraint.txt:1: a constraint must name a package: './project'",
}
HINTS = {
    "single-equals.txt": "name==1.2",
    "lock.yml": "lock file",
    "poetry.toml": "poetry export",
    "unknown.txt": "environment.yml",
    "empty.yml": "requirements.txt",
    "latin-1.requirements.txt": "UTF-8",
    "colon.yml": "without a blank",
    "export-row.txt": "name=version=build",
    "remote-include.requirements.txt": "download it",
}


def _error(path: Path) -> CaptureError:
    with pytest.raises(CaptureError) as caught:
        source_for_file(path).capture()
    return caught.value


@pytest.mark.parametrize(("name", "message"), sorted(SYNTAX.items()))
def test_malformed_file_is_named_with_its_place(name: str, message: str) -> None:
    """A malformed input ends in an InputSyntaxError that begins with the file and, where it is known, the line."""
    error = _error(FAULTS / name)
    assert isinstance(error, InputSyntaxError)
    assert error.message.startswith(f"{FAULTS / name}{message}")


@pytest.mark.parametrize(("name", "message"), sorted(OTHER.items()))
def test_unusable_file_is_named(name: str, message: str) -> None:
    """A file that is no input of a known kind ends in a plain CaptureError, exit code 3."""
    error = _error(FAULTS / name)
    assert type(error) is CaptureError
    assert error.exit_code == 3
    assert error.message.startswith(f"{FAULTS / name}{message}")


@pytest.mark.parametrize(("name", "message"), sorted(INCLUDED.items()))
def test_fault_of_an_included_file_is_named_there(name: str, message: str) -> None:
    """The place of a fault is the file it stands in, not the one that was given."""
    assert _error(FAULTS / name).message.startswith(f"{FAULTS / message}")


@pytest.mark.parametrize(("name", "hint"), sorted(HINTS.items()))
def test_error_says_what_to_do_next(name: str, hint: str) -> None:
    """Faults that people make get the next step with the error."""
    assert any(hint in one for one in _error(FAULTS / name).hints)


def test_corpus_is_listed_completely() -> None:
    """Every file of the corpus has its expectation here, so that none is tested by accident only."""
    helpers = {"project-constraint.txt"}
    assert {path.name for path in FAULTS.iterdir()} == {*SYNTAX, *OTHER, *INCLUDED, *helpers}


@pytest.mark.parametrize("name", sorted({*SYNTAX, *OTHER, *INCLUDED}))
def test_no_message_shows_a_credential(name: str) -> None:
    """Messages, hints and facts of no fault show the password that stands in the file."""
    error = _error(FAULTS / name)
    assert "secret" not in f"{error.message.replace(name, '')} {error.hints} {error.facts}".replace(name, "")


def test_syntax_error_carries_its_place_as_facts() -> None:
    """The JSON envelope gets path and line as fields."""
    path = FAULTS / "single-equals.txt"
    assert _error(path).facts == {"path": str(path), "line": 3}


def test_cycle_names_the_whole_chain() -> None:
    """A cycle of -r lines is told from the first file to the one that closes it."""
    first, second = FAULTS / "cycle-a.requirements.txt", FAULTS / "cycle-b.requirements.txt"
    assert f"{first} -> {second} -> {first}" in _error(first).message


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("deep.yml", "dependencies: " + "[" * 3000),
        ("deep.toml", "[project]\ndependencies = " + "[" * 3000),
        ("deep.json", "[" * 100_000),
    ],
)
def test_deep_nesting_is_an_error(tmp_path: Path, name: str, text: str) -> None:
    """A document that exhausts its parser's stack is refused like any other malformed one."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert isinstance(_error(path), InputSyntaxError)


def test_missing_file_and_folder_are_told_apart(tmp_path: Path) -> None:
    """A path that is not there, and one that is a folder, are named as what they are."""
    assert _error(tmp_path / "requirements.txt").message == f"{tmp_path / 'requirements.txt'}: there is no such file"
    folder = _error(tmp_path)
    assert folder.message == f"{tmp_path} is a folder, not a file"
    assert folder.hints == (f"to read the environment in this folder, use --prefix {tmp_path}",)


def test_name_that_the_system_refuses_is_an_error(tmp_path: Path) -> None:
    """A file name that is too long for the file system is no traceback."""
    assert isinstance(_error(tmp_path / ("x" * 5000)), CondasyncError)
