"""Logical lines and their options follow pip's documented format; pip itself is asked where it is installed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys

import pytest

from condasync.capture.files.requirements_line import LineOptions, logical_lines, parse_options

FILES = [
    "numpy\nscipy\n",
    "numpy # comment\n# whole line\n   # indented\nscipy#not-a-comment\n",
    "numpy \\\n  >=1.26 \\\n  --hash=sha256:aa\nscipy\n",
    "numpy \\\n# a comment ends the continuation \\\nscipy\n",
    "# a comment does not continue \\\nnumpy\n",
    "name @ https://example.org/name.zip#sha256=aa  # why\n",
    "-e git+https://example.org/r.git#egg=r\n",
    "\n\n  \nnumpy\n\n",
    "numpy \\",
    "\\\nnumpy\n",
    "a\\\\\nb\n",
    "  numpy  \n\t\n",
    "x @ https://${CONDASYNC_TEST_SET}@example.org/${CONDASYNC_TEST_UNSET}/${lower}/$CONDASYNC_TEST_SET\n",
]
ASK_PIP = """
import json, sys
from pip._internal.req.req_file import preprocess
print(json.dumps([[list(line) for line in preprocess(text)] for text in json.load(sys.stdin)]))
"""


@pytest.mark.skipif(importlib.util.find_spec("pip") is None, reason="pip is not installed here")
def test_lines_are_those_that_pip_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments, continuations, line numbers and environment variables come out as in pip's own reader."""
    monkeypatch.setenv("CONDASYNC_TEST_SET", "token")
    monkeypatch.delenv("CONDASYNC_TEST_UNSET", raising=False)
    answer = subprocess.run(
        [sys.executable, "-c", ASK_PIP], input=json.dumps(FILES), capture_output=True, text=True, check=True
    )
    ours = [[[line.number, line.text] for line in logical_lines(text)] for text in FILES]
    assert ours == json.loads(answer.stdout)


def test_variable_is_filled_in_but_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text for messages keeps `${NAME}`, so that a token in the environment is never printed."""
    monkeypatch.setenv("CONDASYNC_TEST_SET", "token")
    (line,) = logical_lines("--index-url https://${CONDASYNC_TEST_SET}@example.org/simple")
    assert line.text == "--index-url https://token@example.org/simple"
    assert line.shown == "--index-url https://${CONDASYNC_TEST_SET}@example.org/simple"


def test_lines_can_count_from_elsewhere() -> None:
    """Lines inside another file keep that file's numbers."""
    assert [line.number for line in logical_lines("a\nb", first=7)] == [7, 8]


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("numpy==1.26.4", LineOptions(requirement="numpy==1.26.4")),
        (
            "numpy --hash=sha256:aa --hash sha256:bb",
            LineOptions(requirement="numpy", hashes=("sha256:aa", "sha256:bb")),
        ),
        ("-e .", LineOptions(editables=(".",))),
        ("--editable=./a", LineOptions(editables=("./a",))),
        ("-r other.txt", LineOptions(requirements=("other.txt",))),
        ("-rother.txt", LineOptions(requirements=("other.txt",))),
        ("--requirement other.txt", LineOptions(requirements=("other.txt",))),
        ("-c c.txt", LineOptions(constraints=("c.txt",))),
        ("-i https://a.example.org", LineOptions(index_urls=("https://a.example.org",), indexes=("instead",))),
        ("--index-url=u --extra-index-url v", LineOptions(index_urls=("u", "v"), indexes=("instead",))),
        ("--find-links ./wheels -f more", LineOptions(find_links=("./wheels", "more"))),
        ("--extra-index v", LineOptions(index_urls=("v",))),
        ("--pre --no-index --require-hashes", LineOptions(ignored=("--pre", "--require-hashes"), indexes=("none",))),
        ("--only-binary :all: --trusted-host h", LineOptions(ignored=("--only-binary", "--trusted-host"))),
        ("numpy --config-settings a=b", LineOptions(requirement="numpy", ignored=("--config-settings",))),
        ("numpy -C a=b", LineOptions(requirement="numpy", ignored=("-C",))),
        ("-e ./a ; python_version<'3'", LineOptions(editables=("./a",), stray=(";", "python_version<3"))),
        ('-e "./a b"', LineOptions(editables=("./a b",))),
        (r"-e ./a\ b", LineOptions(editables=("./a b",))),
        (r"-e c:\users\me", LineOptions(editables=(r"c:\users\me",))),
        ("numpy ; extra == '-x'", LineOptions(requirement="numpy ; extra == '-x'")),
        (
            "numpy>=1 ; python_version>'3' --hash=sha256:a",
            LineOptions(requirement="numpy>=1 ; python_version>'3'", hashes=("sha256:a",)),
        ),
    ],
)
def test_options_are_read(text: str, options: LineOptions) -> None:
    """Every option of the format is accepted in its long, short and abbreviated form."""
    assert parse_options(text) == options


@pytest.mark.parametrize("text", ["--frobnicate", "-e", "--hash", "-r 'open", "--no x"])
def test_malformed_options_are_refused(text: str) -> None:
    """Unknown and ambiguous options, missing values and open quotes raise ValueError."""
    with pytest.raises(ValueError, match=r"."):
        parse_options(text)
