"""YAML text with the lines that its items stand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.reader import ReaderError

from condasync.capture.files.text_file import Place, syntax_error


def load_yaml(path: Path, text: str) -> Any:
    """Return a YAML document; mappings and sequences know their lines. Raise InputSyntaxError with a fault's line."""
    try:
        return YAML(typ="rt", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        # A duplicate key's message goes on with the values, which may be long and secret.
        fault = str(error.problem or error.context).split("\n", 1)[0].partition(" with value ")[0]
        raise syntax_error(Place(path, line), f"this is not valid YAML: {fault}") from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise syntax_error(Place(path, line), f"this is not valid YAML: {error.reason}") from error
    except (YAMLError, ValueError) as error:
        raise syntax_error(Place(path), f"this is not valid YAML: {str(error).split(chr(10), 1)[0]}") from error
    except RecursionError:
        raise syntax_error(Place(path), "this YAML is nested too deeply") from None


def line_of_key(mapping: CommentedMap, key: str) -> int:
    """Return the line of a key."""
    return int(mapping.lc.key(key)[0]) + 1


def line_of_item(sequence: CommentedSeq, index: int) -> int:
    """Return the line of an item."""
    return int(sequence.lc.item(index)[0]) + 1
