"""`package[extra]` as a user meets it: the bundled snapshot, an own package index, every kind of file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from condasync.lock import conda_lock_v1

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, Ran
    from tests.conftest import MakeWheel, PackageIndex

NEEDS = (
    "MarkupSafe>=2.0",
    'Babel>=2.7; extra == "i18n"',
    'only-a-wheel[more]; extra == "i18n"',
    'colorama; sys_platform == "win32" and extra == "i18n"',
    'jinja2[i18n]; extra == "all"',
)
INPUTS = {
    "requirements.txt": "Jinja2[All]>=3\n",
    "pyproject.toml": '[project]\nname = "mine"\nversion = "1"\ndependencies = ["Jinja2[all]>=3"]\n',
    "environment.yml": "channels: [conda-forge]\ndependencies:\n  - pip\n  - pip:\n    - Jinja2[all]>=3\n",
}


@pytest.fixture
def index(  # noqa: PLR0917  fixtures
    package_index: PackageIndex,
    make_wheel: MakeWheel,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    cache_dir: Path,
    no_package_index: None,  # noqa: ARG001  to come after it
) -> PackageIndex:
    """Return the one index that pip knows: a Jinja2 with extras, and what only wheels have."""
    shutil.rmtree(cache_dir / "wheels", ignore_errors=True)
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    extras = "Provides-Extra: i18n\nProvides-Extra: all"
    package_index.add("jinja2", "jinja2-3.1.0-py3-none-any.whl", make_wheel("jinja2", "3.1.0", *NEEDS, more=extras))
    only = make_wheel("only-a-wheel", "1.0", 'numpy>=1.20; extra == "more"')
    package_index.add("only-a-wheel", "only_a_wheel-1.0-py3-none-any.whl", only)
    return package_index


def export(cli: Cli, tmp_path: Path, file: str, text: str, *more: str) -> Ran:
    """Export a file for Python 3.12 from the bundled snapshot."""
    source = tmp_path / "in" / file
    source.parent.mkdir(exist_ok=True)
    source.write_text(text, encoding="utf-8")
    return cli("export", "-f", source, "-c", "bundled", "--python", "3.12", "-o", "out", "--json", *more)


def locked() -> dict[str, str]:
    """Return the manager of every locked name."""
    lock = conda_lock_v1.loads(Path("out/conda-lock.yml").read_text(encoding="utf-8"), path="conda-lock.yml")
    return {row.name: row.manager for row in lock.packages}


def codes(ran: Ran) -> list[str]:
    """Return the codes of what is said about extras."""
    found: list[dict[str, Any]] = ran.data["findings"]
    return [one["code"] for one in found if "extra" in one["code"]]


@pytest.mark.parametrize("file", sorted(INPUTS))
@pytest.mark.usefixtures("index")
def test_extras_are_locked_from_every_kind_of_file(file: str, cli: Cli, tmp_path: Path) -> None:
    """What the extra needs becomes conda packages, else a wheel that is locked once; the outcome stays one."""
    ran = export(cli, tmp_path, file, INPUTS[file])
    assert (ran.code, codes(ran)) == (0, [])
    row = next(one for one in ran.data["outcomes"] if one["package"].lower() == "jinja2")
    assert (row["outcome"], row["conda_names"]) == ("mapped", ["jinja2", "babel"])
    names = locked()
    assert [names.get(name) for name in ("jinja2", "babel", "only-a-wheel", "numpy")] == [
        "conda",
        "conda",
        "pip",
        "conda",
    ]
    assert "colorama" not in names
    text = next(Path("out").glob("environment*.yml")).read_text(encoding="utf-8")
    assert "  - babel>=2.7\n" in text
    assert text.endswith("  - pip:\n    - 'only-a-wheel[more]==1.0'\n")


def test_offline_works_after_the_first_time(cli: Cli, tmp_path: Path, index: PackageIndex, cache_dir: Path) -> None:
    """The same lock comes from the cache, byte for byte; without it the finding stays and nothing is guessed."""
    text = INPUTS["requirements.txt"]
    assert export(cli, tmp_path, "requirements.txt", text).code == 0
    before = Path("out/conda-lock.yml").read_bytes()
    asked = len(index.requests)
    ran = export(cli, tmp_path, "requirements.txt", text, "--offline")
    assert (ran.code, codes(ran), len(index.requests)) == (0, [], asked)
    assert Path("out/conda-lock.yml").read_bytes() == before
    shutil.rmtree(cache_dir / "wheels")
    ran = export(cli, tmp_path, "requirements.txt", text, "--offline")
    assert (ran.code, codes(ran)) == (0, ["extras-not-expanded"])
    assert not {"babel", "only-a-wheel"} & locked().keys()


@pytest.mark.usefixtures("index")
def test_an_extra_that_is_none_names_those_there_are(cli: Cli, tmp_path: Path) -> None:
    """The line is named, and the package comes without it; with --strict that is a "no"."""
    ran = export(cli, tmp_path, "requirements.txt", "numpy\nJinja2[speed]\n")
    (finding,) = [one for one in ran.data["findings"] if one["code"] == "unknown-extra"]
    assert finding["text"] == "jinja2 3.1.0 has no extra [speed]; its extras are all, i18n"
    assert finding["where"].endswith("requirements.txt:2")
    assert (ran.code, locked()["jinja2"]) == (0, "conda")
    assert export(cli, tmp_path, "requirements.txt", "numpy\nJinja2[speed]\n", "--strict").code == 1
    assert export(cli, tmp_path, "requirements.txt", "numpy\nJinja2[all]\n", "--strict").code == 0


@pytest.mark.usefixtures("index")
def test_why_explains_a_requirement(cli: Cli, tmp_path: Path) -> None:
    """`why 'jinja2[all]'` shows what each extra needs, what conda has of it, and what it has not."""
    (tmp_path / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    ran = cli("why", "jinja2[all]>=3", "-f", tmp_path / "requirements.txt", "-c", "bundled", "--python", "3.12")
    lines = [" ".join(line.split()) for line in ran.out.splitlines()]
    assert lines[:3] == [
        "jinja2[all]>=3 (asked as a requirement of pip), for Python 3.12 on linux-64",
        "is taken from conda: jinja2 >=3, babel >=2.7",
        "its extras also need, not from conda: only-a-wheel",
    ]
    assert "metadata (3.1.0) jinja2[all] needs jinja2[i18n]" in lines
    assert "metadata (3.1.0) jinja2[i18n] needs Babel>=2.7, only-a-wheel[more]" in lines


@pytest.mark.parametrize("name", ["foo bar", "", "numpy[", "numpy>=abc"])
def test_why_of_what_is_no_requirement(name: str, cli: Cli, tmp_path: Path) -> None:
    """It is a mistake in the command line, with an example."""
    (tmp_path / "requirements.txt").write_text("numpy\n", encoding="utf-8")
    ran = cli("why", name, "-f", tmp_path / "requirements.txt", "-c", "bundled", "--offline", "--python", "3.12")
    assert ran.code == 2
    assert "is no requirement of pip" in ran.err
    assert "hint: as in: torch, 'dask[complete]'" in ran.err


@pytest.mark.usefixtures("index")
def test_the_summary_says_which_package_brought_a_wheel(cli: Cli, tmp_path: Path) -> None:
    """A wheel that only an extra needs is shown with the package whose extra it is; conda names are shown once each."""
    (tmp_path / "requirements.txt").write_text(INPUTS["requirements.txt"], encoding="utf-8")
    ran = cli("export", "-f", tmp_path / "requirements.txt", "-c", "bundled", "--python", "3.12", "-o", "out")
    assert ran.code == 0
    lines = [line.split() for line in (ran.out + ran.err).splitlines()]
    (wheel,) = [words for words in lines if words[:1] == ["only-a-wheel"]]
    assert "jinja2" in wheel
    (renamed,) = [words for words in lines if words[:1] == ["Jinja2"]]
    assert renamed[1:3] == ["jinja2,", "babel"]
