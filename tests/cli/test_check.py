"""`condasync check`: fresh or stale, and what differs, without a solve."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from condasync.lock import conda_lock_v1
from condasync.model.record import ChannelRecord
from tests.cli.conftest import Cli, make_conda_prefix
from tests.lock.conftest import reference_hashes

ENVIRONMENT = "channels:\n  - conda-forge\nplatforms:\n  - linux-64\ndependencies:\n  - python=3.12\n  - zlib\n"


def texts(cli: Cli, *arguments: str | Path, code: int = 1) -> list[str]:
    """Return what has drifted, in words."""
    ran = cli("check", *arguments, "--json")
    assert ran.code == code, ran.out + ran.err
    assert ran.data["fresh"] is (code == 0)
    return [drift["text"] for drift in ran.data["drifts"]]


@pytest.fixture
def source(cli: Cli) -> Path:
    """Return an environment.yml that the lock in the working directory was made from."""
    path = Path("environment.yml")
    path.write_text(ENVIRONMENT, encoding="utf-8")
    assert cli("export", "-f", path, "--offline").code == 0
    return path


def prefix_of_lock(folder: Path) -> Path:
    """Lay out the prefix that an installer would make from the lock in the working directory."""
    text = Path("conda-lock.yml").read_text(encoding="utf-8")
    records = [
        ChannelRecord(
            name=row.name,
            version=row.version,
            build=row.build or "",
            build_number=0,
            subdir=row.url.split("/")[-2],
            file_name=row.url.rpartition("/")[2],
            channel="conda-forge",
            url=row.url,
            md5=row.md5,
            sha256=row.sha256,
        )
        for row in conda_lock_v1.loads(text, path="conda-lock.yml").packages
    ]
    return make_conda_prefix(folder, records, requested={"python", "zlib"})


def test_a_lock_of_an_environment_yml(cli: Cli, source: Path) -> None:
    """Fresh right after the export, with the file named or not; stale when the file changes."""
    assert texts(cli, code=0) == []
    assert texts(cli, "conda-lock.yml", "-f", source, code=0) == []
    assert texts(cli, Path(), code=0) == []
    source.write_text(ENVIRONMENT.replace("zlib", "zlib >=99"), encoding="utf-8")
    locked = re.search(r"name: zlib\n  version: '?([\d.]+)", Path("conda-lock.yml").read_text(encoding="utf-8"))
    assert locked is not None
    assert texts(cli) == [f"zlib >=99 is wanted, {locked[1]} is locked for linux-64"]
    assert texts(cli, "-f", source) == ["zlib is asked for in another way, or comes from another place"]


def test_people_read_the_same(cli: Cli, source: Path) -> None:
    """One line per drift, one closing line; the answer is on stdout."""
    assert cli("check").out == "conda-lock.yml: fresh, compared with environment.yml\n"
    source.write_text(ENVIRONMENT + "  - xz\n", encoding="utf-8")
    ran = cli("check", "-f", source)
    assert ran.out == "  xz was added\nconda-lock.yml: stale, compared with environment.yml\n"
    assert ran.err == ""


def test_a_workflow_is_annotated(cli: Cli, source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub shows a stale lock at the lock."""
    source.write_text(ENVIRONMENT + "  - xz\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert cli("check", "-f", source).err == (
        "::error title=condasync,file=conda-lock.yml::"
        "conda-lock.yml is stale: xz was added. Make it anew: condasync export\n"
    )


def test_a_lock_of_a_prefix(cli: Cli, source: Path, tmp_path: Path) -> None:
    """Fresh for the prefix that it was made from; every package that comes or goes is named."""
    prefix = prefix_of_lock(tmp_path / "prefix")
    source.unlink()
    assert cli("export", "--prefix", prefix, "-o", "out", "--offline").code == 0
    assert texts(cli, "out", "--prefix", prefix, code=0) == []
    record = next((prefix / "conda-meta").glob("zlib-*.json"))
    record.unlink()
    drifts = texts(cli, "out", "--prefix", prefix)
    assert [text for text in drifts if text.startswith("zlib ")] == [f"zlib {record.name.split('-')[1]} was removed"]


