"""The memory of another process is what that process really holds."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from condasync.solve.engine.memory import private_bytes, resident_by_ps

_HOLD = "import sys; held = b'x' * (100 * 2**20); print('ready', flush=True); sys.stdin.read()"


@pytest.mark.skipif(os.name != "posix", reason="no way to ask on Windows yet")
@pytest.mark.parametrize("ask", [private_bytes, resident_by_ps])
def test_memory_of_a_process_is_seen(ask: object) -> None:
    """Prove that 100 MB held by another process are seen, in bytes, by either way of asking."""
    assert callable(ask)
    with subprocess.Popen((sys.executable, "-c", _HOLD), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready" + os.linesep.encode()
        held = ask(process.pid)
    assert 100 * 2**20 < held < 200 * 2**20


@pytest.mark.parametrize("ask", [private_bytes, resident_by_ps])
def test_a_process_that_is_gone_has_no_memory(ask: object) -> None:
    """Prove that asking about a process that has ended is no error."""
    assert callable(ask)
    process = subprocess.Popen((sys.executable, "-c", ""))
    process.wait()
    assert ask(process.pid) is None
