"""A plan as table, JSON and Markdown, compared whole."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console

from condasync.model.finding import Finding
from condasync.model.plan import Contents, Plan, PresentPackage
from condasync.plan.diff import diff
from condasync.report.diff import diff_data, diff_markdown, diff_text

ZLIB = PresentPackage(
    manager="conda", name="zlib", version="1.3.1", build="h0_0", channel="conda-forge", digest="0" * 64
)
PIP = PresentPackage(manager="pip", name="made-up", version="1")


def plan(*, platforms: tuple[str, ...] = ("linux-64",), after: tuple[PresentPackage, ...] | None = None) -> Plan:
    """Return a plan: zlib gets another build and made-up comes, or what is given."""
    new = (replace(ZLIB, build="h0_1", digest="1" * 64), PIP) if after is None else after
    return diff(
        [Contents(platform=one, packages=(ZLIB,)) for one in platforms],
        [Contents(platform=one, packages=new) for one in platforms],
    )


def shown(made: Plan) -> str:
    """Return the table as printed."""
    console = Console(width=100, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        console.print(diff_text(made, before="old.yml", after="new.yml"))
    return "\n".join(line.rstrip() for line in captured.get().splitlines())


def test_the_table_tells_each_change_once() -> None:
    """One section per kind; builds are shown where only they differ."""
    assert shown(plan()) == (
        "Added (1)\n"
        "package        before  after  what\n"
        "made-up (pip)  -       1\n"
        "\n"
        "Changed (1)\n"
        "package  before      after       what\n"
        "zlib     1.3.1 h0_0  1.3.1 h0_1  build\n"
        "\n"
        "old.yml and new.yml: 1 added, 1 changed"
    )


def test_the_same_change_on_several_platforms_is_one_line() -> None:
    """Platforms are named beside it."""
    lines = shown(plan(platforms=("linux-64", "osx-arm64"))).splitlines()
    assert lines[2].split() == ["made-up", "(pip)", "-", "1", "linux-64,", "osx-arm64"]


def test_no_difference_is_said() -> None:
    """An empty plan is one line."""
    assert shown(plan(after=(ZLIB,))) == "old.yml and new.yml: no difference"
    assert diff_markdown(plan(after=(ZLIB,))) == "**Lock diff:** no difference"


def test_markdown_is_one_table() -> None:
    """Fit for a pull request."""
    assert diff_markdown(plan()) == (
        "**Lock diff:** 1 added, 1 changed\n"
        "\n"
        "| Package | Change | Before | After | What |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| `made-up (pip)` | added |  | `1` |  |\n"
        "| `zlib` | changed | `1.3.1 h0_0` | `1.3.1 h0_1` | build |"
    )


def test_a_long_table_is_folded_and_cells_cannot_break_it() -> None:
    """More than 30 packages are behind a summary; a bar in a channel's name stays in its cell."""
    many = tuple(replace(PIP, name=f"n{number}") for number in range(31))
    text = diff_markdown(plan(after=(replace(ZLIB, channel="a|b"), *many)))
    assert "<details><summary>32 packages</summary>\n\n| Package" in text
    assert text.endswith("\n\n</details>")
    assert "`1.3.1 (a&#124;b)`" in text


def test_platforms_that_come_and_go_are_told() -> None:
    """Their packages are no changes."""
    made = diff([Contents(platform="win-64", packages=(ZLIB,))], [Contents(platform="linux-64", packages=(ZLIB,))])
    assert shown(made) == ("platforms added: linux-64\nplatforms removed: win-64\nold.yml and new.yml: other platforms")
    assert "- platforms removed: win-64" in diff_markdown(made)


def test_data_holds_every_fact() -> None:
    """Programs get what people get, and the digests."""
    told = Finding(code="other-platform", severity="note", text="compared by version")
    assert diff_data(replace(plan(after=()), findings=(told,))) == {
        "platforms": ["linux-64"],
        "platforms_added": [],
        "platforms_removed": [],
        "counts": {"added": 0, "removed": 1, "changed": 0},
        "changes": [
            {
                "kind": "removed",
                "platform": "linux-64",
                "manager": "conda",
                "name": "zlib",
                "before": {
                    "version": "1.3.1",
                    "build": "h0_0",
                    "channel": "conda-forge",
                    "digest": "0" * 64,
                },
                "after": None,
                "facts": [],
            }
        ],
        "findings": [
            {
                "code": "other-platform",
                "severity": "note",
                "package": None,
                "where": None,
                "text": "compared by version",
            }
        ],
    }
