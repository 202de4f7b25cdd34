"""The online table of names: fetched from a real server, kept with its ETag, never in the way."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from condasync.channel.transport import Transport
from condasync.errors import NamesError, NetworkError, OutputError
from condasync.model.url import Url
from condasync.pypi.names_online import OnlineNames, stored_table, update_table

TABLE = {"pytorch": ["torch"], "docker": None, "numpy": ["numpy"]}
REAL_ROWS = Path(__file__).parent / "data" / "compressed_mapping.json"
"""Rows of the table that parselmouth published on DATE (files/v0/conda-forge in its repository), picked by hand."""
DATE = "Wed, 19 Aug 2026 12:51:00 GMT"


@dataclass
class Served:
    """Hold what the server says, and what it was asked."""

    url: Url
    body: str = json.dumps(TABLE)
    status: int = 200
    etag: str = '"one"'
    packed: bool = False
    asked: list[str | None] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Served]:
    """Run a server of one file that honours If-None-Match."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["If-None-Match"]
            served.asked.append(known)
            status = 304 if known == served.etag and served.status == 200 else served.status
            body = gzip.compress(served.body.encode()) if served.packed else served.body.encode()
            self.send_response(status)
            if status == 200:
                self.send_header("ETag", served.etag)
                self.send_header("Last-Modified", DATE)
                self.send_header("Content-Length", str(len(body)))
                if served.packed:
                    self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            if status == 200:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Served(url=Url(f"http://127.0.0.1:{listening.server_port}/table.json"))
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.fixture(scope="module")
def transport() -> Iterator[Transport]:
    """Return a transport that gives up at once."""
    made = Transport(retries=0, timeout=5.0)
    yield made
    made.close()


def told(names: OnlineNames, pypi_name: str) -> list[tuple[str, ...]]:
    """Return the conda names of the proposals."""
    return [proposal.conda_names for proposal in names.candidates(pypi_name)]


def test_a_fetched_table_answers_with_its_date(server: Served, transport: Transport, tmp_path: Path) -> None:
    """After an update the source proposes, denies, and says how old the table is."""
    assert update_table(tmp_path, server.url, transport.download)
    names = OnlineNames(tmp_path)
    assert names.revision == "2026-08-19"
    assert told(names, "torch") == [("pytorch",)]
    assert told(names, "docker") == [()]
    assert told(names, "unheard-of") == []
    assert names.candidates("torch")[0].evidence.detail == "torch -> pytorch"
    assert names.findings == ()


def test_rows_as_they_are_published(server: Served, transport: Transport, tmp_path: Path) -> None:
    """Real rows, packed and with a weak ETag as a content network serves them, are kept as they were and answer."""
    server.body, server.etag, server.packed = REAL_ROWS.read_text(encoding="utf-8"), 'W/"5d1f2c"', True
    assert update_table(tmp_path, server.url, transport.download)
    stored = stored_table(tmp_path)
    assert stored is not None
    assert ((tmp_path / stored.file).read_bytes(), stored.etag) == (REAL_ROWS.read_bytes(), 'W/"5d1f2c"')
    names = OnlineNames(tmp_path)
    assert {name: told(names, name) for name in ("brotli", "redis", "jq", "metis", "torch", "apache-airflow")} == {
        "brotli": [("brotli-python",)],
        "redis": [("redis-py",)],
        "jq": [("jq.py",)],
        "metis": [("metis-python",)],
        "torch": [("pytorch",), ("pytorch-cpu",)],
        "apache-airflow": [("apache-airflow",)],
    }
    assert [told(names, name) for name in ("six", "mkl", "dvc")] == [[("six",)], [()], [("_dvc",)]]
    assert not update_table(tmp_path, server.url, transport.download)
    assert server.asked == [None, 'W/"5d1f2c"']


def test_an_unchanged_table_is_not_fetched_again(server: Served, transport: Transport, tmp_path: Path) -> None:
    """The server is asked with the ETag; its 304 renews the day of the check and leaves the file."""
    update_table(tmp_path, server.url, transport.download)
    before = stored_table(tmp_path)
    assert not update_table(tmp_path, server.url, transport.download)
    after = stored_table(tmp_path)
    assert server.asked == [None, '"one"']
    assert before is not None
    assert after is not None
    assert (after.sha256, after.file) == (before.sha256, before.file)
    assert after.checked >= before.checked


