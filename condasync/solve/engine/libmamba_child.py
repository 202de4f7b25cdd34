"""The libmamba engine's child process: loads repodata once, solves many requests. The parent never imports this."""

from __future__ import annotations

import gc
from typing import Any, NoReturn

from condasync.solve.engine.serve import Answer, Solve, serve


def main() -> NoReturn:
    """Serve requests until stdin ends."""
    gc.disable()  # what is loaded stays, and looking through it again and again takes its time
    serve(_load)


def _load(opening: dict[str, Any]) -> Solve:
    try:
        from condasync.solve.engine.libmamba_solver import LibmambaSolver  # noqa: PLC0415  a broken install is an answer
    except (ImportError, AttributeError) as error:
        return _always({"unusable": f"{opening['library']} cannot be used: {error}"})
    from condasync.solve.engine.libmamba_database import BrokenRepodataError  # noqa: PLC0415  as above

    try:
        return LibmambaSolver(opening).solve
    except BrokenRepodataError as error:
        return _always({"broken": str(error), "path": error.path})


def _always(answer: Answer) -> Solve:
    return lambda _: answer
