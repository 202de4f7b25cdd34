"""Repodata through the cache, from a real server and from directories."""

from __future__ import annotations

import gzip
import time
from hashlib import sha256
from pathlib import Path

import pytest

from condasync.channel.index import SparseIndex
from condasync.channel.location import resolve_channel
from condasync.channel.repodata import RepodataStore
from condasync.errors import ChannelError, CondasyncError, NetworkError
from condasync.model.record import Channel

from .conftest import ChannelServer, Clock, Page, channel_of, compressed, leftovers, open_store

FAULTS = Path(__file__).parent / "data" / "faults"


def test_zst_is_preferred_and_kept_as_plain_json(server: ChannelServer, cache: Path, text: bytes) -> None:
    """The plain file and its digest are what comes back; nothing else is asked for."""
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text))]
    file = open_store(cache).fetch(channel_of(server), "noarch")
    assert file is not None
    assert file.path.read_bytes() == text
    assert file.sha256 == sha256(text).hexdigest()
    assert server.paths() == ["/one/noarch/repodata.json.zst"]
    assert SparseIndex([file]).names() == {"a"}
    assert leftovers(cache) == []


def test_several_zst_frames(server: ChannelServer, cache: Path, text: bytes) -> None:
    """A file that was compressed in pieces is one file."""
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text[:20]) + compressed(text[20:]))]
    file = open_store(cache).fetch(channel_of(server), "noarch")
    assert file is not None
    assert file.path.read_bytes() == text


def test_a_server_that_unpacks_the_zst_itself(server: ChannelServer, cache: Path, text: bytes) -> None:
    """What is inside decides, not the name."""
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=text)]
    file = open_store(cache).fetch(channel_of(server), "noarch")
    assert file is not None
    assert file.path.read_bytes() == text


def test_plain_json_is_the_second_choice(server: ChannelServer, cache: Path, text: bytes) -> None:
    """A server without .zst gives .json, here with gzip on the way."""
    server.pages["/one/noarch/repodata.json"] = [Page(body=gzip.compress(text), headers={"Content-Encoding": "gzip"})]
    file = open_store(cache).fetch(channel_of(server), "noarch")
    assert file is not None
    assert file.path.read_bytes() == text
    assert server.paths() == ["/one/noarch/repodata.json.zst", "/one/noarch/repodata.json"]


@pytest.mark.parametrize(("validator", "question"), [("ETag", "if-none-match"), ("Last-Modified", "if-modified-since")])
def test_an_unchanged_file_is_not_sent_again(
    validator: str, question: str, server: ChannelServer, cache: Path, text: bytes
) -> None:
    """The second run asks with the validator of the first and gets 304; a third one that finds a new file takes it."""
    new = text.replace(b'"a', b'"b')
    server.pages["/one/noarch/repodata.json.zst"] = [
        Page(body=compressed(text), headers={validator: "first"}),
        Page(status=304),
        Page(body=compressed(new), headers={validator: "second"}),
    ]
    files = [open_store(cache).fetch(channel_of(server), "noarch") for _ in range(3)]
    assert [file and file.path.read_bytes() for file in files] == [text, text, new]
    assert [request.headers.get(question) for request in server.requests] == [None, "first", "first"]


def test_max_age_saves_the_question(server: ChannelServer, cache: Path, text: bytes) -> None:
    """Within max-age the server is not asked; after it, or when the clock went back, it is."""
    clock = Clock()
    server.pages["/one/noarch/repodata.json.zst"] = [
        Page(body=compressed(text), headers={"Cache-Control": "max-age=30", "ETag": "1"}),
        Page(status=304, headers={"Cache-Control": "max-age=30"}),
    ]
    asked = []
    for step in (0.0, 29.0, 2.0, 29.0, -1000.0):
        clock.now += step
        open_store(cache, clock).fetch(channel_of(server), "noarch")
        asked.append(len(server.requests))
    assert asked == [1, 1, 2, 2, 3]


def test_offline_uses_the_cache_and_tells_its_age(server: ChannelServer, cache: Path, text: bytes) -> None:
    """Without a server the cached file serves, however old, and the store says how old."""
    clock = Clock()
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text))]
    first = open_store(cache, clock).fetch(channel_of(server), "noarch")
    clock.now += 86_400
    offline = open_store(cache, clock, offline=True)
    assert first is not None
    assert offline.fetch(channel_of(server), "noarch") == first
    assert offline.age(first) == 86_400
    assert len(server.requests) == 1


def test_offline_without_a_cached_copy(server: ChannelServer, cache: Path) -> None:
    """The hints say what --offline means and name -c DIR; the server is not asked."""
    offline = open_store(cache, offline=True)
    for call in (
        lambda: offline.fetch(channel_of(server), "noarch"),
        lambda: offline.load([channel_of(server)], ["a"]),
    ):
        with pytest.raises(ChannelError, match="not in the repodata cache") as caught:
            call()
        assert "only what is on disk" in caught.value.hints[0]
        assert "-c DIR" in caught.value.hints[1]
    assert server.requests == []


def test_offline_does_not_miss_a_noarch_that_the_channel_never_had(
    server: ChannelServer, cache: Path, text: bytes
) -> None:
    """What was loaded online loads offline; another subdir of the same channel does not."""
    server.pages["/one/linux-64/repodata.json.zst"] = [Page(body=compressed(text))]
    online = open_store(cache).load([channel_of(server)], ["linux-64"])
    offline = open_store(cache, offline=True)
    assert offline.load([channel_of(server)], ["linux-64"]) == online
    with pytest.raises(ChannelError, match="one/osx-arm64: not in the repodata cache"):
        offline.load([channel_of(server)], ["linux-64", "osx-arm64"])


