"""Values as YAML that every reader takes the same: plain values, each quoted where it could be anything else."""

from __future__ import annotations

from typing import Any

import yaml  # type: ignore[import-untyped]

_LINE_ENDS = ("\r", "\x85", "\u2028", "\u2029")  # read as a newline where they stand as they are


class _Dumper(yaml.SafeDumper):  # type: ignore[misc]
    def ignore_aliases(self, _data: Any) -> bool:
        """Write equal values out each time: some readers know no anchors."""
        return True


def _text(dumper: Any, text: str) -> Any:
    style = None
    if any(one in text for one in _LINE_ENDS):
        style = '"'
    elif "\n" in text[:-1]:
        style = "|"
    elif text[:1].isdigit():
        style = "'"  # what is a text in YAML 1.1 (1e5) may be a number in 1.2
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def yaml_text(*documents: Any) -> str:
    """Return one document, or several behind each other; keys stay in their order, long lines whole."""
    text: str = yaml.dump_all(
        documents, Dumper=_Dumper, sort_keys=False, width=10_000, allow_unicode=True, default_flow_style=False
    )
    return text
