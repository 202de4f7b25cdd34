"""The tables of names as people and programs read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from condasync.model.translation import NameCandidate
from condasync.seams import NameSource

Row: TypeAlias = dict[str, object]

_WHAT = {
    "user": "your own rows, which decide",
    "reviewed": "reviewed by people, which decides",
    "grayskull": "made by a robot, as conda-pypi carries it",
    "parselmouth": "what conda-forge's packages hold; `condasync names update` fetches it",
}


def update_text(source: str, revision: str, *, changed: bool) -> str:
    """Return what an update did."""
    return f"{source} is of {revision}{'' if changed else ' and has not changed'}"


def source_rows(sources: Sequence[NameSource]) -> list[Row]:
    """Return the tables in the order in which they are asked."""
    return [{"source": each.name, "revision": each.revision} for each in sources]


def sources_text(sources: Sequence[NameSource]) -> str:
    """Return the tables in the order in which they are asked, a line each."""
    wide = max(len(each.name) for each in sources)
    old = max(len(each.revision) for each in sources)
    lines = [f"{each.name:{wide}}  {each.revision:{old}}  {_WHAT.get(each.name, '')}".rstrip() for each in sources]
    return "\n".join([*lines, "last comes a Python package of the same name on the channel"])


def asked_rows(sources: Sequence[NameSource], pypi_name: str) -> list[Row]:
    """Return what each table says of a normalised PyPI name."""
    return [
        {
            "source": each.name,
            "revision": each.revision,
            "says": [_proposal_row(proposal) for proposal in each.candidates(pypi_name)],
        }
        for each in sources
    ]


def asked_text(pypi_name: str, rows: Sequence[Row]) -> str:
    """Return what each table says, a line per proposal."""
    lines = [pypi_name]
    for row in rows:
        says = row["says"]
        details = [each["detail"] for each in says] if isinstance(says, list) else []
        lines += [f"  {row['source']} ({row['revision']}): {detail}" for detail in details or ["nothing"]]
    return "\n".join(lines)


def _proposal_row(proposal: NameCandidate) -> Row:
    return {
        "conda_names": list(proposal.conda_names),
        "drop": proposal.drop,
        "detail": proposal.evidence.detail,
    }
