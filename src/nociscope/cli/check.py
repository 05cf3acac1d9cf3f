"""``nociscope check``: what is there, what is wrong, what each problem blocks, how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from nociscope.cli.run import BidsDir, Derivatives, StudyFile, named_folders, study_path
from nociscope.cli.table import show_table
from nociscope.cli.trouble import DONE, UNUSABLE

if TYPE_CHECKING:
    from nociscope.core.problem import Problem


def command(bids_dir: BidsDir, study: StudyFile = None, derivatives: Derivatives = None) -> None:
    """Say what a dataset holds and what is wrong.

    Each problem comes with what it blocks and how to mend it.
    Leaves with 2 when a problem is an error, else with 0.
    """
    from nociscope.core.study import Study
    from nociscope.io.check import check_dataset, inventory
    from nociscope.io.index import index_dataset
    from nociscope.io.study import read_study

    path = study_path(study, bids_dir)
    plan = read_study(path) if path else Study()
    index = index_dataset(bids_dir, named_folders(derivatives))
    found = inventory(index)
    show_table(("what", "how many"), [(str(k), str(v)) for k, v in found.items()], title=str(bids_dir))
    problems = check_dataset(index, plan)
    print()
    show_problems(problems)
    raise typer.Exit(UNUSABLE if any(p.severity == "error" for p in problems) else DONE)


def show_problems(problems: list[Problem]) -> None:
    """Print problems, the grave ones first."""
    if not problems:
        print("No problem was found.")
        return
    rank = {"error": 0, "warn": 1, "note": 2}
    rows = [
        (p.severity, p.code, p.where, p.message, ", ".join(p.blocks), p.mend)
        for p in sorted(problems, key=lambda p: rank.get(p.severity, 3))
    ]
    show_table(("severity", "code", "where", "problem", "blocks", "mend"), rows)
