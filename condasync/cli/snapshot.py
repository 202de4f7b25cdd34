"""`condasync snapshot`: a subset of a channel for machines without internet."""

from __future__ import annotations

import typer

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="A subset of a channel, for use without internet."
)
