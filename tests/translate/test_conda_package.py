"""What becomes of conda packages: kept, dropped with their platform, or left with a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from condasync.model.package import CondaPackage
from condasync.model.record import ChannelRecord
from condasync.model.spec import CondaSpec
from condasync.model.translation import Dropped, Kept, Translation, Unmapped
from condasync.seams import ChannelIndex

MakeRecord = Callable[..., ChannelRecord]
MakeIndex = Callable[..., ChannelIndex]
MakeConda = Callable[..., CondaPackage]
Translate = Callable[..., Translation]


def test_a_listed_package_keeps_its_specs(make_conda: MakeConda, make_index: MakeIndex, translated: Translate) -> None:
    """What a person wrote in environment.yml stays as it is, build and channel in use included."""
    spec = CondaSpec(name="numpy", version=">=1.20,<2", build="*_blis", channel="conda-forge")
    result = translated(make_conda("numpy", specs=(spec,)), index=make_index("numpy"))
    (outcome,) = result.outcomes
    assert isinstance(outcome, Kept)
    assert outcome.specs == (spec,)
    assert result.findings == ()


def test_an_installed_package_asks_for_its_name(
    make_record: MakeRecord, make_conda: MakeConda, make_index: MakeIndex, translated: Translate
) -> None:
    """Version and build of an installed package are pinned later."""
    result = translated(make_conda("numpy", make_record("numpy", "1.26.4")), index=make_index("numpy"))
    (outcome,) = result.outcomes
    assert isinstance(outcome, Kept)
    assert outcome.specs == (CondaSpec(name="numpy"),)
    assert result.findings == ()


@pytest.mark.parametrize("channel", ["defaults", "pkgs/main", "https://example.org/pkgs/main"])
def test_packages_of_defaults_come_from_the_channel_in_use(
    channel: str, make_conda: MakeConda, make_index: MakeIndex, translated: Translate
) -> None:
    """conda-forge stands in for defaults; a person who asked for it by name is told."""
    spec = CondaSpec(name="numpy", version="1.26.*", channel=channel)
    result = translated(make_conda("numpy", specs=(spec,)), index=make_index("numpy"))
    (outcome,) = result.outcomes
    assert isinstance(outcome, Kept)
    assert outcome.specs == (CondaSpec(name="numpy", version="1.26.*"),)
    assert [(finding.code, finding.severity) for finding in result.findings] == [("channel-replaced", "note")]


def test_installed_packages_of_defaults_are_not_worth_a_word(
    make_record: MakeRecord, make_conda: MakeConda, make_index: MakeIndex, translated: Translate
) -> None:
    """Only an installed package of a channel of another kind gets a note."""
    main = make_conda("numpy", make_record("numpy", channel="pkgs/main"))
    bio = make_conda("scipy", make_record("scipy", channel="bioconda"))
    result = translated(main, bio, index=make_index("numpy", "scipy"))
    assert [type(outcome) for outcome in result.outcomes] == [Kept, Kept]
    assert [(finding.code, finding.package) for finding in result.findings] == [("channel-replaced", "scipy")]


def test_a_channel_that_is_not_in_use(make_conda: MakeConda, make_index: MakeIndex, translated: Translate) -> None:
    """`openeye::openeye-toolkits` stays behind, and so it does if conda-forge had a package of that name."""
    package = make_conda("openeye-toolkits", specs=(CondaSpec(name="openeye-toolkits", channel="openeye"),))
    for index in (make_index("numpy"), make_index("openeye-toolkits")):
        (outcome,) = translated(package, index=index).outcomes
        assert isinstance(outcome, Unmapped)
        assert outcome.reason.code == "other-channel"
        assert "openeye" in outcome.reason.text


def test_a_listed_package_that_the_channel_lacks(
    make_conda: MakeConda, make_index: MakeIndex, translated: Translate
) -> None:
    """A listed name that the channel does not have is unmapped."""
    (outcome,) = translated(
        make_conda("nbclean", specs=(CondaSpec(name="nbclean"),)), index=make_index("numpy")
    ).outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.code == "not-on-channel"
    assert outcome.reason.text == "conda-forge has no package nbclean for linux-64"


@pytest.mark.parametrize("fields", [{"subdir": "linux-64"}, {"noarch": "python"}])
def test_an_installed_package_that_the_channel_has_dropped(
    fields: dict[str, str], make_record: MakeRecord, make_conda: MakeConda, make_index: MakeIndex, translated: Translate
) -> None:
    """What runs on the target's platform is kept: its own record joins the index, with a finding."""
    record = make_record("old-thing", **fields)
    result = translated(make_conda("old-thing", record), index=make_index("numpy"), platform="osx-arm64")
    (outcome,) = result.outcomes
    assert isinstance(outcome, Kept)
    assert [finding.code for finding in result.findings] == ["not-on-channel"]
    assert outcome.evidence[0].source == "conda-meta"


def test_packages_of_another_machine_fall_away(
    make_record: MakeRecord, make_conda: MakeConda, make_index: MakeIndex, translated: Translate
) -> None:
    """From a Mac: what Linux does not have is dropped, what it has is kept by name."""
    result = translated(
        make_conda("libcxx", make_record("libcxx", subdir="osx-arm64", depends=())),
        make_conda("appnope", make_record("appnope", noarch="python")),
        make_conda("only-mac", make_record("only-mac", subdir="osx-arm64", depends=())),
        make_conda("numpy", make_record("numpy", subdir="osx-arm64")),
        index=make_index("libcxx", "appnope", "numpy"),
        platform="osx-arm64",
    )
    dropped = [outcome.reason.code for outcome in result.outcomes[:3] if isinstance(outcome, Dropped)]
    assert dropped == ["platform-only"] * 3
    assert isinstance(result.outcomes[3], Kept)


def test_a_listing_from_another_machine(make_conda: MakeConda, make_index: MakeIndex, translated: Translate) -> None:
    """A `conda list` from a Mac: builds fall away, versions stay, names that Linux lacks are dropped."""
    exact = CondaSpec(name="numpy", version="==1.26.4", build="py311h7125741_0")
    result = translated(
        make_conda("numpy", specs=(exact,), version="1.26.4"),
        make_conda("only-mac", specs=(CondaSpec(name="only-mac", version="==1.0"),), version="1.0"),
        index=make_index("numpy"),
        platform="osx-arm64",
    )
    kept, gone = result.outcomes
    assert isinstance(kept, Kept)
    assert kept.specs == (CondaSpec(name="numpy", version="==1.26.4"),)
    assert isinstance(gone, Dropped)


def test_a_package_of_a_foreign_channel_and_machine(
    make_record: MakeRecord, make_conda: MakeConda, make_index: MakeIndex, translated: Translate
) -> None:
    """Installed from bioconda on a Mac, absent here: the channel is the reason, not the platform."""
    record = make_record("samtools", subdir="osx-64", channel="bioconda", depends=())
    (outcome,) = translated(make_conda("samtools", record), index=make_index("numpy")).outcomes
    assert isinstance(outcome, Unmapped)
    assert outcome.reason.code == "other-channel"


def test_virtual_packages_are_dropped(make_conda: MakeConda, make_index: MakeIndex, translated: Translate) -> None:
    """`__glibc` in an environment.yml is nothing to install."""
    (outcome,) = translated(make_conda("__glibc", specs=(CondaSpec(name="__glibc"),)), index=make_index()).outcomes
    assert isinstance(outcome, Dropped)
    assert outcome.reason.code == "virtual-package"
