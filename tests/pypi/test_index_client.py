"""The way to package indexes: credentials, redirects, trust, retries, faults."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from condasync.model.url import Url
from condasync.pypi.index_client import IndexClient, IndexFaultError
from condasync.pypi.pip_settings import PipSettings

if TYPE_CHECKING:
    from tests.conftest import PackageIndex


@pytest.fixture(autouse=True)
def no_logins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Ask neither the netrc nor the keyring of who runs the tests."""
    monkeypatch.setenv("NETRC", str(tmp_path / "absent"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


def got(url: str, settings: PipSettings | None = None) -> bytes | None:
    """Return what a GET gives."""
    client = IndexClient(settings=settings or PipSettings(), backoff=0)
    try:
        with client.open(Url(url)) as answer:
            return None if answer is None else answer.read()
    finally:
        client.close()


def fault(url: str, settings: PipSettings | None = None) -> tuple[str, str]:
    """Return code and text of the fault that a GET ends with."""
    with pytest.raises(IndexFaultError) as caught:
        got(url, settings)
    return caught.value.reason.code, caught.value.reason.text


@pytest.fixture
def guarded(package_index: PackageIndex) -> PackageIndex:
    """Return an index that wants a password."""
    package_index.password = "hidden"
    package_index.answers["/page"] = [b"well done"]
    return package_index


def test_credentials_of_the_url(guarded: PackageIndex) -> None:
    """User and password in the URL are sent, and are not part of what is asked for."""
    assert got(f"http://me:hidden@{guarded.host}/page") == b"well done"
    assert guarded.paths == ["/page"]


def test_credentials_of_the_index_hold_for_its_files(guarded: PackageIndex) -> None:
    """Pages link to files without credentials; those of the index of that host are used."""
    settings = PipSettings(index_urls=(Url(f"http://me:hidden@{guarded.host}/simple"),))
    assert got(f"http://{guarded.host}/page", settings) == b"well done"


def test_credentials_of_netrc(guarded: PackageIndex, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A netrc file counts, as it does for pip."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hidden\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert got(f"http://{guarded.host}/page") == b"well done"


_BACKEND = """
from keyring.backend import KeyringBackend
class Keyring(KeyringBackend):
    priority = 1
    def get_password(self, service, username):
        return "hidden" if "127.0.0.1" in service and username == "me" else None
    set_password = delete_password = None
"""
_ASK = """
import sys
from condasync.model.url import Url
from condasync.pypi.index_client import IndexClient
from condasync.pypi.pip_settings import PipSettings
client = IndexClient(settings=PipSettings(index_urls=(Url(sys.argv[1]),)))
with client.open(Url(sys.argv[1])) as answer:
    sys.stdout.buffer.write(answer.read())
client.close()
"""


def test_credentials_of_keyring(guarded: PackageIndex, tmp_path: Path) -> None:
    """A user name in the URL and a password in the keyring belong together; nothing asks on the terminal."""
    (tmp_path / "my_keyring.py").write_text(_BACKEND)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHON_KEYRING_BACKEND": "my_keyring.Keyring"}
    done = subprocess.run(
        [sys.executable, "-c", _ASK, f"http://me@{guarded.host}/page"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"well done"), done.stderr.decode()


@pytest.mark.parametrize("login", ["", "me:wrong-and-hidden@", "somebody@"])
def test_no_credentials_or_wrong_ones(guarded: PackageIndex, login: str) -> None:
    """The fault says where and what to do; it never says a password."""
    code, text = fault(f"http://{login}{guarded.host}/page")
    assert code == "index-needs-credentials"
    assert text.endswith("the index wants credentials, or other ones (401): put them into its URL, netrc or keyring")
    assert "hidden" not in text
    assert guarded.host in text


def test_a_redirect_to_another_host_gets_no_credentials(guarded: PackageIndex, other_index: PackageIndex) -> None:
    """The other server gives the page, and never sees the password."""
    other_index.answers["/page"] = [b"from elsewhere"]
    guarded.redirects["/page"] = f"http://localhost:{other_index.host.rpartition(':')[2]}/page"
    assert got(f"http://me:hidden@{guarded.host}/page") == b"from elsewhere"
    assert ["authorization" in headers for _, headers in other_index.requests] == [False]


def test_a_redirect_on_the_same_host(package_index: PackageIndex) -> None:
    """Redirects are followed; without end they are a fault."""
    package_index.redirects["/old"] = "/page"
    package_index.answers["/page"] = [b"well done"]
    assert got(f"http://{package_index.host}/old") == b"well done"
    package_index.redirects["/round"] = "/round"
    assert fault(f"http://{package_index.host}/round")[0] == "index-unreachable"


def test_a_page_that_is_not_there(package_index: PackageIndex) -> None:
    """404 is an answer: the index does not know the name."""
    assert got(f"http://{package_index.host}/simple/nothing/") is None


def test_a_server_in_trouble_is_asked_again(package_index: PackageIndex) -> None:
    """Two bad answers are overcome, a third is the fault."""
    package_index.answers["/page"] = [503, 500, b"well done"]
    assert got(f"http://{package_index.host}/page") == b"well done"
    package_index.answers["/page"] = [503]
    code, text = fault(f"http://{package_index.host}/page")
    assert (code, text) == (
        "index-unreachable",
        "the package index at 127.0.0.1 cannot be used: the server answers 503",
    )
    assert len(package_index.requests) == 6


def test_nobody_answers(package_index: PackageIndex) -> None:
    """A server that is down is unreachable; the fault names the host, not the credentials."""
    package_index.close()
    code, text = fault(f"http://me:hidden@{package_index.host}/simple/")
    assert code == "index-unreachable"
    assert text.startswith("the package index at 127.0.0.1 cannot be used: ")
    assert "hidden" not in text


def test_plain_http_is_not_trusted() -> None:
    """As for pip, plain HTTP to another machine is not even asked, unless the user says that the host is trusted."""
    code, text = fault("http://me:hidden@index.invalid/simple/")
    assert code == "index-untrusted"
    assert text.startswith("http://***@index.invalid/simple/: not asked")
    trusting = PipSettings(trusted_hosts=("index.invalid",))
    assert fault("http://index.invalid/simple/", trusting)[0] == "index-unreachable"


def test_files_of_this_machine(tmp_path: Path) -> None:
    """An index may be a folder."""
    (tmp_path / "index.html").write_text("well done")
    assert got((tmp_path / "index.html").as_uri()) == b"well done"
    assert got((tmp_path / "absent.html").as_uri()) is None
