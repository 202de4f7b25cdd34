"""What conda-forge lacks becomes a locked wheel, as a user meets it: the bundled snapshot, an own package index."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rattler
from packaging.version import Version

from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockedPackage
from condasync.pypi.names_grayskull import grayskull_file

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, Ran
    from tests.conftest import MakeWheel, PackageIndex

CONDA_LOCK = Path(sys.executable).with_name("conda-lock")
PURE = "py3-none-any.whl"


@pytest.fixture(autouse=True)
def only_the_index(
    package_index: PackageIndex,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    cache_dir: Path,
    no_package_index: None,  # noqa: ARG001  to come after it
) -> None:
    """Let pip know the index of the test and nothing else; what one test saw, another must not know."""
    shutil.rmtree(cache_dir / "wheels", ignore_errors=True)
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def export(cli: Cli, tmp_path: Path, text: str, *more: str) -> Ran:
    """Export a requirements file for Python 3.12 from the bundled snapshot."""
    source = tmp_path / "requirements.txt"
    source.write_text(text, encoding="utf-8")
    return cli("export", "-f", source, "-c", "bundled", "--python", "3.12", "-o", "out", "--json", *more)


def outcome(ran: Ran, name: str) -> dict[str, Any]:
    """Return the outcome of one package."""
    found: dict[str, Any] = next(row for row in ran.data["outcomes"] if row["package"] == name)
    return found


def rows(name: str) -> list[LockedPackage]:
    """Return the rows of one name in the lock."""
    lock = conda_lock_v1.loads(Path("out/conda-lock.yml").read_text(encoding="utf-8"), path="conda-lock.yml")
    return [row for row in lock.packages if row.name == name]


def test_a_wheel_is_locked_once(cli: Cli, tmp_path: Path, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """A package that is on no channel is one pip row with URL and sha256; the pip section asks for it."""
    body = make_wheel("only-a-wheel", "1.0")
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", body)
    ran = export(cli, tmp_path, "numpy\nOnly.A-wheel\n")
    assert (ran.code, ran.err) == (0, "")
    row = outcome(ran, "Only.A-wheel")
    url = f"http://{package_index.host}/files/only_a_wheel-1.0-{PURE}"
    assert (row["outcome"], row["reason"]["code"], row["specs"]) == ("pip-wheel", "no-known-name", [])
    assert row["locked"] == [
        {"platform": "linux-64", "manager": "pip", "name": "only-a-wheel", "version": "1.0", "build": None, "url": url}
    ]
    assert ran.data["counts"]["pip_wheel"] == 1
    (locked,) = rows("only-a-wheel")
    assert (locked.manager, locked.url, locked.sha256) == ("pip", url, hashlib.sha256(body).hexdigest())
    assert [row.manager for row in rows("pip")] == ["conda"]
    text = Path("out/environment.yml").read_text(encoding="utf-8")
    assert text.splitlines()[-3:] == ["  - pip", "  - pip:", "    - only-a-wheel==1.0"]


def test_consumers_accept_the_lock(
    cli: Cli, tmp_path: Path, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """conda-lock computes the same hash and renders the wheel; rattler reads it as a PyPI package."""
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0", "its-friend"))
    package_index.add("its-friend", f"its_friend-2.0-{PURE}", make_wheel("its-friend", "2.0"))
    assert export(cli, tmp_path, "numpy\nonly-a-wheel\n").code == 0
    before = Path("out/conda-lock.yml").read_bytes()
    checked = subprocess.run(
        [
            *(CONDA_LOCK, "lock", "--conda", "/bin/true", "--check-input-hash", "-f", "environment.yml"),
            *("--lockfile", "conda-lock.yml", "--pypi_to_conda_lookup_file", str(grayskull_file())),
        ],
        cwd="out",
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "Spec hash already locked for ['linux-64']" in checked.stderr
    assert Path("out/conda-lock.yml").read_bytes() == before
    rendered = subprocess.run(
        [CONDA_LOCK, "render", "-k", "explicit", "conda-lock.yml"], cwd="out", capture_output=True, check=False
    )
    assert rendered.returncode == 0, rendered.stderr
    explicit = Path("out/conda-linux-64.lock").read_text(encoding="utf-8")
    assert (
        explicit.count(f"# pip only-a-wheel @ http://{package_index.host}/files/only_a_wheel-1.0-{PURE}#sha256=") == 1
    )
    ((_, environment),) = rattler.LockFile.from_path(Path("out/conda-lock.yml")).environments()
    pypi = environment.pypi_packages()
    assert sorted(one.name for every in pypi.values() for one in every) == ["its-friend", "only-a-wheel"]


def test_what_a_wheel_needs_comes_along(
    cli: Cli, tmp_path: Path, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """Its requirements become conda packages where there are any, else wheels; pip has nothing left to install."""
    needs = ("PyYAML>=6", "its-friend[more]>=2", "pywin32; sys_platform == 'win32'", "never; extra == 'never'")
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0", *needs))
    friend = make_wheel("its-friend", "2.1", "deep-below", "requests; extra == 'more'", more="Provides-Extra: more")
    package_index.add("its-friend", f"its_friend-2.1-{PURE}", friend)
    package_index.add("deep-below", f"deep_below-0.1-{PURE}", make_wheel("deep-below", "0.1"))
    ran = export(cli, tmp_path, "only-a-wheel\n")
    assert (ran.code, ran.err, ran.data["findings"][1:]) == (0, "", [])
    assert [row.manager for name in ("pyyaml", "requests", "pip") for row in rows(name)] == ["conda"] * 3
    assert [rows(name)[0].dependencies for name in ("only-a-wheel", "its-friend", "deep-below")] == [
        (("its-friend", ">=2"),),
        (("deep-below", ""),),
        (),
    ]
    assert rows("never") == rows("pywin32") == []
    text = Path("out/environment.yml").read_text(encoding="utf-8")
    assert text.splitlines()[-2:] == ["  - pip:", "    - only-a-wheel==1.0"]
    assert ran.data["counts"]["captured"] == 1


@pytest.mark.parametrize(
    ("need", "told"),
    [
        ("no-such-friend", "no package index has files of no-such-friend"),
        ("numpy>=99", "the channels have no numpy >=99 for Python 3.12"),
        ("PyYAML<2,>3", "the channels have no pyyaml <2a0,>3"),
        ("pywin32", "pywin32 belongs to Windows only"),
        ("half @ https://me:hidden@example.org/half.whl", "half comes from a URL, https://***@example.org/half.whl"),
    ],
)
def test_a_wheel_that_needs_what_cannot_be_had(  # noqa: PLR0917  fixtures and a table
    cli: Cli, tmp_path: Path, package_index: PackageIndex, make_wheel: MakeWheel, need: str, told: str
) -> None:
    """It stays behind with the requirement as the reason, is told of, and the rest is locked without it."""
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0", need))
    ran = export(cli, tmp_path, "numpy\nonly-a-wheel\n")
    row = outcome(ran, "only-a-wheel")
    assert (ran.code, row["outcome"], row["reason"]["code"]) == (0, "unmapped", "wheel-requirement")
    assert f"only_a_wheel-1.0-{PURE} needs {need[:4]}" in row["reason"]["text"]
    assert told in row["reason"]["text"]
    assert [one["code"] for one in ran.data["findings"] if one["package"] == "only-a-wheel"] == ["wheel-requirement"]
    assert "hidden" not in ran.out
    assert rows("only-a-wheel") == rows("pip") == []
    assert len(rows("numpy")) == 1


def test_a_requirement_that_clashes(
    cli: Cli, tmp_path: Path, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """A wheel that needs an older package than another listed one admits falls out: conda packages count more."""
    package_index.add("old-friend", f"old_friend-1.0-{PURE}", make_wheel("old-friend", "1.0", "xarray"))
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0", "numpy<2.3"))
    ran = export(cli, tmp_path, "numpy>=2.4\nonly-a-wheel\nold-friend\n")
    assert ran.code == 0
    assert outcome(ran, "numpy")["relaxed"] is None
    row = outcome(ran, "only-a-wheel")
    assert (row["outcome"], row["reason"]["code"]) == ("unmapped", "wheel-requirement")
    assert f"only_a_wheel-1.0-{PURE} needs" in row["reason"]["text"]
    assert outcome(ran, "old-friend")["outcome"] == "pip-wheel"
    assert not [one for one in ran.data["findings"] if one["severity"] == "error"]


def test_a_requirement_moves_what_is_free(
    cli: Cli, tmp_path: Path, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """Where the list leaves a choice, the solve takes what the wheel needs."""
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0", "numpy<2.4"))
    ran = export(cli, tmp_path, "numpy\nonly-a-wheel\n")
    assert outcome(ran, "only-a-wheel")["outcome"] == "pip-wheel"
    (locked,) = outcome(ran, "numpy")["locked"]
    assert Version(locked["version"]) < Version("2.4")


def test_an_index_that_is_down(cli: Cli, tmp_path: Path, package_index: PackageIndex) -> None:
    """The export goes on, the package keeps its reason, one finding tells of the index; --strict says no."""
    package_index.close()
    ran = export(cli, tmp_path, "numpy\nonly-a-wheel\nanother-wheel\n")
    assert ran.code == 0
    assert [outcome(ran, name)["reason"]["code"] for name in ("only-a-wheel", "another-wheel")] == ["no-known-name"] * 2
    assert [one["code"] for one in ran.data["findings"]].count("index-unreachable") == 1
    assert export(cli, tmp_path, "numpy\nonly-a-wheel\n", "--strict").code == 1


def test_offline_no_index_is_asked(
    cli: Cli, tmp_path: Path, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """Offline a wheel of an earlier run is known, another one is not looked for."""
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0"))
    assert export(cli, tmp_path, "only-a-wheel\n").code == 0
    before = Path("out/conda-lock.yml").read_bytes()
    package_index.requests.clear()
    ran = export(cli, tmp_path, "only-a-wheel\n", "--offline")
    assert outcome(ran, "only-a-wheel")["outcome"] == "pip-wheel"
    assert Path("out/conda-lock.yml").read_bytes() == before
    ran = export(cli, tmp_path, "another-wheel\n", "--offline")
    assert outcome(ran, "another-wheel")["reason"]["code"] == "no-known-name"
    assert package_index.requests == []


def test_no_index_is_asked_without_need(cli: Cli, tmp_path: Path, package_index: PackageIndex) -> None:
    """When conda has everything no package index hears of it."""
    assert export(cli, tmp_path, "numpy\npyyaml\n").code == 0
    assert package_index.requests == []


@pytest.mark.parametrize("place", ["variable", "file"])
def test_credentials_stay_secret(  # noqa: PLR0917  fixtures and a table
    cli: Cli,
    tmp_path: Path,
    package_index: PackageIndex,
    make_wheel: MakeWheel,
    monkeypatch: pytest.MonkeyPatch,
    cache_dir: Path,
    place: str,
) -> None:
    """An index behind a password serves; the password is in no file, not in the cache, not on the screen."""
    package_index.password = "hidden"
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0"))
    url = f"http://me:hidden@{package_index.host}/simple/"
    line = f"--extra-index-url {url}\n" if place == "file" else ""
    if place == "variable":
        monkeypatch.setenv("PIP_INDEX_URL", url)
    else:
        monkeypatch.setenv("PIP_NO_INDEX", "1")
    ran = export(cli, tmp_path, f"{line}only-a-wheel\n")
    assert (ran.code, outcome(ran, "only-a-wheel")["outcome"]) == (0, "pip-wheel")
    written = [path for folder in (Path("out"), cache_dir / "wheels") for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in written if b"hidden" in path.read_bytes()]
    assert "hidden" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("line", "outcome_kind", "code"),
    [
        ("only-a-wheel==1.0", "pip-wheel", "no-known-name"),
        ("only-a-wheel", "unmapped", "yanked"),
        ("only-a-wheel==3.0", "unmapped", "no-such-version"),
        ("only-a-wheel==1.0 --hash=sha256:" + "a" * 64, "unmapped", "hash-mismatch"),
        ("only-a-wheel==2.0", "unmapped", "no-wheel"),
    ],
)
def test_lines_count(  # noqa: PLR0917  fixtures and a table
    cli: Cli,
    tmp_path: Path,
    package_index: PackageIndex,
    make_wheel: MakeWheel,
    line: str,
    outcome_kind: str,
    code: str,
) -> None:
    """Pins, hashes and yanked files are honoured, each failure with its own reason."""
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0"), yanked="a mistake")
    package_index.add("only-a-wheel", "only_a_wheel-2.0.tar.gz", b"")
    package_index.files[1:] = [] if line == "only-a-wheel" else package_index.files[1:]
    ran = export(cli, tmp_path, f"{line}\n")
    row = outcome(ran, "only-a-wheel")
    assert (row["outcome"], row["reason"]["code"]) == (outcome_kind, code)
    told = [one["code"] for one in ran.data["findings"] if one["package"] == "only-a-wheel"]
    assert told == (["yanked"] if outcome_kind == "pip-wheel" else [])


def test_the_summary_tells_of_the_wheels(
    cli: Cli, tmp_path: Path, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """The summary lists the wheel with the reason why it is not from conda."""
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0", "its-friend"))
    package_index.add("its-friend", f"its_friend-2.0-{PURE}", make_wheel("its-friend", "2.0"))
    source = tmp_path / "requirements.txt"
    source.write_text("only-a-wheel\n", encoding="utf-8")
    ran = cli("export", "-f", source, "-c", "bundled", "--python", "3.12", "-o", "out")
    assert "1 captured · 1 pip-wheel" in ran.out
    assert "Wheels (2)" in ran.out
    assert f"only_a_wheel-1.0-{PURE}" in ran.out
    assert f"its_friend-2.0-{PURE}" in ran.out
    assert "bundled: conda-forge is the bundled snapshot of" in ran.out


def test_why_names_the_wheel(cli: Cli, tmp_path: Path, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """`why` says which wheel stands for a package, or why none does."""
    package_index.add("only-a-wheel", f"only_a_wheel-1.0-{PURE}", make_wheel("only-a-wheel", "1.0"))
    source = tmp_path / "requirements.txt"
    source.write_text("only-a-wheel\nwindows-friend\n", encoding="utf-8")
    package_index.add("windows-friend", "windows_friend-1.0-cp312-cp312-win_amd64.whl")
    told = cli("why", "only-a-wheel", "-f", source, "-c", "bundled", "--python", "3.12")
    assert f"stays with pip, locked as only_a_wheel-1.0-{PURE}: " in told.out
    assert f"only_a_wheel-1.0-{PURE} installs on the target" in told.out
    told = cli("why", "windows-friend", "-f", source, "-c", "bundled", "--python", "3.12")
    assert "are for win_amd64, not for Python 3.12 on linux-64 [wheel-other-platform]" in told.out
