"""``nociscope studies``: the study files that ship."""

from __future__ import annotations

from typing import Annotated

import typer

from nociscope.cli.table import show_table


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="Print this one, to copy and edit.")] = None,
) -> None:
    """List or print the study files that ship."""
    from nociscope.studies import names, shipped, title

    if name is not None:
        print(shipped(name).read_text(encoding="utf-8"), end="")
        return
    show_table(("study", "title", "file"), [(n, title(n), str(shipped(n))) for n in names()])
