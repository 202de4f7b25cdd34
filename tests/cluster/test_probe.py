"""What a worker finds out about its environment is what condasync's own capture sees."""

from __future__ import annotations

import importlib.util
import json
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import pytest

from condasync.capture.prefixes.detect import source_for_prefix
from condasync.cluster.carry import Carried, by_value
from condasync.cluster.remote import probe
from condasync.cluster.status import contents_of_rows
from condasync.plan.contents import contents_of_environment
from condasync.plan.diff import diff

MINOR = f"{sys.version_info.major}.{sys.version_info.minor}"
SITE = f"lib/python{MINOR}/site-packages"


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    """Return a conda prefix with python, a package that owns a distribution, a C library and a wheel of pip."""
    folder = tmp_path / "prefix"
    add(folder, "python", f"{MINOR}.4")
    add(folder, "libpq", "17.0")
    add(folder, "numpy", "2.1.0", [distribution(folder, "numpy", "2.1.0")])
    distribution(folder, "Wheel_Only", "1.5")
    return folder


def add(folder: Path, name: str, version: str, files: list[str] | None = None) -> None:
    """Write a package's record."""
    url = f"https://user:secret@conda.anaconda.org/t/tk-1/conda-forge/linux-64/{name}-{version}-h1_0.conda"
    record = {
        "name": name,
        "version": version,
        "build": "h1_0",
        "build_number": 0,
        "subdir": "linux-64",
        "channel": "conda-forge",
        "fn": f"{name}-{version}-h1_0.conda",
        "url": url,
        "sha256": name[0] * 64 if name[0] in "abcdef" else "a" * 64,
        "depends": [],
        "files": files or [],
    }
    path = folder / "conda-meta" / f"{name}-{version}-h1_0.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record), encoding="utf-8")


def distribution(folder: Path, name: str, version: str) -> str:
    """Write a distribution's metadata and return the file's path in the prefix."""
    path = f"{SITE}/{name}-{version}.dist-info/METADATA"
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    return path


def test_every_package_is_told_once(prefix: Path) -> None:
    """A distribution that a conda package owns is that package; one that pip brought is its own."""
    told = [(row[0], row[1], row[2]) for row in probe.packages(str(prefix))]
    assert told == [
        ("conda", "libpq", "17.0"),
        ("conda", "numpy", "2.1.0"),
        ("conda", "python", f"{MINOR}.4"),
        ("pip", "wheel-only", "1.5"),
    ]


def test_the_probe_sees_what_capture_sees(prefix: Path) -> None:
    """The two readers of one prefix agree: there is no difference between what they say."""
    captured = contents_of_environment(source_for_prefix(prefix).capture(), platform="linux-64")
    told = contents_of_rows(probe.packages(str(prefix)), "linux-64")
    assert diff([told], [captured]).empty
    assert len(told.packages) == 4


def test_no_credential_leaves_the_machine(prefix: Path) -> None:
    """Users, passwords and tokens that a record's URL carries stay where they are."""
    told = json.dumps(probe.packages(str(prefix)))
    assert "https://conda.anaconda.org/conda-forge/linux-64/libpq-17.0-h1_0.conda" in told
    assert not [word for word in ("secret", "tk-1", "user") if word in told]


def test_what_cannot_be_read_is_still_there(prefix: Path) -> None:
    """A record that is no JSON is a package that is not known, never none: it differs from every lock."""
    (prefix / "conda-meta" / "broken-1.0-0.json").write_text("{", encoding="utf-8")
    assert ["conda", "broken-1.0-0", None, None, None, None] in probe.packages(str(prefix))


def test_leftovers_of_removed_distributions_are_none(prefix: Path) -> None:
    """A folder without metadata, as an interrupted pip leaves it, is no package and no fault."""
    before = probe.packages(str(prefix))
    (prefix / SITE / "~umpy-1.0.dist-info").mkdir()
    (prefix / SITE / "gone-1.0.dist-info").mkdir()
    assert probe.packages(str(prefix)) == before


def test_equal_environments_have_equal_digests(prefix: Path) -> None:
    """The digest changes with any package and with nothing else."""
    before = probe.environment(str(prefix))
    (prefix / "etc").mkdir()
    assert probe.environment(str(prefix)) == before
    add(prefix, "zlib", "1.3")
    assert probe.environment(str(prefix)) != before


def test_reading_changes_nothing(prefix: Path) -> None:
    """No cache, no compiled file, no time of a folder."""
    before = {path: path.stat().st_mtime_ns for path in prefix.rglob("*")}
    probe.packages(str(prefix))
    probe.seat(str(prefix))
    assert {path: path.stat().st_mtime_ns for path in prefix.rglob("*")} == before


def test_a_seat_is_small_and_says_where(prefix: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Host, prefix, volume and the variables of a lock, long ones cut."""
    monkeypatch.setenv("CONDASYNC_FAULT", "x" * 10_000)
    told = probe.seat(str(prefix))
    assert told["prefix"] == os.path.realpath(prefix)
    assert told["started"] > 0
    assert told["changed"] > 0
    assert len(json.dumps(told)) < 1500
    assert probe.seat(str(prefix / "gone"))["volume"] == ""


def test_the_start_of_a_process_is_known_finely() -> None:
    """A worker that starts right after an installation must not pass for one that started before it."""
    code = "from condasync.cluster.remote import probe; print(probe.seat()['started'])"
    for _ in range(3):
        before = time.time()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert before - 0.05 <= float(done.stdout) <= time.time()


def test_variables_are_set_and_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty value is none."""
    monkeypatch.setenv("CONDASYNC_FAULT", "old")
    probe.set_variables({"CONDASYNC_FAULT": "", "CONDASYNC_LOCK_DIGEST": ""})
    assert "CONDASYNC_FAULT" not in os.environ


def test_the_probe_runs_where_condasync_is_not(prefix: Path, tmp_path: Path) -> None:
    """In a Python that sees the standard library alone the pickle becomes the function, and it answers."""
    packed = tmp_path / "probe.pickle"
    code = (
        "import sys, json, pickle\n"
        f"packages = pickle.loads(open({str(packed)!r}, 'rb').read())\n"
        f"assert 'condasync' not in sys.modules\n"
        f"print(json.dumps(packages({str(prefix)!r})))\n"
    )
    packed.write_bytes(by_value(probe.packages))
    found = importlib.util.find_spec("cloudpickle")
    assert found is not None
    cloudpickle = Path(str(found.origin)).parent
    only = tmp_path / "only"
    only.mkdir()
    (only / "cloudpickle").symlink_to(cloudpickle)
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(only)},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == probe.packages(str(prefix))


def test_a_carried_function_is_the_function_on_the_other_side(prefix: Path) -> None:
    """Called here it answers as it would there; unpickled it is no wrapper."""
    carried = Carried(probe.environment)
    assert carried(str(prefix)) == probe.environment(str(prefix))
    assert pickle.loads(pickle.dumps(carried)).__name__ == "environment"
