"""The best wheel for a target from package indexes, with every way in which that fails."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from condasync.convert.virtual_packages import default_virtual_packages
from condasync.errors import NetworkError
from condasync.model.finding import Finding
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.translation import Reason
from condasync.model.url import Url
from condasync.model.wheel import DistributionMetadata, Wheel
from condasync.pypi.pip_settings import PipSettings
from condasync.pypi.wheel_cache import WheelCache
from condasync.pypi.wheel_finder import IndexWheels, OfflineWheels

if TYPE_CHECKING:
    from tests.conftest import MakeWheel, PackageIndex

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=default_virtual_packages("linux-64"))
Finder = Callable[..., IndexWheels]


@pytest.fixture
def cache(tmp_path: Path) -> WheelCache:
    """Return an empty cache."""
    return WheelCache(folder=tmp_path / "wheels")


@pytest.fixture
def finder(cache: WheelCache, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Finder:
    """Return a maker of finders for some places."""
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")

    def make(*indexes: str, find_links: tuple[str, ...] = ()) -> IndexWheels:
        settings = PipSettings(index_urls=tuple(map(Url, indexes)), find_links=tuple(map(Url, find_links)))
        return IndexWheels(lambda: settings, cache=cache, backoff=0)

    return make


def find(source: IndexWheels | OfflineWheels, name: str = "demo", specifier: str = "", near: str | None = None) -> str:
    """Return the file found, or the code of the reason why there is none."""
    found = source.find(PipRequirement(name=name, specifier=specifier), TARGET, near=near)
    return found.file_name if isinstance(found, Wheel) else found.code


def test_a_wheel_is_found_and_remembered(
    finder: Finder, cache: WheelCache, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """A wheel comes with its requirements; the next run reads the page only, and offline nothing is asked."""
    package_index.add("demo", "demo-1.0-py3-none-any.whl", make_wheel("demo", "1.0", "numpy>=1"))
    found = finder(package_index.url).find(PipRequirement(name="Demo"), TARGET)
    assert isinstance(found, Wheel)
    assert (found.name, found.version, found.requires) == ("demo", "1.0", ("numpy>=1",))
    package_index.requests.clear()
    assert finder(package_index.url).find(PipRequirement(name="Demo"), TARGET) == found
    assert package_index.paths == ["/simple/demo/"]
    assert OfflineWheels(cache).find(PipRequirement(name="Demo"), TARGET) == found


def metadata(source: IndexWheels | OfflineWheels, specifier: str = "", near: str | None = None) -> tuple[str, ...]:
    """Return version and extras that the metadata of demo states, or the code of the reason why it is not known."""
    found = source.metadata(PipRequirement(name="demo", specifier=specifier), TARGET, near=near)
    return (found.version, *found.extras) if isinstance(found, DistributionMetadata) else (found.code,)


def test_metadata_is_read_and_remembered(
    finder: Finder, cache: WheelCache, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """The best version for a constraint says what its extras are; offline the same answer comes from the cache."""
    for version, extra in (("1.0", "old"), ("1.5", "new"), ("2.0", "newest")):
        body = make_wheel("demo", version, f'numpy; extra == "{extra}"', more="Provides-Extra: Em_Pty")
        package_index.add("demo", f"demo-{version}-py3-none-any.whl", body)
    source = finder(package_index.url)
    questions: list[tuple[str, str | None]] = [("", None), ("<2", None), ("==1.0", None), ("", "1.4")]
    answers = [metadata(source, *question) for question in questions]
    assert answers == [("2.0", "em-pty", "newest"), ("1.5", "em-pty", "new"), ("1.0", "em-pty", "old"), answers[1]]
    assert [metadata(OfflineWheels(cache), *question) for question in questions] == answers
    assert metadata(source, ">=3") == ("no-wheel",)
    assert metadata(OfflineWheels(cache), ">=3") == ("offline",)


def test_metadata_of_a_wheel_for_another_machine_will_do(
    finder: Finder, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """What extras need is read from any wheel, also one that does not install; of a yanked one only when asked."""
    package_index.add("demo", "demo-1.0-cp38-cp38-win_amd64.whl", make_wheel("demo", "1.0", 'x; extra == "a"'))
    package_index.add("demo", "demo-1.1-cp38-cp38-win_amd64.whl", make_wheel("demo", "1.1"), yanked="")
    source = finder(package_index.url)
    assert metadata(source) == ("1.0", "a")
    assert metadata(source, "==1.1") == ("1.1",)
    assert find(source) == "wheel-other-platform"


def test_metadata_that_cannot_be_had_has_a_reason(finder: Finder, package_index: PackageIndex) -> None:
    """A wheel that is none, and an index that does not answer, are reasons; the index is a finding as well."""
    package_index.add("demo", "demo-1.0-py3-none-any.whl", b"no zip")
    assert metadata(finder(package_index.url)) == ("malformed-wheel",)
    unreachable = finder("http://127.0.0.1:9/simple")
    assert metadata(unreachable) == ("index-unreachable",)
    assert [one.code for one in unreachable.findings] == ["index-unreachable"]


def test_several_places_are_one_offer(
    finder: Finder, package_index: PackageIndex, other_index: PackageIndex, make_wheel: MakeWheel, tmp_path: Path
) -> None:
    """The best of all places is taken, as pip does; equal files come from the first."""
    for index in (package_index, other_index):
        index.add("demo", "demo-1.0-py3-none-any.whl", make_wheel("demo", "1.0"))
    other_index.add("demo", "demo-1.1-py3-none-any.whl", make_wheel("demo", "1.1"))
    (tmp_path / "demo-1.2-py3-none-any.whl").write_bytes(make_wheel("demo", "1.2"))
    both = finder(package_index.url, other_index.url)
    assert find(both) == "demo-1.1-py3-none-any.whl"
    found = both.find(PipRequirement(name="demo", specifier="==1.0"), TARGET)
    assert isinstance(found, Wheel)
    assert package_index.host in found.url.secret
    local = finder(package_index.url, find_links=(tmp_path.as_uri(),))
    assert find(local) == "demo-1.2-py3-none-any.whl"
    assert find(local, near="1.0") == "demo-1.0-py3-none-any.whl"


def test_requires_python_of_the_wheel_itself(finder: Finder, make_wheel: MakeWheel, tmp_path: Path) -> None:
    """A folder states no Requires-Python: the wheel's own says it, and an older version that fits is taken."""
    for version, python in (("1.0", ">=3.8"), ("1.1", ">=3.12"), ("1.2", ">=3.13")):
        body = make_wheel("demo", version, more=f"Requires-Python: {python}")
        (tmp_path / f"demo-{version}-py3-none-any.whl").write_bytes(body)
    source = finder(find_links=(tmp_path.as_uri(),))
    assert find(source) == "demo-1.0-py3-none-any.whl"
    found = source.find(PipRequirement(name="demo", specifier=">=1.1"), TARGET)
    assert isinstance(found, Reason)
    assert (found.code, found.text) == ("wheel-other-python", "demo 1.1 requires Python >=3.12, not 3.11")