def test_a_generated_source_that_was_edited(cli: Cli, source: Path, tmp_path: Path) -> None:
    """The next export would overwrite it, so the lock does not match it."""
    prefix = prefix_of_lock(tmp_path / "prefix")
    source.unlink()
    assert cli("export", "--prefix", prefix, "--offline").code == 0
    text = source.read_text(encoding="utf-8")
    source.write_text(text + "  - made-up\n", encoding="utf-8")
    assert texts(cli, "--prefix", prefix) == ["made-up is wanted and not locked for linux-64"]


def test_modules_that_were_taken_along_are_named_again(cli: Cli, source: Path) -> None:
    """A lock with `--include-module` is fresh with the same option, and has lost the module without it."""
    Path("loose.py").write_text("A = 1\n", encoding="utf-8")
    include = ("--include-module", "loose.py")
    assert cli("export", "-f", source, "-o", "out", "--offline", *include).code == 0
    assert texts(cli, "out", "-f", source, *include, code=0) == []
    assert texts(cli, "out", "-f", source) == ["loose was removed"]


def test_inputs_that_the_lock_does_not_name_must_be_named(cli: Cli) -> None:
    """A lock holds no paths: of requirements.txt it knows only what was in it."""
    Path("requirements.txt").write_text("certifi\n", encoding="utf-8")
    assert cli("export", "-f", "requirements.txt", "--offline", "--python", "3.12").code == 0
    ran = cli("check")
    assert ran.code == 2
    assert "hint: name them: condasync check -f FILE" in ran.err
    assert texts(cli, "-f", "requirements.txt", code=0) == []
    Path("requirements.txt").write_text("certifi\npackaging\n", encoding="utf-8")
    assert texts(cli, "-f", "requirements.txt") == ["packaging was added"]


@pytest.fixture
def foreign(source: Path, tmp_path: Path) -> Path:
    """Turn the lock into one as conda-lock writes it: without a word of condasync, with conda-lock's own hash."""
    lock = Path("conda-lock.yml")
    virtual = Path("virtual-packages.yaml").read_text(encoding="utf-8")
    text = lock.read_text(encoding="utf-8")
    (digest,) = reference_hashes(tmp_path, ENVIRONMENT, virtual_packages=virtual).values()
    lines = [line for line in text.splitlines() if "condasync" not in line and "custom_metadata" not in line]
    lock.write_text(re.sub(r"linux-64: [0-9a-f]{64}", f"linux-64: {digest}", "\n".join(lines)) + "\n", encoding="utf-8")
    return source


def test_a_lock_of_conda_lock(cli: Cli, foreign: Path) -> None:
    """Its sources are read as conda-lock reads them."""
    assert texts(cli, code=0) == []
    assert texts(cli, "-f", foreign, code=0) == []
    foreign.write_text(ENVIRONMENT + "  - xz\n", encoding="utf-8")
    assert texts(cli) == ["xz is wanted and not locked for linux-64"]
    foreign.unlink()
    assert cli("check").code == 3


@pytest.mark.usefixtures("foreign")
def test_a_lock_of_conda_lock_against_a_prefix(cli: Cli, tmp_path: Path) -> None:
    """Package by package, as `diff` sees it."""
    prefix = prefix_of_lock(tmp_path / "prefix")
    assert texts(cli, "--prefix", prefix, code=0) == []
    record = next((prefix / "conda-meta").glob("zlib-*.json"))
    record.unlink()
    version = record.name.split("-")[1]
    assert texts(cli, "--prefix", prefix) == [f"zlib {version} is locked and not in the environment"]


@pytest.mark.parametrize(
    ("text", "message"),
    [("version: 2\n", "the version 2 is not known"), ("package: [", "not YAML"), (None, "no such file")],
)
def test_a_lock_that_cannot_be_read(cli: Cli, text: str | None, message: str) -> None:
    """Exit 6, as everywhere."""
    if text is not None:
        Path("conda-lock.yml").write_text(text, encoding="utf-8")
    ran = cli("check")
    assert ran.code == 6
    assert message in ran.err
