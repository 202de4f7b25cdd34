"""What is known of wheels survives a run, without credentials; what is damaged counts as not known."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from condasync.errors import OutputError
from condasync.model.url import Url
from condasync.model.wheel import Wheel
from condasync.pypi.wheel_cache import WheelCache

texts = st.text(st.characters(codec="utf-8"), max_size=20)
wheels = st.builds(
    Wheel,
    name=st.sampled_from(["demo", "demo-x"]),
    version=texts,
    file_name=texts,
    url=st.just(Url("https://example.org/demo.whl")),
    sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    requires=st.lists(texts, max_size=3).map(tuple),
    requires_python=st.none() | texts,
    yanked=st.none() | texts,
    extras=st.lists(texts, max_size=2).map(tuple),
)
DEMO = Wheel(
    name="demo",
    version="1.0",
    file_name="demo-1.0-py3-none-any.whl",
    url=Url("https://me:hidden@example.org/demo.whl"),
    sha256="a" * 64,
    requires=("numpy",),
)


@given(wheels)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read(tmp_path: Path, wheel: Wheel) -> None:
    """Every wheel comes back as it was."""
    cache = WheelCache(folder=tmp_path / "wheels")
    cache.write(wheel)
    assert cache.read(wheel.name, wheel.sha256) == wheel
    assert wheel in cache.named(wheel.name)


def test_no_credential_on_disk(tmp_path: Path) -> None:
    """The URL is kept without credentials, and no part file stays."""
    cache = WheelCache(folder=tmp_path)
    cache.write(DEMO)
    (path,) = (path for path in tmp_path.rglob("*") if path.is_file())
    assert "hidden" not in path.read_text()
    assert [wheel.url for wheel in cache.named("demo")] == [Url("https://example.org/demo.whl")]


def test_nothing_is_known_of_another(tmp_path: Path) -> None:
    """An unknown name or digest has no wheel."""
    cache = WheelCache(folder=tmp_path)
    cache.write(DEMO)
    assert cache.read("demo", "b" * 64) is None
    assert list(cache.named("other")) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cache_version", 0),
        ("name", "other"),
        ("name", None),
        ("sha256", "a"),
        ("sha256", "b" * 64),
        ("requires", "numpy"),
        ("requires", [1]),
        ("extras", "all"),
        ("extras", [None]),
        ("requires_python", 3),
        ("yanked", True),
        ("url", 1),
    ],
)
def test_a_damaged_file_counts_as_absent(tmp_path: Path, key: str, value: object) -> None:
    """A row with a field that cannot be is not believed."""
    cache = WheelCache(folder=tmp_path)
    cache.write(DEMO)
    (path,) = tmp_path.rglob("*.json")
    row = json.loads(path.read_text())
    path.write_text(json.dumps({**row, key: value}))
    assert cache.read("demo", DEMO.sha256) is None
    assert list(cache.named("demo")) == []


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}"])
def test_a_truncated_file_counts_as_absent(tmp_path: Path, text: str) -> None:
    """Neither does a file that is no row at all stop anything."""
    cache = WheelCache(folder=tmp_path)
    cache.write(DEMO)
    (path,) = tmp_path.rglob("*.json")
    path.write_text(text)
    assert cache.read("demo", DEMO.sha256) is None


def test_an_unwritable_folder(tmp_path: Path) -> None:
    """The error names the folder and another way."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="the cache cannot be written") as caught:
        WheelCache(folder=tmp_path / "file").write(DEMO)
    assert caught.value.hints == ("free some space, or name another cache folder: CONDASYNC_CACHE_DIR",)