def test_subdirs_come_together_in_the_order_asked(
    server: ChannelServer, other_server: ChannelServer, cache: Path, text: bytes
) -> None:
    """Channels first, then subdirs, noarch always; a subdir that a channel lacks is left out."""
    for subdir in ("linux-64", "noarch"):
        server.pages[f"/one/{subdir}/repodata.json.zst"] = [Page(body=compressed(text))]
    other_server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text))]
    first = channel_of(server)
    second = Channel(name="two", base_url=channel_of(other_server).base_url)
    found = open_store(cache).load([first, second], ["osx-arm64", "linux-64", "noarch"])
    assert [(file.channel.name, file.subdir) for file in found] == [
        ("one", "linux-64"),
        ("one", "noarch"),
        ("two", "noarch"),
    ]


def test_a_channel_without_any_subdir_is_unknown(server: ChannelServer, cache: Path) -> None:
    """Neither the subdir nor noarch: that is no channel; one missing subdir alone is none of our business."""
    assert open_store(cache).fetch(channel_of(server), "linux-64") is None
    with pytest.raises(ChannelError, match="one: unknown channel: no repodata for linux-64, noarch") as caught:
        open_store(cache).load([channel_of(server, login="me:hidden@")], ["linux-64"])
    assert "hidden" not in caught.value.message
    assert leftovers(cache) == []


@pytest.mark.parametrize("name", ["html.json", "truncated.json", "error-message.json", "empty.json"])
@pytest.mark.parametrize("form", ["repodata.json.zst", "repodata.json"])
def test_what_is_no_repodata_is_not_cached(name: str, form: str, server: ChannelServer, cache: Path) -> None:
    """A broken file is an error that names the URL, and the cache stays empty."""
    body = (FAULTS / name).read_bytes()
    server.pages[f"/one/noarch/{form}"] = [Page(body=compressed(body) if form.endswith("zst") else body)]
    with pytest.raises(ChannelError, match="what the server sent is no repodata") as caught:
        open_store(cache).fetch(channel_of(server), "noarch")
    assert caught.value.message.startswith(f"http://{server.host}/one/noarch: ")
    assert str(cache) not in caught.value.message
    assert list((cache / "repodata").iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "garbage"])
def test_a_damaged_zst_is_not_cached(damage: str, server: ChannelServer, cache: Path, text: bytes) -> None:
    """A stream that ends too early, or goes on with something else, is noticed although its length is as announced."""
    whole = compressed(text)
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=whole[:-8] if damage == "cut" else whole + b"junk!")]
    with pytest.raises(ChannelError, match="the download is damaged"):
        open_store(cache).fetch(channel_of(server), "noarch")
    assert list((cache / "repodata").iterdir()) == []


def test_no_secret_is_in_any_error(server: ChannelServer, cache: Path) -> None:
    """Every error on the way shows the redacted URL, and its facts and hints no credential either."""
    channel = channel_of(server, login="me:hidden@", path="/t/hidden/one")
    place = "/t/hidden/one/noarch/repodata.json.zst"
    for page in (Page(status=401), Page(status=500), Page(body=b"<html>"), Page(body=compressed(b"{}")[:-2])):
        server.pages[place] = [page]
        with pytest.raises(CondasyncError) as caught:
            open_store(cache).load([channel], ["noarch"])
        shown = (caught.value.message, *caught.value.hints, *map(str, caught.value.facts.values()))
        assert not any("hidden" in part for part in shown)


def test_no_server(server: ChannelServer, cache: Path) -> None:
    """A server that is away is a NetworkError with the two ways out."""
    server.close()
    with pytest.raises(NetworkError) as caught:
        open_store(cache).load([channel_of(server)], ["linux-64"])
    assert any(hint.startswith("--offline") for hint in caught.value.hints)
    assert any(hint.startswith("-c DIR") for hint in caught.value.hints)
    # The error does not wait for the other download, whose thread clears up a moment later.
    for _ in range(500):
        if not leftovers(cache):
            break
        time.sleep(0.02)
    assert leftovers(cache) == []


def test_progress_names_channel_and_subdir(server: ChannelServer, cache: Path, text: bytes) -> None:
    """The callback is told what is loading and how far it is."""
    body = compressed(text)
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=body)]
    seen: list[tuple[str, int, int | None]] = []
    RepodataStore(cache, progress=lambda *step: seen.append(step)).fetch(channel_of(server), "noarch")
    assert seen[-1] == ("one/noarch", len(body), len(body))


def test_a_local_channel_is_used_in_place(tmp_path: Path, cache: Path, text: bytes) -> None:
    """The file itself comes back with its digest; a subdir that is not there is None; nothing else is written to it."""
    (tmp_path / "local" / "noarch").mkdir(parents=True)
    path = tmp_path / "local" / "noarch" / "repodata.json"
    path.write_bytes(text)
    (channel,) = resolve_channel(str(tmp_path / "local"))
    found = open_store(cache, offline=True).load([channel], ["linux-64"])
    assert [(file.subdir, file.path, file.sha256) for file in found] == [("noarch", path, sha256(text).hexdigest())]
    assert open_store(cache).fetch(channel, "linux-64") is None
    assert open_store(cache).age(found[0]) is None
    path.unlink()
    with pytest.raises(ChannelError, match="unknown channel"):
        open_store(cache).load([channel], ["linux-64"])
