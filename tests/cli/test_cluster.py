"""What `condasync cluster` refuses before it looks for a cluster."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--rolling", "--no-restart"), "--rolling and --no-restart exclude each other"),
        (("--offline",), "are for --watch"),
    ],
)
def test_options_that_cannot_be_meant(cli: Cli, words: tuple[str, ...], message: str) -> None:
    """Each combination is a usage error, and nobody waits for a scheduler."""
    ran = cli("cluster", "sync", "tcp://127.0.0.1:9", "no.yml", *words)
    assert ran.code == 2
    assert message in ran.err
