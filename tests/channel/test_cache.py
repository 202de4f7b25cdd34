"""The cache: consistent for many at once, whole after a failure, without secrets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from condasync.channel.location import resolve_channel
from condasync.errors import ChannelError, OutputError

from .conftest import ChannelServer, MakeRow, Page, channel_of, compressed, open_store, repodata_text


def test_a_broken_update_keeps_the_cached_copy(server: ChannelServer, cache: Path, text: bytes) -> None:
    """After a failed update the old file still serves offline."""
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text)), Page(body=b"<html>")]
    first = open_store(cache).fetch(channel_of(server), "noarch")
    with pytest.raises(ChannelError):
        open_store(cache).fetch(channel_of(server), "noarch")
    assert open_store(cache, offline=True).fetch(channel_of(server), "noarch") == first


def test_a_damaged_cache_is_fetched_anew(server: ChannelServer, cache: Path, text: bytes) -> None:
    """A sidecar or file that is not whole counts as nothing."""
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text), headers={"ETag": "1"})]
    first = open_store(cache).fetch(channel_of(server), "noarch")
    assert first is not None
    first.path.write_bytes(text[:10])
    assert open_store(cache).fetch(channel_of(server), "noarch") == first
    assert first.path.read_bytes() == text
    (sidecar,) = (cache / "repodata").glob("*.info.json")
    sidecar.write_text("{", encoding="utf-8")
    assert open_store(cache).fetch(channel_of(server), "noarch") == first


def test_no_secret_is_on_disk(server: ChannelServer, cache: Path, text: bytes) -> None:
    """The credential of a channel goes to its server and into no file or file name."""
    server.pages["/t/hidden/one/noarch/repodata.json.zst"] = [Page(body=compressed(text), headers={"ETag": "1"})]
    channel = channel_of(server, login="me:hidden@", path="/t/hidden/one")
    file = open_store(cache).fetch(channel, "noarch")
    assert "authorization" in server.requests[0].headers
    written = [path for path in cache.rglob("*") if path.is_file()]
    assert len(written) == 2
    assert not any("hidden" in str(path) or b"hidden" in path.read_bytes() for path in written)
    assert "hidden" not in repr(file)


def test_an_unwritable_cache(server: ChannelServer, tmp_path: Path, text: bytes) -> None:
    """A cache folder that cannot be made is exit code 6 and names itself."""
    (tmp_path / "cache").write_text("a file", encoding="utf-8")
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text))]
    with pytest.raises(OutputError) as caught:
        open_store(tmp_path / "cache").fetch(channel_of(server), "noarch")
    assert caught.value.exit_code == 6
    assert str(tmp_path / "cache") in caught.value.message


def test_many_at_once_leave_one_consistent_copy(server: ChannelServer, cache: Path, text: bytes) -> None:
    """Runs that fetch the same file at the same time all get it, and the cache holds it once."""
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text))]
    with ThreadPoolExecutor(8) as pool:
        files = list(pool.map(lambda _: open_store(cache).fetch(channel_of(server), "noarch"), range(16)))
    assert {file and file.path.read_bytes() for file in files} == {text}
    assert len(list((cache / "repodata").iterdir())) == 2


def test_the_copy_before_the_current_one_stays(server: ChannelServer, cache: Path, make_row: MakeRow) -> None:
    """A run that was just told of a file can still read it after one update; older ones go."""
    texts = [repodata_text(make_row("a", version)).encode() for version in ("1", "2", "3")]
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text)) for text in texts]
    files = [open_store(cache).fetch(channel_of(server), "noarch") for _ in texts]
    assert [file and file.path.exists() for file in files] == [False, True, True]


def test_the_digest_of_a_local_file_follows_its_content(tmp_path: Path, cache: Path, text: bytes) -> None:
    """An old file is hashed once; a change of equal size and time is still seen."""
    (tmp_path / "local" / "noarch").mkdir(parents=True)
    path = tmp_path / "local" / "noarch" / "repodata.json"
    (channel,) = resolve_channel(str(tmp_path / "local"))
    for body in (text, text.replace(b'"a', b'"b'), text):
        path.write_bytes(body)
        os.utime(path, (1_700_000_000, 1_700_000_000))
        for _ in range(2):
            file = open_store(cache).fetch(channel, "noarch")
            assert file is not None
            assert file.sha256 == sha256(body).hexdigest()


def test_a_remembered_digest_is_used(tmp_path: Path) -> None:
    """A file that stayed as it was is not hashed again: what the cache says of it is believed."""
    script = (
        "import json, sys, pathlib, condasync.channel.cache as cache\n"
        "path, folder = map(pathlib.Path, sys.argv[1:])\n"
        "cache._SETTLED = -1.0\n"
        "first = cache.remembered_digest(path, folder)\n"
        "(known,) = folder.iterdir()\n"
        "known.write_text(json.dumps({**json.loads(known.read_text()), 'sha256': 'believed'}))\n"
        "print(first, cache.remembered_digest(path, folder))\n"
        "path.write_text('other')\n"
        "print(cache.remembered_digest(path, folder))\n"
    )
    path = tmp_path / "file"
    path.write_text("text", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", script, str(path), str(tmp_path / "digests")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == [sha256(b"text").hexdigest(), "believed", sha256(b"other").hexdigest()]


def test_a_sidecar_says_where_the_file_is_from(server: ChannelServer, cache: Path, text: bytes) -> None:
    """The file beside the plain JSON holds URL, time, validators and digest for whoever looks."""
    server.pages["/one/noarch/repodata.json.zst"] = [Page(body=compressed(text), headers={"ETag": "1"})]
    file = open_store(cache).fetch(channel_of(server), "noarch")
    assert file is not None
    (sidecar,) = file.path.parent.glob("*.info.json")
    assert json.loads(sidecar.read_text(encoding="utf-8")) == {
        "url": f"http://{server.host}/one/noarch",
        "file": file.path.name,
        "sha256": file.sha256,
        "size": len(text),
        "checked": 1_790_000_000.0,
        "etag": "1",
        "last_modified": None,
        "max_age": 0,
    }
