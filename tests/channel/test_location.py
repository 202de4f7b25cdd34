"""What a channel text means."""

from __future__ import annotations

from pathlib import Path

import pytest

from condasync.channel.location import BUNDLED_CHANNEL, local_directory, resolve_channel
from condasync.errors import ChannelError, UsageError

ALIAS = "https://conda.anaconda.org"


@pytest.mark.parametrize(
    ("text", "name", "base_url"),
    [
        ("conda-forge", "conda-forge", f"{ALIAS}/conda-forge"),
        ("conda-forge/label/dev", "conda-forge/label/dev", f"{ALIAS}/conda-forge/label/dev"),
        ("pkgs/main", "pkgs/main", "https://repo.anaconda.com/pkgs/main"),
        (f"{ALIAS}/conda-forge/", "conda-forge", f"{ALIAS}/conda-forge"),
        (f"{ALIAS}/conda-forge/linux-64", "conda-forge", f"{ALIAS}/conda-forge"),
        ("https://repo.anaconda.com/pkgs/main", "pkgs/main", "https://repo.anaconda.com/pkgs/main"),
        ("https://example.org/a/b/noarch/", "https://example.org/a/b", "https://example.org/a/b"),
        ("http://example.org:8080/a", "http://example.org:8080/a", "http://example.org:8080/a"),
    ],
)
def test_a_name_or_url_names_one_channel(text: str, name: str, base_url: str) -> None:
    """Names stand below the alias; a URL below it gets its short name; subdirs at the end are cut off."""
    (channel,) = resolve_channel(text, alias=ALIAS)
    assert (channel.name, channel.base_url.secret) == (name, base_url)


def test_defaults_are_two_channels() -> None:
    """`defaults` is what Anaconda's main and r channels are together."""
    assert [channel.base_url.secret for channel in resolve_channel("defaults")] == [
        "https://repo.anaconda.com/pkgs/main",
        "https://repo.anaconda.com/pkgs/r",
    ]


def test_bundled_is_the_snapshot_inside() -> None:
    """`bundled` is called conda-forge in a lock, for its records are those of conda-forge."""
    assert resolve_channel("bundled") == (BUNDLED_CHANNEL,)
    assert BUNDLED_CHANNEL.name == "conda-forge"
    assert local_directory(BUNDLED_CHANNEL) is None
    assert resolve_channel("conda-forge") != (BUNDLED_CHANNEL,)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://me:hidden@example.org/a", "https://example.org/a"),
        ("https://example.org/t/hidden/a", "https://example.org/a"),
        (f"{ALIAS}/t/hidden/private", "private"),
    ],
)
def test_the_name_of_a_channel_carries_no_credential(text: str, name: str) -> None:
    """The credential stays in the URL's secret and is in no name and no text of the value."""
    (channel,) = resolve_channel(text, alias=ALIAS)
    assert channel.name == name
    assert channel.base_url.secret == text
    assert "hidden" not in repr(channel)


def test_another_alias() -> None:
    """A mirror as alias holds the names."""
    (channel,) = resolve_channel("conda-forge", alias="https://mirror.example.org/conda/")
    assert channel.base_url.secret == "https://mirror.example.org/conda/conda-forge"
    assert local_directory(channel) is None


def test_a_directory_is_a_file_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A path, a file:// URL and a bare name of a directory with repodata give the same channel, and back."""
    folder = tmp_path / "my channel ü"
    (folder / "noarch").mkdir(parents=True)
    (folder / "noarch" / "repodata.json").write_text("{}", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    texts = [str(folder), f"./{folder.name}", folder.name, folder.as_uri(), f"{folder.as_uri()}/noarch"]
    (channel,) = {resolve_channel(text)[0] for text in texts}
    assert channel.name == folder.as_uri()
    assert local_directory(channel) == folder


def test_a_directory_without_repodata_does_not_hide_a_channel_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that happens to be called conda-forge is no channel."""
    (tmp_path / "conda-forge").mkdir()
    monkeypatch.chdir(tmp_path)
    assert resolve_channel("conda-forge")[0].name == "conda-forge"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'': not a channel"),
        ("two words", "'two words': not a channel"),
        ("-c", "'-c': not a channel"),
        ("ftp://example.org/a", "ftp://example.org/a: not a channel URL"),
        ("https://", "https://: not a channel URL"),
        ("https://example.org:port/a", "https://example.org:port/a: not a channel URL"),
        ("https://u:hidden@example.org:x/a", "https://***@example.org:x/a: not a channel URL"),
    ],
)
def test_what_is_no_channel_is_refused(text: str, message: str) -> None:
    """The message shows the text, without a credential."""
    with pytest.raises(UsageError) as caught:
        resolve_channel(text)
    assert caught.value.message == message


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    """The error says what a channel directory holds."""
    with pytest.raises(ChannelError, match="no such channel directory") as caught:
        resolve_channel(str(tmp_path / "absent"))
    assert "noarch/repodata.json" in caught.value.hints[0]
