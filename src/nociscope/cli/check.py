"""``nociscope check``: what is there, what is wrong, what each problem blocks, how to mend it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from nociscope.cli.run import BidsDir, Derivatives, StudyFile, named_folders, study_path
from nociscope.cli.table import show_table
from nociscope.cli.trouble import DONE, SOME_FAILED, UNUSABLE

if TYPE_CHECKING:
    from nociscope.core.problem import Problem

RANK = {"error": 0, "warn": 1, "note": 2}
PLACES = 3
"""How many places of one kind of problem are named on a terminal."""


def command(bids_dir: BidsDir, study: StudyFile = None, derivatives: Derivatives = None) -> None:
    """Say what a dataset holds and what is wrong.

    Each problem comes with what it blocks and how to mend it. Leaves with 1 when an error stops a scan, with 2 when
    there is no scan at all, else with 0.
    """
    from nociscope.core.study import Study
    from nociscope.io.check import check_dataset, inventory
    from nociscope.io.index import index_dataset
    from nociscope.io.study import read_study

    path = study_path(study, bids_dir)
    plan = read_study(path) if path else Study()
    index = index_dataset(bids_dir, named_folders(derivatives))
    found = inventory(index)
    show_table(("what", "how many"), list(found.items()), title=str(bids_dir))
    problems = check_dataset(index, plan)
    print()
    show_problems(problems)
    broken = any(p.severity == "error" for p in problems)
    raise typer.Exit(UNUSABLE if not index.scans() else SOME_FAILED if broken else DONE)


def show_problems(problems: list[Problem]) -> None:
    """Print problems, the grave ones first: one row each in a pipe, one paragraph for each kind on a terminal."""
    if not problems:
        print("No problem was found.")
        return
    ranked = sorted(problems, key=lambda p: RANK.get(p.severity, len(RANK)))
    if not sys.stdout.isatty():
        rows = [(p.severity, p.code, p.where, p.message, ", ".join(p.blocks), p.mend) for p in ranked]
        show_table(("severity", "code", "where", "problem", "blocks", "mend"), rows)
        return
    kinds: dict[tuple[str, str, tuple[str, ...], str], list[Problem]] = {}
    for p in ranked:
        kinds.setdefault((p.severity, p.code, p.blocks, p.mend), []).append(p)
    for alike in kinds.values():
        print("\n".join(paragraph(alike)))


def paragraph(alike: list[Problem]) -> list[str]:
    """Lines about problems of one kind: the first in full, the others by place."""
    first = alike[0]
    places = [p.where for p in alike]
    shown = ", ".join(places[:PLACES]) + (f" and {len(places) - PLACES} more" if len(places) > PLACES else "")
    lines = [f"{first.severity}: {first.code} ({shown})", f"    {first.message}"]
    lines += [f"    blocks: {', '.join(first.blocks)}"] if first.blocks else []
    lines += [f"    mend:   {first.mend}"] if first.mend else []
    return lines
