"""The program ``nociscope``: one verb a file; nothing heavy is imported before a verb needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from nociscope import __version__
from nociscope.cli import (
    check,
    demo,
    federate,
    init,
    instruments,
    measures,
    meta,
    models,
    run,
    simulate,
    studies,
    tracers,
    trouble,
)
from nociscope.cli.arguments import rewritten

COMMANDS: dict[str, Callable[..., None]] = {
    "run": run.command,
    "check": check.command,
    "init": init.command,
    "demo": demo.command,
    "simulate": simulate.command,
    "models": models.command,
    "tracers": tracers.command,
    "instruments": instruments.command,
    "measures": measures.command,
    "studies": studies.command,
    "meta": meta.command,
}

GROUPS: dict[str, Callable[[], typer.Typer]] = {"federate": federate.application}
"""Verbs that have verbs of their own."""


def application() -> typer.Typer:
    """Build the typer application from the table of verbs."""
    app = typer.Typer(name="nociscope", no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(options)
    for name, function in COMMANDS.items():
        app.command(name)(function)
    for name, group in GROUPS.items():
        app.add_typer(group(), name=name)
    return app


def _version(asked: bool) -> None:
    if asked:
        print(f"nociscope {__version__}")
        raise typer.Exit


def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="Show the version.")
    ] = False,
) -> None:
    """Measure what imaging, sensory testing and the clinic say about pain: from BIDS to a report.

    nociscope run BIDS_DIR OUTPUT_DIR participant, then the same with group, is the whole way. A first look:
    nociscope demo.
    """


def main(argv: Sequence[str] | None = None) -> None:
    """Run the program and leave with 0 (done), 1 (some participants failed) or 2 (unusable call or dataset)."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        application()(rewritten(words, (*COMMANDS, *GROUPS)), prog_name="nociscope")
    except SystemExit as left:
        sys.exit(trouble.stopped() if left.code == trouble.STOPPED else left.code)
    except Exception as error:
        sys.exit(trouble.told(error, words))


if __name__ == "__main__":
    main()