def test_failures_have_codes(finder: Finder, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """Each way not to have a wheel has a code of its own."""
    package_index.add("mac", "mac-1.0-cp311-cp311-macosx_11_0_arm64.whl", b"")
    package_index.add("new", "new-1.0-cp313-cp313-manylinux_2_17_x86_64.whl", b"")
    package_index.add("gone", "gone-1.0-py3-none-any.whl", make_wheel("gone", "1.0"), yanked="a mistake")
    package_index.add("bad", "bad-1.0-py3-none-any.whl", b"no zip")
    package_index.add("odd", "odd-1.0-py3-none-any.whl", make_wheel("odd", "1.0", "numpy; when is it"))
    package_index.add("source", "source-1.0.tar.gz", b"no archive")
    source = finder(package_index.url)
    assert {name: find(source, name) for name in ("mac", "new", "gone", "bad", "odd", "source", "nothing")} == {
        "mac": "wheel-other-platform",
        "new": "wheel-other-python",
        "gone": "yanked",
        "bad": "malformed-wheel",
        "odd": "malformed-wheel",
        "source": "no-wheel",
        "nothing": "not-on-index",
    }
    assert source.findings == ()


def test_a_yanked_wheel_that_is_pinned(finder: Finder, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """Who has the very version gets it, and is told that it was yanked."""
    package_index.add("gone", "gone-1.0-py3-none-any.whl", make_wheel("gone", "1.0"), yanked="a mistake")
    found = finder(package_index.url).find(PipRequirement(name="gone"), TARGET, near="1.0")
    assert isinstance(found, Wheel)
    assert found.yanked == "a mistake"


def test_the_source_says_what_it_needs(finder: Finder, package_index: PackageIndex) -> None:
    """Where there is only source, the reason says what a build would take."""
    package_index.add("source", "source-1.0.tar.gz", b"no archive")
    found = finder(package_index.url).find(PipRequirement(name="source"), TARGET)
    assert isinstance(found, Reason)
    assert found.text.startswith("source 1.0 is published as source only; what it needs to be built is not known")


def test_an_index_that_is_down_is_told_once(
    finder: Finder, package_index: PackageIndex, other_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """Other places go on; what they do not have may be on the one that is down; one finding, however many names."""
    other_index.close()
    package_index.add("demo", "demo-1.0-py3-none-any.whl", make_wheel("demo", "1.0"))
    source = finder(package_index.url, other_index.url)
    assert [find(source, name) for name in ("demo", "more", "most")] == [
        "demo-1.0-py3-none-any.whl",
        "index-unreachable",
        "index-unreachable",
    ]
    assert [(finding.code, finding.severity) for finding in source.findings] == [("index-unreachable", "warning")]


def test_an_index_that_wants_credentials(finder: Finder, package_index: PackageIndex) -> None:
    """The reason and the finding say so, without the password that was wrong."""
    package_index.password = "another"
    source = finder(f"http://me:hidden@{package_index.host}/simple")
    assert find(source) == "index-needs-credentials"
    (finding,) = source.findings
    assert finding.code == "index-needs-credentials"
    assert "hidden" not in finding.text


def test_credentials_are_used_and_not_kept(
    finder: Finder, cache: WheelCache, package_index: PackageIndex, make_wheel: MakeWheel
) -> None:
    """A wheel from behind a password has a URL without one, here and in the cache."""
    package_index.password = "hidden"
    package_index.add("demo", "demo-1.0-py3-none-any.whl", make_wheel("demo", "1.0"))
    found = finder(f"http://me:hidden@{package_index.host}/simple").find(PipRequirement(name="demo"), TARGET)
    assert isinstance(found, Wheel)
    assert "hidden" not in found.url.public
    assert not any("hidden" in path.read_text() for path in cache.folder.rglob("*.json"))


def test_pip_that_cannot_tell(cache: WheelCache) -> None:
    """Without any known index every name ends the same, with one finding."""

    def settings() -> PipSettings:
        raise NetworkError("pip does not tell its package indexes: no pip")

    source = IndexWheels(settings, cache=cache)
    assert [find(source, name) for name in ("demo", "more")] == ["index-unreachable", "index-unreachable"]
    assert source.findings == (
        Finding(
            code="index-unreachable",
            severity="warning",
            text="pip does not tell its package indexes: no pip",
        ),
    )


def test_no_index_at_all(finder: Finder) -> None:
    """With `no-index` and no find-links nothing can be found."""
    assert find(finder()) == "not-on-index"


def test_a_name_is_looked_up_once(finder: Finder, package_index: PackageIndex, make_wheel: MakeWheel) -> None:
    """Many threads that ask for one name share one page, one file and one answer."""
    package_index.add("demo", "demo-1.0-py3-none-any.whl", make_wheel("demo", "1.0"))
    source = finder(package_index.url)
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(lambda _: find(source), range(24)))
    assert set(answers) == {"demo-1.0-py3-none-any.whl"}
    assert package_index.paths.count("/simple/demo/") == 1


def test_offline(cache: WheelCache) -> None:
    """Offline an unknown wheel has a reason of its own."""
    source = OfflineWheels(cache)
    found = source.find(PipRequirement(name="demo"), TARGET)
    assert found == Reason(
        code="offline", text="offline: no package index is asked, and no wheel of demo was seen before"
    )
    assert source.findings == ()