def test_a_changed_table_replaces_the_old_one(server: Served, transport: Transport, tmp_path: Path) -> None:
    """One table and its sidecar are on disk, never two."""
    update_table(tmp_path, server.url, transport.download)
    server.body, server.etag = json.dumps({"libtorch": ["torch"]}), '"two"'
    assert update_table(tmp_path, server.url, transport.download)
    assert told(OnlineNames(tmp_path), "torch") == [("libtorch",)]
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(("status", "body"), [(500, ""), (404, ""), (403, ""), (200, "<html>"), (200, "{}")])
def test_a_bad_answer_leaves_the_table_as_it_was(
    status: int, body: str, server: Served, transport: Transport, tmp_path: Path
) -> None:
    """Whatever the server sends, what is on disk goes on serving; the error says where and what now."""
    update_table(tmp_path, server.url, transport.download)
    server.status, server.body, server.etag = status, body, '"bad"'
    with pytest.raises((NetworkError, NamesError)) as caught:
        update_table(tmp_path, server.url, transport.download)
    assert str(server.url) in caught.value.message
    assert told(OnlineNames(tmp_path), "torch") == [("pytorch",)]
    assert len(list(tmp_path.iterdir())) == 2


def test_another_address_is_asked_without_the_old_etag(server: Served, transport: Transport, tmp_path: Path) -> None:
    """The ETag of one server means nothing to another."""
    update_table(tmp_path, server.url, transport.download)
    update_table(tmp_path, Url(f"{server.url}?mirror"), transport.download)
    assert server.asked == [None, None]


def test_a_folder_that_cannot_be_written_is_told(server: Served, transport: Transport, tmp_path: Path) -> None:
    """A file where the folder should be: an error of the output, with the place."""
    (tmp_path / "names").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="names: cannot be written"):
        update_table(tmp_path / "names", server.url, transport.download)


def test_without_a_table_the_source_is_silent(tmp_path: Path) -> None:
    """Nothing was ever fetched: no proposals, no findings, and it says so."""
    names = OnlineNames(tmp_path)
    assert (names.revision, names.candidates("torch"), names.findings) == ("absent", (), ())


def test_a_run_renews_a_table_that_is_absent(server: Served, transport: Transport, tmp_path: Path) -> None:
    """The first question fetches it, the second one does not."""
    names = OnlineNames(tmp_path, renew=lambda: update_table(tmp_path, server.url, transport.download))
    assert told(names, "torch") == [("pytorch",)]
    assert told(names, "numpy") == [("numpy",)]
    assert OnlineNames(tmp_path, renew=lambda: server.asked.append("again")).candidates("torch")
    assert server.asked == [None]


def test_an_unreachable_server_is_a_finding(transport: Transport, tmp_path: Path) -> None:
    """The run goes on without the table, and says why."""
    nowhere = Url("http://127.0.0.1:9/table.json")
    names = OnlineNames(tmp_path, renew=lambda: update_table(tmp_path, nowhere, transport.download))
    assert names.candidates("torch") == ()
    (finding,) = names.findings
    assert (finding.code, finding.severity) == ("names-not-updated", "note")
    assert "http://127.0.0.1:9/table.json" in finding.text


def test_credentials_are_neither_printed_nor_kept(transport: Transport, tmp_path: Path) -> None:
    """A mirror with a login: no message and no file holds it."""
    nowhere = Url("http://me:geheim@127.0.0.1:9/table.json")
    names = OnlineNames(tmp_path, renew=lambda: update_table(tmp_path, nowhere, transport.download))
    names.candidates("torch")
    assert "geheim" not in names.findings[0].text


@pytest.mark.parametrize("text", ["", "[]", "{", '{"torch": 1}'])
def test_a_damaged_table_is_a_finding(text: str, server: Served, transport: Transport, tmp_path: Path) -> None:
    """A table that was damaged on disk is left out, with a warning that says what mends it."""
    update_table(tmp_path, server.url, transport.download)
    stored = stored_table(tmp_path)
    assert stored is not None
    (tmp_path / stored.file).write_text(text, encoding="utf-8")
    names = OnlineNames(tmp_path)
    assert names.candidates("torch") == ()
    (finding,) = names.findings
    assert (finding.code, finding.severity) == ("names-unreadable", "warning")
    assert "condasync names update" in finding.text


@pytest.mark.parametrize("text", ["", "[]", '{"url": 1}', '{"url": "u", "file": "../x", "sha256": "", "checked": 0}'])
def test_a_damaged_sidecar_counts_as_no_table(text: str, tmp_path: Path) -> None:
    """A sidecar that makes no sense, or leads out of the folder, is not believed."""
    (tmp_path / "x").write_text("{}", encoding="utf-8")
    (tmp_path / "parselmouth.info.json").write_text(text, encoding="utf-8")
    assert stored_table(tmp_path) is None
