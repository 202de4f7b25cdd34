"""Laws and cases of the difference between two sides."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from condasync.model.plan import Change, Contents, PresentPackage
from condasync.plan.diff import diff, differing_facts

NUMPY = PresentPackage(
    manager="conda", name="numpy", version="1.26.4", build="py311_0", channel="conda-forge", digest="0" * 64
)
packages = st.builds(
    PresentPackage,
    manager=st.sampled_from(["conda", "pip"]),
    name=st.sampled_from(["a", "b", "c", "d"]),
    version=st.sampled_from(["1", "2", None]),
    build=st.sampled_from(["x_0", "x_1", None]),
    channel=st.sampled_from(["one", "other"]),
    digest=st.sampled_from(["0" * 64, "1" * 64, "0" * 32, None]),
)
sides = st.lists(
    st.builds(
        Contents,
        platform=st.sampled_from(["linux-64", "osx-64"]),
        packages=st.lists(packages, unique_by=lambda one: (one.manager, one.name), max_size=6).map(tuple),
    ),
    unique_by=lambda one: one.platform,
    max_size=2,
)


def on_linux(*held: PresentPackage) -> tuple[Contents, ...]:
    """Return one side."""
    return (Contents(platform="linux-64", packages=held),)


@given(side=sides)
def test_nothing_differs_from_itself(side: list[Contents]) -> None:
    """The plan from a side to itself is empty."""
    assert diff(side, side).empty


@given(one=sides, other=sides)
def test_turned_round_it_is_the_opposite(one: list[Contents], other: list[Contents]) -> None:
    """What is added one way is removed the other way, and changes swap their sides."""
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    there, back = diff(one, other), diff(other, one)
    assert [
        (turned[change.kind], change.platform, change.name, change.after, change.before, change.facts)
        for change in there.changes
    ] == [
        (change.kind, change.platform, change.name, change.before, change.after, change.facts)
        for change in back.changes
    ]
    assert there.platforms_added == back.platforms_removed


@given(one=sides, other=sides)
def test_doing_it_leads_to_the_other_side(one: list[Contents], other: list[Contents]) -> None:
    """The names after adding and removing are those of the other side."""
    plan = diff(one, other)
    after = {side.platform: side for side in other}
    for side in one:
        if side.platform not in after:
            continue
        names = {(held.manager, held.name) for held in side.packages}
        mine = [change for change in plan.changes if change.platform == side.platform]
        names |= {(change.manager, change.name) for change in mine if change.kind == "added"}
        names -= {(change.manager, change.name) for change in mine if change.kind == "removed"}
        assert names == {(held.manager, held.name) for held in after[side.platform].packages}


def test_each_kind_of_change() -> None:
    """One package comes, one goes, one moves; one stays and is not told."""
    stays = replace(NUMPY, name="stays")
    goes, comes, moved = replace(NUMPY, name="goes"), replace(NUMPY, name="comes"), replace(NUMPY, version="2.0.0")
    plan = diff(on_linux(goes, NUMPY, stays), on_linux(comes, moved, stays))
    assert plan.changes == (
        Change(kind="added", platform="linux-64", manager="conda", name="comes", before=None, after=comes),
        Change(kind="removed", platform="linux-64", manager="conda", name="goes", before=goes, after=None),
        Change(
            kind="changed",
            platform="linux-64",
            manager="conda",
            name="numpy",
            before=NUMPY,
            after=moved,
            facts=("version",),
        ),
    )
    assert plan.of_kind("added") == plan.changes[:1]


def test_the_same_name_from_conda_and_pip_are_two_packages() -> None:
    """Conda's brotli is the C library, pip's brotli the Python package."""
    pip = PresentPackage(manager="pip", name="numpy", version="1.26.4")
    assert [change.kind for change in diff(on_linux(NUMPY), on_linux(pip)).changes] == ["removed", "added"]


def test_another_build_or_channel_is_a_change() -> None:
    """Version, build and channel are told in this order."""
    other = replace(NUMPY, build="py311_1", channel="other", digest="1" * 64)
    assert differing_facts(NUMPY, other) == ("build", "channel")


def test_another_file_is_a_change_where_all_else_is_equal() -> None:
    """A package that was built anew under the same name does not pass."""
    assert differing_facts(NUMPY, replace(NUMPY, digest="1" * 64)) == ("file",)
    assert differing_facts(NUMPY, replace(NUMPY, digest="1" * 32)) == ()


def test_what_one_side_does_not_know_is_no_difference() -> None:
    """A file that lists no build is not compared by build."""
    assert differing_facts(NUMPY, replace(NUMPY, build=None, channel=None, digest=None)) == ()
