"""Records out of lock files. The locks in data/locks hold real entries: digests cannot be made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.channel.harvest import LockText, build_snapshot, harvest
from condasync.channel.manifest import Manifest, SnapshotSource
from condasync.channel.snapshot import dump_snapshot, load_snapshot
from condasync.errors import ChannelError

LOCKS = Path(__file__).parent / "data" / "locks"
SUBDIRS = ("linux-64", "noarch", "osx-arm64")


def lock(name: str, *replacements: tuple[str, str]) -> LockText:
    """Return a lock of the data folder, with some text replaced."""
    text = (LOCKS / name).read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    return LockText(source=SnapshotSource(name=name, version="1", sha256="0" * 64, member="pixi.lock"), text=text)


def names(*locks: LockText, subdirs: tuple[str, ...] = SUBDIRS) -> list[str]:
    """Return the file names that some locks give."""
    return [record.file_name for record in harvest(locks, subdirs=subdirs).records]


def test_an_entry_becomes_a_whole_record() -> None:
    """Name, version, build and build number come from the file name; a mirror's URL becomes conda-forge's own."""
    (record,) = [record for record in harvest([lock("v7.lock")], subdirs=SUBDIRS).records if record.name == "tzdata"]
    assert record.url == "https://conda.anaconda.org/conda-forge/noarch/tzdata-2025c-hc9c84f9_1.conda"
    assert (record.version, record.build, record.build_number) == ("2025c", "hc9c84f9_1", 1)
    assert (record.channel, record.subdir, record.noarch) == ("conda-forge", "noarch", "generic")
    assert record.md5 == "ad659d0a2b3e47e38d829aa8cad2d610"
    assert record.sha256 == "1d30098909076af33a35017eed6f2953af1c769e273a0626a04722ac4acaba3c"
    assert (record.size, record.timestamp, record.license) == (119135, 1767016325805, "LicenseRef-Public-Domain")


def test_depends_constrains_and_purls_are_kept() -> None:
    """What a solver needs is all there; a purl loses the lock's own remark."""
    mutex, six = harvest([lock("v7.lock")], subdirs=SUBDIRS).records[:2]
    assert mutex.depends == ("__glibc >=2.17,<3.0.a0", "libgomp >=7.5.0")
    assert mutex.constrains == ("openmp_impl <0.0a0",)
    assert six.depends == ("python >=3.9", "python")
    assert six.noarch == "python"
    assert six.purls == ("pkg:pypi/six",)


def test_locks_are_joined_and_other_channels_left_out() -> None:
    """Both lock versions are read, a record told by both is one, only conda-forge and the subdirs asked for count."""
    assert names(lock("v7.lock"), lock("v6.lock")) == [
        "_openmp_mutex-4.5-20_gnu.conda",
        "tk-8.6.13-noxft_hd72426e_102.conda",
        "six-1.17.0-pyhe01879c_1.conda",
        "tzdata-2025c-hc9c84f9_1.conda",
        "tk-8.6.13-hbeba79b_4.conda",
    ]
    assert names(lock("v7.lock"), lock("v6.lock"), subdirs=("osx-arm64",)) == ["tk-8.6.13-hbeba79b_4.conda"]


@pytest.mark.parametrize(
    "place", ["https://example.org/conda-forge", "https://prefix.dev/mine", "https://prefix.dev/a/conda-forge"]
)
def test_an_unknown_mirror_is_left_out(place: str) -> None:
    """Only known hosts, and only their conda-forge, are taken for it."""
    assert names(lock("v7.lock", ("https://prefix.dev/conda-forge", place))) == []


def test_locks_that_disagree_on_a_digest() -> None:
    """A file with two digests is left out and named."""
    other = lock("v6.lock", ("3339e3b65d58accf4ca4fb8748ab16b3", "0" * 32))
    found = harvest([lock("v7.lock"), other], subdirs=SUBDIRS)
    assert found.disputed == ("six-1.17.0-pyhe01879c_1.conda",)
    assert "six" not in {record.name for record in found.records}


def test_the_first_lock_counts_for_depends() -> None:
    """A channel patches depends, so locks of two days may differ."""
    older = lock("v6.lock", ("- python >=3.9\n", "- python >=3.8\n"))
    for locks, expected in (((lock("v7.lock"), older), "python >=3.9"), ((older, lock("v7.lock")), "python >=3.8")):
        (six,) = [record for record in harvest(locks, subdirs=SUBDIRS).records if record.name == "six"]
        assert six.depends[0] == expected


def test_a_record_without_digest_is_left_out() -> None:
    """A lock file of ours needs md5, so a record without it is of no use."""
    assert names(lock("v7.lock", ("  md5: ad659d0a2b3e47e38d829aa8cad2d610\n", ""))) == [
        "_openmp_mutex-4.5-20_gnu.conda",
        "six-1.17.0-pyhe01879c_1.conda",
    ]


@pytest.mark.parametrize("text", ["", "version: 6\n", "[]", "version: 999\nenvironments: {}\npackages: []\n", "{"])
def test_what_is_no_lock_is_refused(text: str) -> None:
    """The error names the source and the file in it."""
    broken = LockText(source=lock("v7.lock").source, text=text)
    with pytest.raises(ChannelError, match=r"v7\.lock 1: pixi\.lock is no lock file"):
        harvest([broken], subdirs=SUBDIRS)


def test_a_snapshot_is_a_function_of_manifest_and_locks() -> None:
    """Built twice it has equal bytes, and it says what it was made from; a lock that is missing is an error."""
    locks = (lock("v7.lock"), lock("v6.lock"))
    manifest = Manifest(date="2026-11-22", subdirs=SUBDIRS, sources=tuple(lock.source for lock in locks))
    snapshot = build_snapshot(manifest, locks)
    data = dump_snapshot(snapshot)
    assert dump_snapshot(build_snapshot(manifest, locks)) == data
    assert load_snapshot(data) == snapshot
    assert snapshot.sources == manifest.sources
    with pytest.raises(ChannelError, match=r"no text was given for v6\.lock 1"):
        build_snapshot(manifest, locks[:1])
