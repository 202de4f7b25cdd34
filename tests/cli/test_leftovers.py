"""`--leftovers conda`: wheels of an own package index become conda packages, so that the whole lock is conda."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from condasync.lock import conda_lock_v1
from condasync.model.lockfile import LockedPackage
from tests.build.python_channel import MINOR, install, python_channel, run_python
from tests.build.wheels import make_wheel

if TYPE_CHECKING:
    from tests.cli.conftest import Cli, Ran
    from tests.conftest import PackageIndex

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
    for name in ("wheels", "wheel-files"):
        shutil.rmtree(cache_dir / name, ignore_errors=True)
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.setenv("PIP_INDEX_URL", package_index.url)
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def offer(package_index: PackageIndex, tmp_path: Path) -> Any:
    """Return what puts a wheel on the index."""

    def put(name: str, version: str, *requires: str, **how: Any) -> Path:
        module = name.replace("-", "_")
        how.setdefault("files", {f"{module}.py": f"NAME = '{name}'\n"})
        wheel = make_wheel(tmp_path / "wheels", name=module, version=version, requires=requires, **how)
        package_index.add(name, wheel.name, wheel.read_bytes())
        return wheel

    return put


@pytest.fixture
def channel(tmp_path: Path) -> Path:
    """Return a channel with python and packages; `taken` is no Python package."""
    made = python_channel(tmp_path / "channel", {"tool-kit": "1.5", "pip": "24.0", "taken": "9.0"})
    path = made / "noarch" / "repodata.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    index["packages.conda"]["taken-9.0-pyh_0.conda"] |= {"noarch": "generic", "depends": []}
    path.write_text(json.dumps(index), encoding="utf-8")
    return made


@pytest.fixture
def export(cli: Cli, tmp_path: Path, channel: Path) -> Any:
    """Return a runner of exports of a requirements file."""

    def run(text: str, *more: str) -> Ran:
        source = tmp_path / "requirements.txt"
        source.write_text(text, encoding="utf-8")
        return cli("export", "-f", source, "-c", channel, "--python", MINOR, "-o", "out", "--json", *more)

    return run


def rows() -> dict[str, LockedPackage]:
    """Return the rows of the lock by name."""
    lock = conda_lock_v1.loads(Path("out/conda-lock.yml").read_text(encoding="utf-8"), path="conda-lock.yml")
    return {row.name: row for row in lock.packages}


def outcome(ran: Ran, name: str) -> dict[str, Any]:
    """Return the outcome of one package."""
    found: dict[str, Any] = next(row for row in ran.data["outcomes"] if row["package"] == name)
    return found


def codes(ran: Ran, package: str) -> list[str]:
    """Return the codes of the findings about one package."""
    return [one["code"] for one in ran.data["findings"] if one["package"] == package]


def test_the_whole_lock_is_conda(export: Any, offer: Any, channel: Path, tmp_path: Path) -> None:
    """A wheel and the wheel that it needs are conda rows of the channel beside the lock, which installs and imports."""
    offer("only-a-wheel", "1.0", "its-friend[more]>=2", "tool-kit>=1")
    offer("its-friend", "2.1", "deep-below; extra == 'more'", "never; python_version < '3'")
    offer("deep-below", "0.1")
    ran = export("only-a-wheel\n", "--leftovers", "conda")
    assert (ran.code, ran.err) == (0, "")
    row = outcome(ran, "only-a-wheel")
    assert (row["outcome"], row["reason"]["code"]) == ("built", "no-known-name")
    assert row["evidence"][-1]["detail"].startswith(
        f"packed from only_a_wheel-1.0-{PURE} of the package index, sha256 "
    )
    locked = rows()
    assert {row.manager for row in locked.values()} == {"conda"}
    assert "pip" not in locked
    beside = Path("out/condasync-channel").resolve()
    for name in ("only-a-wheel", "its-friend", "deep-below"):
        (path,) = beside.glob(f"*/{locked[name].url.rpartition('/')[2]}")
        assert locked[name].url == f"file:///proc/self/cwd/condasync-channel/{path.parent.name}/{path.name}"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == locked[name].sha256
    assert dict(locked["only-a-wheel"].dependencies) == {"its-friend": ">=2", "python": "", "tool-kit": ">=1"}
    assert "deep-below" in dict(locked["its-friend"].dependencies)
    assert "pip:" not in Path("out/environment.yml").read_text(encoding="utf-8")
    specs = [f"{row.name} =={row.version}" for row in locked.values()]
    prefix = install(tmp_path / "prefix", [beside, channel], specs, cache=tmp_path / "cache")
    assert run_python(prefix, "import only_a_wheel, deep_below; print(only_a_wheel.NAME)") == "only-a-wheel"


def test_a_second_export_is_the_same_and_needs_no_network(export: Any, offer: Any, package_index: PackageIndex) -> None:
    """Wheels are downloaded once; offline the same bytes come of the cache, and an unseen wheel stays behind."""
    offer("only-a-wheel", "1.0")
    export("only-a-wheel\n", "--leftovers", "conda")
    before = {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}
    package_index.requests.clear()
    assert export("only-a-wheel\n", "--leftovers", "conda", "--offline").code == 0
    assert {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()} == before
    assert package_index.requests == []


@pytest.mark.parametrize("more", [(), ("--artifact-url", "https://example.org/mine")])
def test_a_locked_leftover_keeps_its_version(export: Any, offer: Any, more: tuple[str, ...]) -> None:
    """What is not pinned stays when newer wheels appear, also what another needs and NAME-local; --update frees it."""
    offer("only-a-wheel", "1.0", "its-friend")
    offer("its-friend", "2.1")
    offer("taken", "1.0")
    listed = "only-a-wheel\ntaken\n"
    assert export(listed, "--leftovers", "conda", *more).code == 0
    before = Path("out/conda-lock.yml").read_bytes()
    offer("only-a-wheel", "1.5", "its-friend")
    offer("its-friend", "3.0")
    offer("taken", "2.0")
    assert export(listed, "--leftovers", "conda", *more).code == 0
    assert Path("out/conda-lock.yml").read_bytes() == before
    ran = export(listed, "--leftovers", "conda", "--update", "only-a-wheel", *more)
    versions = {name: rows()[name].version for name in ("only-a-wheel", "its-friend", "taken-local")}
    assert versions == {"only-a-wheel": "1.5", "its-friend": "2.1", "taken-local": "1.0"}, ran.err
    assert export(listed, "--leftovers", "conda", "--update-all", *more).code == 0
    versions = {name: rows()[name].version for name in ("only-a-wheel", "its-friend", "taken-local")}
    assert versions == {"only-a-wheel": "1.5", "its-friend": "3.0", "taken-local": "2.0"}


def test_a_locked_wheel_keeps_its_version_as_a_conda_package(export: Any, offer: Any) -> None:
    """And back: the two forms of a leftover are one to the next export."""
    offer("only-a-wheel", "1.0")
    export("only-a-wheel\n")
    offer("only-a-wheel", "1.5")
    for form in ("conda", "pip"):
        export("only-a-wheel\n", "--leftovers", form)
        row = rows()["only-a-wheel"]
        assert (row.manager, row.version) == (form, "1.0")


def test_names_of_the_channel_stay_the_channels(export: Any, offer: Any) -> None:
    """A wheel whose name is another package on the channel becomes NAME-local."""
    offer("taken", "1.0")
    ran = export("taken==1.0\n", "--leftovers", "conda")
    row = outcome(ran, "taken")
    assert (row["outcome"], row["conda_names"]) == ("built", ["taken-local"])
    assert "taken" not in rows()


def test_a_wheel_that_cannot_be_packed_stays_one(export: Any, offer: Any) -> None:
    """A broken wheel stays with pip and says why; what needs it is packed without asking conda for it."""
    offer("broken", "1.0", without=("RECORD",))
    offer("only-a-wheel", "1.0", "broken>=1")
    ran = export("only-a-wheel\n", "--leftovers", "conda")
    assert ran.code == 0
    assert {name: row.manager for name, row in rows().items() if name in {"broken", "only-a-wheel"}} == {
        "broken": "pip",
        "only-a-wheel": "conda",
    }
    assert codes(ran, "broken") == ["wheel-broken"]
    told = next(one for one in ran.data["findings"] if one["package"] == "broken")
    assert told["severity"] == "warning"
    assert "stays a wheel for pip" in told["text"]


def test_a_wheel_that_is_not_what_was_stated(export: Any, offer: Any, package_index: PackageIndex) -> None:
    """A file whose digest is not the index's own is not packed."""
    wheel = offer("only-a-wheel", "1.0")
    (entry,) = package_index.files
    metadata = b"Metadata-Version: 2.1\nName: only-a-wheel\nVersion: 1.0\n"
    package_index.files.clear()
    package_index.add("only-a-wheel", wheel.name, entry.body + b"more", metadata=metadata, stated="0" * 64)
    ran = export("only-a-wheel\n", "--leftovers", "conda")
    assert outcome(ran, "only-a-wheel")["outcome"] == "pip-wheel"
    text = next(one["text"] for one in ran.data["findings"] if one["package"] == "only-a-wheel")
    assert f"the index states {'0' * 64}" in text


def test_without_the_option_nothing_is_packed(export: Any, offer: Any) -> None:
    """The default keeps rows for pip and makes no channel."""
    offer("only-a-wheel", "1.0")
    assert outcome(export("only-a-wheel\n"), "only-a-wheel")["outcome"] == "pip-wheel"
    assert not Path("out/condasync-channel").exists()
