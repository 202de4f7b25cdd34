"""The user's own table of names: three forms of file, and one message per fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.errors import NamesError
from condasync.pypi.names_user import read_user_names

FAULTS = Path(__file__).parent / "data" / "names_faults"

ROWS = {
    "torch": ("pytorch",),
    "scikit-learn": ("scikit-learn-intelex", "daal4py"),
    "internal-tool": (),
    "dask[complete]": ("dask",),
}
TOML = """
Torch = "pytorch"
scikit_learn = ["scikit-learn-intelex", "daal4py"]
"Internal.Tool" = false
"dask[complete]" = "dask"
"""
JSON = """{"torch": "pytorch", "scikit-learn": ["scikit-learn-intelex", "daal4py"], "internal-tool": false,
"dask[complete]": "dask"}"""


@pytest.mark.parametrize(
    ("file_name", "text"),
    [
        ("names.toml", TOML),
        ("names.json", JSON),
        ("pyproject.toml", f"[project]\nname = 'x'\n[tool.condasync.names]{TOML}"),
        ("other.toml", f"[tool.condasync.names]{TOML}"),
    ],
)
def test_every_form_of_file_gives_the_same_rows(file_name: str, text: str, tmp_path: Path) -> None:
    """TOML, JSON and pyproject.toml say the same; names are normalised, false means nothing is wanted."""
    path = tmp_path / file_name
    path.write_text(text, encoding="utf-8")
    assert read_user_names(path).rows == ROWS


@pytest.mark.parametrize("text", ["", "[tool.other]\nnames = 3\n", "[tool.condasync]\nchannels = ['x']\n"])
def test_a_project_without_names_has_no_rows(text: str, tmp_path: Path) -> None:
    """A pyproject.toml without [tool.condasync.names] is an empty table."""
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    assert read_user_names(path).rows == {}


def test_rows_become_trusted_proposals(tmp_path: Path) -> None:
    """What the user wrote may name libraries, may drop a package, and says which file it stands in."""
    path = tmp_path / "names.toml"
    path.write_text(TOML, encoding="utf-8")
    source = read_user_names(path)
    (torch,) = source.candidates("torch")
    (internal,) = source.candidates("internal-tool")
    assert (torch.conda_names, torch.trusted, torch.drop) == (("pytorch",), True, False)
    assert (torch.evidence.source, torch.evidence.revision) == ("user", "names.toml")
    assert (internal.conda_names, internal.drop) == ((), True)
    assert source.candidates("numpy") == ()


@pytest.mark.parametrize(
    ("file_name", "line", "message"),
    [
        ("no_toml.toml", 1, "is no TOML"),
        ("no_json.json", 2, "is no JSON"),
        ("list.json", 1, "one object with a row per name is wanted"),
        ("key_twice.json", 2, "'torch' is there twice"),
        ("value_true.toml", 3, "'torch' is True, which names no conda package"),
        ("empty_list.toml", 2, "'torch' is [], which names no conda package"),
        ("number_in_list.toml", 1, "3, given for 'torch', is no conda package name"),
        ("conda_name.toml", 2, "'Py Torch', given for 'torch', is no conda package name"),
        ("pypi_name.toml", 2, "'torch vision' is no name of a Python package"),
        ("spelled_twice.toml", 2, "'scikit-learn' is there twice, spelled differently"),
        ("names_no_table.toml", 2, "[tool.condasync.names] is no table"),
        ("project/pyproject.toml", 6, "which names no conda package"),
    ],
)
def test_faults_are_told_with_their_line(file_name: str, line: int, message: str) -> None:
    """Every fault of a names file is an error with file:line and exit code 4."""
    path = FAULTS / file_name
    with pytest.raises(NamesError) as caught:
        read_user_names(path)
    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert message in caught.value.message
    assert caught.value.hints
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("file_name", "message"), [("latin.toml", "is not UTF-8"), ("nowhere.toml", "cannot be read: No such file")]
)
def test_unreadable_files(file_name: str, message: str) -> None:
    """A file that is no text or is not there is told with its path."""
    with pytest.raises(NamesError, match=message):
        read_user_names(FAULTS / file_name)
