"""Which of the offered wheels is taken, and every reason why none is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from condasync.convert.virtual_packages import default_virtual_packages
from condasync.model.spec import PipRequirement
from condasync.model.target import Target
from condasync.model.url import Url
from condasync.pypi.offer import Offer
from condasync.pypi.wheel_choice import Candidate, Refusal, choose, hashes_met, requires_python_met

TARGET = Target(subdir="linux-64", python="3.11", virtual_packages=default_virtual_packages("linux-64"))
LINUX = "cp311-cp311-manylinux_2_17_x86_64"


def offer(file_name: str, *, sha256: str | None = None, yanked: str | None = None, python: str | None = None) -> Offer:
    """Return an offer of a file."""
    return Offer(
        file_name=file_name,
        url=Url(f"https://example.org/{file_name}"),
        sha256=sha256,
        yanked=yanked,
        requires_python=python,
    )


def wheels(*versions: str, tag: str = "py3-none-any") -> list[Offer]:
    """Return an offer of a wheel of `demo` per version."""
    return [offer(f"demo-{version}-{tag}.whl") for version in versions]


def chosen(offers: list[Offer], specifier: str = "", *, near: str | None = None, hashes: tuple[str, ...] = ()) -> str:
    """Return the file chosen, or the code of the reason why none is."""
    requirement = PipRequirement(name="Demo", specifier=specifier, hashes=hashes)
    found = choose(offers, requirement, TARGET, near=near)
    return found.offer.file_name if isinstance(found, Candidate) else found.reason.code


@pytest.mark.parametrize(
    ("near", "specifier", "version"),
    [
        (None, "", "2.1"),
        (None, "<2", "1.3.0"),
        (None, "~=1.2.1", "1.2.5"),
        ("1.2.3", "", "1.2.3"),
        ("1.2.4", "", "1.2.5"),
        ("1.2.3+cu118", "", "1.2.3"),
        ("1.4.0", "", "1.3.0"),
        ("0.9", "", "2.1"),
        ("1.2.3", ">=1.3", "1.3.0"),
        ("not a version", "", "2.1"),
        (None, "==1.2.*", "1.2.5"),
        (None, ">=2.2a1", "3.0a1"),
        ("3.0a1", "", "3.0a1"),
    ],
)
def test_the_installed_version_then_what_is_nearest_then_the_newest(
    near: str | None, specifier: str, version: str
) -> None:
    """The very version comes first, then the same minor, the same major, any; pre-releases only where asked for."""
    offers = wheels("1.2.3", "1.2.5", "1.3.0", "2.0", "2.1", "3.0a1")
    assert chosen(offers, specifier, near=near) == f"demo-{version}-py3-none-any.whl"


def test_pre_releases_count_when_there_is_nothing_else() -> None:
    """As pip has it, a project that has pre-releases only is installed all the same."""
    assert chosen(wheels("1.0a1", "1.0b2")) == "demo-1.0b2-py3-none-any.whl"


def test_the_best_file_of_a_version() -> None:
    """A compiled wheel goes before a pure one of the same version, then the higher build tag; newer versions first."""
    offers = [
        offer("demo-1.0-py3-none-any.whl"),
        offer(f"demo-1.0-{LINUX}.whl"),
        offer(f"demo-1.0-2-{LINUX}.whl"),
        offer("demo-1.0-cp311-cp311-win_amd64.whl"),
        offer(f"other-9.0-{LINUX}.whl"),
        offer("demo-1.1.tar.gz"),
    ]
    assert chosen(offers) == f"demo-1.0-2-{LINUX}.whl"
    assert chosen([*offers, *wheels("1.1")]) == "demo-1.1-py3-none-any.whl"


@pytest.mark.parametrize(
    ("offers", "code", "told"),
    [
        ([], "not-on-index", "no package index has files of demo"),
        ([offer("demo.whl"), offer("demo-x.whl"), offer("readme.txt")], "not-on-index", "no package index has"),
        (wheels("1.0"), "no-such-version", "no package index has demo >=9; the newest is 1.0"),
        ([offer("demo-9.1.tar.gz")], "no-wheel", "demo 9.1 is published as source only"),
        ([offer("demo-9.1.zip"), *wheels("1.0")], "no-wheel", "demo 9.1 is published as source only"),
        (
            wheels("9.0", tag="cp311-cp311-win_amd64") + wheels("9.0", tag="cp311-cp311-macosx_11_0_arm64"),
            "wheel-other-platform",
            "are for macosx_11_0_arm64, win_amd64, not for Python 3.11 on linux-64",
        ),
        (
            wheels("9.0", tag="cp312-cp312-manylinux_2_17_x86_64") + wheels("9.0", tag="cp311-cp311-win_amd64"),
            "wheel-other-python",
            "are for cp312-cp312, not for Python 3.11 on linux-64",
        ),
        ([offer("demo-9.0-py3-none-any.whl", python=">=3.12")], "wheel-other-python", "requires Python >=3.12"),
        ([offer("demo-9.0-py3-none-any.whl", yanked="broken")], "yanked", "was yanked: broken"),
    ],
)
def test_every_failure_has_its_reason(offers: list[Offer], code: str, told: str) -> None:
    """A reason has a code of its own and says what is there instead."""
    found = choose(offers, PipRequirement(name="demo", specifier=">=9"), TARGET)
    assert isinstance(found, Refusal)
    assert found.reason.code == code
    assert told in found.reason.text


def test_the_source_is_handed_on() -> None:
    """Where there is only source, the newest that is asked for comes with the refusal: its needs can be read."""
    offers = [offer("demo-1.0.tar.gz"), offer("demo-1.2.tar.gz"), offer("demo-2.0.tar.gz")]
    found = choose(offers, PipRequirement(name="demo", specifier="<2"), TARGET)
    assert isinstance(found, Refusal)
    assert found.sdist is not None
    assert found.sdist.file_name == "demo-1.2.tar.gz"


@pytest.mark.parametrize(
    ("specifier", "near", "answer"),
    [
        ("", None, "demo-1.0-py3-none-any.whl"),
        ("==2.0", None, "demo-2.0-py3-none-any.whl"),
        ("===2.0", None, "demo-2.0-py3-none-any.whl"),
        ("", "2.0", "demo-2.0-py3-none-any.whl"),
        ("==2.*", None, "yanked"),
        (">=2", None, "yanked"),
    ],
)
def test_a_yanked_file_needs_an_exact_pin(specifier: str, near: str | None, answer: str) -> None:
    """PEP 592: a yanked version is taken only by who names it, or has it installed."""
    offers = [*wheels("1.0"), offer("demo-2.0-py3-none-any.whl", yanked="")]
    assert chosen(offers, specifier, near=near) == answer


def test_hashes_of_the_input_choose() -> None:
    """Only files with a hash that the input states are taken; when none has one, that is the reason."""
    offers = [
        offer(f"demo-1.0-{LINUX}.whl", sha256="a" * 64),
        offer("demo-1.0-py3-none-any.whl", sha256="b" * 64),
    ]
    assert chosen(offers, hashes=(f"sha256:{'b' * 64}",)) == "demo-1.0-py3-none-any.whl"
    assert chosen(offers, hashes=(f"sha256:{'c' * 64}",)) == "hash-mismatch"
    assert chosen(offers, hashes=(f"sha512:{'c' * 128}",)) == f"demo-1.0-{LINUX}.whl"


def test_an_unknown_digest_may_be_the_wanted_one() -> None:
    """A file without a stated digest is not refused before it was read."""
    assert hashes_met(None, ("sha256:" + "a" * 64,))


@pytest.mark.parametrize(
    ("requires", "met"),
    [
        (None, True),
        ("", True),
        (">=3.11", True),
        (">=3.11.4", True),
        ("!=3.11.0", True),
        ("==3.11.*", True),
        ("<3.12,>=3.8", True),
        ("no specifier", True),
        (">=3.12", False),
        ("<3.11", False),
        ("==2.7.*", False),
    ],
)
def test_requires_python(requires: str | None, met: bool) -> None:  # noqa: FBT001  a parameter of the table
    """Some patch release must be admitted, since the patch is not known before the solve; nonsense refuses nobody."""
    assert requires_python_met(requires, "3.11") is met


def test_a_malformed_specifier_is_an_error() -> None:
    """What cannot be meant is told, not taken for any version."""
    with pytest.raises(ValueError, match="nonsense"):
        choose([], PipRequirement(name="demo", specifier="nonsense"), TARGET)


versions = st.lists(
    st.sampled_from(["0.9", "1.0", "1.0.1", "1.1", "2.0", "2.0a1", "3.0.post1"]), min_size=1, unique=True
)


@given(
    versions, st.sampled_from(["", "<2", ">=1.0", "==1.0", "~=1.0"]), st.sampled_from([None, "1.0", "1.0.5", "2.0a1"])
)
def test_what_is_chosen_was_asked_for(every: list[str], specifier: str, near: str | None) -> None:
    """Whatever is offered, the choice meets the specifier, and the order of the offers changes nothing."""
    requirement = PipRequirement(name="demo", specifier=specifier)
    found = choose(wheels(*every), requirement, TARGET, near=near)
    assert found == choose(wheels(*reversed(every)), requirement, TARGET, near=near)
    if isinstance(found, Candidate):
        assert str(found.version) in every
        assert near not in every or found.version == Version(near or "") or specifier
