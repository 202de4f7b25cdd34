"""The grayskull table as conda-pypi carries it, and tables of the same form with faults."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
from pathlib import Path

import pytest

from condasync.errors import NamesError
from condasync.pypi.names_grayskull import GrayskullNames, grayskull_file

IMPORT_PROBE = """
import sys
from condasync.pypi.names_grayskull import GrayskullNames
assert GrayskullNames().candidates("tables")[0].conda_names == ("pytables",)
print([name for name in sys.modules if name.partition(".")[0] == "conda_pypi"])
"""


def test_the_installed_table_is_found_with_its_version() -> None:
    """A renamed package comes out with the wheel's version as revision."""
    source = GrayskullNames()
    (candidate,) = source.candidates("typing-extensions")
    assert candidate.conda_names == ("typing_extensions",)
    assert source.revision == f"conda-pypi {importlib.metadata.version('conda-pypi')}"
    assert candidate.evidence.revision == source.revision
    assert not candidate.trusted


def test_the_carrier_is_never_imported() -> None:
    """Reading the table runs no line of conda-pypi, which would import conda."""
    told = subprocess.run([sys.executable, "-c", IMPORT_PROBE], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_rows_of_digests_are_ignored() -> None:
    """The table has rows whose name is the digest of a download; they say nothing about a package."""
    path = grayskull_file()
    assert path is not None
    digests = [name for name in json.loads(path.read_text(encoding="utf-8")) if len(name) >= 40 and "-" not in name]
    digests = [name for name in digests if set(name) <= set("0123456789abcdef")]
    assert digests
    assert all(GrayskullNames().candidates(name) == () for name in digests)


@pytest.mark.parametrize("row", ["pytorch", {}, {"conda_name": None}, {"conda_name": "Two Words"}])
def test_a_row_without_a_conda_name_is_no_row(row: object, tmp_path: Path) -> None:
    """A row that makes no sense proposes nothing."""
    path = tmp_path / "table.json"
    path.write_text(json.dumps({"torch": row}), encoding="utf-8")
    source = GrayskullNames(path=path)
    assert source.candidates("torch") == ()
    assert source.revision == "table.json"


@pytest.mark.parametrize(
    ("text", "message"), [("{", "cannot be read"), ("[]", "an object with one row per name is wanted")]
)
def test_a_broken_table_is_an_error(text: str, message: str, tmp_path: Path) -> None:
    """A table that is no table is reported with its path, exit code 4."""
    path = tmp_path / "broken.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NamesError, match=message) as caught:
        GrayskullNames(path=path).candidates("torch")
    assert str(path) in caught.value.message
    assert caught.value.exit_code == 4


def test_a_missing_table_is_an_error(tmp_path: Path) -> None:
    """A file that was named and is not there is reported, not taken for an empty table."""
    with pytest.raises(NamesError, match="cannot be read"):
        GrayskullNames(path=tmp_path / "nowhere.json").candidates("torch")
