"""What the user sees when something is wrong, and the exit code that goes with it."""

from __future__ import annotations

import sys
import tempfile
import traceback
from pathlib import Path

from nociscope.core.errors import NociscopeError

DONE, SOME_FAILED, UNUSABLE, STOPPED = 0, 1, 2, 130
"""Exit codes: all done; some participants failed; the call or the dataset is unusable; stopped by the user."""


def stopped() -> int:
    """Say that the user stopped the program, and how to go on; return the exit code."""
    print("nociscope: stopped; run the same command again to go on from here", file=sys.stderr)
    return STOPPED


def told(error: Exception, argv: list[str]) -> int:
    """Say what is wrong on standard error; return the exit code. ``--verbose`` adds the traceback."""
    if "--verbose" in argv or "-v" in argv:
        traceback.print_exception(error)
    if isinstance(error, NociscopeError):
        show(error)
    else:
        show_unexpected(error, argv)
    return UNUSABLE


def show(error: NociscopeError) -> None:
    """Print an error as what, where, expected, got, do: one line each, on standard error."""
    print(f"nociscope: {error.message}", file=sys.stderr)
    lines = (("where", error.where), ("expected", error.expected), ("got", error.got), ("do", error.do))
    for label, value in lines:
        if value is not None:
            print(f"  {label + ':':<10}{value}", file=sys.stderr)


def show_unexpected(error: Exception, argv: list[str]) -> None:
    """Print one line, and leave the traceback in a file that the line names."""
    log = _crash_log(argv, "".join(traceback.format_exception(error)))
    what = " ".join(str(error).split()) or "no message"
    print(f"nociscope: unexpected {type(error).__name__}: {what}. The traceback is in {log}", file=sys.stderr)


def _crash_log(argv: list[str], text: str) -> Path:
    from nociscope import __version__

    text = f"nociscope {__version__}, Python {sys.version.split()[0]}\nnociscope {' '.join(argv)}\n\n{text}"
    log = Path(tempfile.mkdtemp(prefix="nociscope-")) / "crash.log"
    log.write_text(text, encoding="utf-8")
    return log
