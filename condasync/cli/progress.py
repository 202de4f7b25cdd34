"""Show on stderr that long work goes on; only on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from condasync.pipeline import Tell
    from condasync.wiring import Downloaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """Hold the two ways in which work reports itself."""

    tell: Tell
    downloaded: Downloaded


@contextmanager
def display(*, quiet: bool) -> Iterator[Display]:
    """Yield a display; it shows nothing when quiet or when stderr is no terminal."""
    if quiet or not sys.stderr.isatty():
        yield Display(tell=lambda _: None, downloaded=lambda _label, _done, _total: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        stage = progress.add_task("starting", total=None)
        tasks: dict[str, TaskID] = {}

        def downloaded(label: str, done: int, total: int | None) -> None:
            if label not in tasks:
                tasks[label] = progress.add_task(label, total=total)
            progress.update(tasks[label], completed=done, total=total, visible=total is None or done < total)

        yield Display(tell=lambda text: progress.update(stage, description=text), downloaded=downloaded)
