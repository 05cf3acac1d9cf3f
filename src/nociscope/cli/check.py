"""``nociscope check``: what is there, what is wrong, what each problem blocks, how to mend it."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import typer

from nociscope.cli.run import BidsDir, Derivatives, StudyFile, named_folders, study_path
from nociscope.cli.table import show_table
from nociscope.cli.trouble import DONE, SOME_FAILED, UNUSABLE

if TYPE_CHECKING:
    from pathlib import Path

    from nociscope.core.problem import Problem
    from nociscope.core.study import Study

RANK = {"error": 0, "warn": 1, "note": 2}
WORDS = {"error": "Error", "warn": "Warning", "note": "Note"}
PLACES = 3
"""How many places of one kind of problem are named on a terminal."""


def command(bids_dir: BidsDir, study: StudyFile = None, derivatives: Derivatives = None) -> None:
    """Say what a dataset holds and what is wrong.

    Each problem comes with what it blocks and how to mend it. Leaves with 1 when an error stops a scan or a table,
    with 2 when there is neither a scan nor a table to score nor a table or map that the study file names, else with 0.
    """
    from nociscope.core.study import Study
    from nociscope.io.check import check_dataset, inventory
    from nociscope.io.index import index_dataset
    from nociscope.io.study import read_study
    from nociscope.pipeline.steps.check_answers import answer_problems, answer_tables

    path = study_path(study, bids_dir)
    plan = read_study(path) if path else Study()
    index = index_dataset(bids_dir, named_folders(derivatives))
    found = inventory(index)
    show_table(("what", "how many"), list(found.items()), title=str(bids_dir))
    problems = [*check_dataset(index, plan), *answer_problems(bids_dir, plan.phenotype)]
    print()
    if plan.hypothesis:
        show_floors(plan, bids_dir)
    show_problems(problems)
    broken = any(p.severity == "error" for p in problems)
    trials = (index.find(suffix="events", extension=".tsv", dataset="raw", task=task) for task in ("qst", "tms"))
    scored = any(trials) or answer_tables(bids_dir, plan.phenotype)
    usable = index.scans() or scored or plan.table or any(h.map is not None for h in plan.hypothesis)
    raise typer.Exit(UNUSABLE if not usable else SOME_FAILED if broken else DONE)


def show_floors(study: Study, bids_dir: Path) -> None:
    """Print the smallest p that each hypothesis can have, from the tables of people."""
    from nociscope.core.errors import NociscopeError
    from nociscope.io.people import read_people
    from nociscope.pipeline.floors import floor_lines

    try:
        found = floor_lines(study, read_people(bids_dir))
    except NociscopeError:  # told among the problems
        return
    if found:
        print("\n".join(found) + "\n")


def show_problems(problems: list[Problem]) -> None:
    """Print problems, the grave ones first, each kind once with the places where it is.

    A pipe gets one line a kind, tabs between, with every place; a terminal gets paragraphs of its own width.
    """
    if not problems:
        print("No problem was found.")
        return
    kinds = alike(problems)
    if not sys.stdout.isatty():
        columns = ("severity", "code", "count", "where", "problem", "blocks", "mend")
        show_table(columns, [_cells(same) for same in kinds])
        return
    width = max(40, min(shutil.get_terminal_size().columns, 100))
    for same in kinds:
        print("\n".join(paragraph(same, width)) + "\n")
    print("\n".join(textwrap.wrap(summary(kinds), width)))


def alike(problems: Iterable[Problem]) -> list[list[Problem]]:
    """Problems of one kind together: same severity, code, consequence and mend; notes must say the same, too."""
    kinds: dict[tuple[str, ...], list[Problem]] = {}
    for p in sorted(problems, key=lambda p: RANK.get(p.severity, len(RANK))):
        same = (p.severity, p.code, ", ".join(p.blocks), p.mend, "" if p.severity != "note" else p.message)
        kinds.setdefault(same, []).append(p)
    return list(kinds.values())


def paragraph(same: list[Problem], width: int = 80) -> list[str]:
    """Lines about problems of one kind: the first in full, the others by place."""
    first, places = same[0], list(dict.fromkeys(p.where for p in same))
    shown = ", ".join(places[:PLACES]) + (f" and {len(places) - PLACES} more" if len(places) > PLACES else "")
    count = f", {len(same)} times" if len(same) > 1 else ""
    lines = [f"{WORDS.get(first.severity, first.severity)}: {first.code}{count}"]
    said = {"where": shown, _problem(same): first.message, "blocks": ", ".join(first.blocks), "mend": first.mend}
    for label, text in said.items():
        if text:
            head = f"  {label + ':':<9}"
            lines += textwrap.wrap(text, width, initial_indent=head, subsequent_indent=" " * len(head),
                                   break_long_words=False, break_on_hyphens=False)  # fmt: skip
    return lines


def summary(kinds: list[list[Problem]]) -> str:
    """How much there is of each severity, and what it costs."""
    count = Counter(same[0].severity for same in kinds)
    told = [f"{count[s]} kind{'s' if count[s] > 1 else ''} of {WORDS[s].lower()}" for s in RANK if count[s]]
    if count["error"]:
        cost = "a scan with an error is left out, all others are analysed"
    elif lost := sorted({b for same in kinds for p in same for b in p.blocks}):
        cost = f"every scan is analysed, but not everywhere with {', '.join(lost)}"
    else:
        cost = "nothing is blocked"
    return f"{', '.join(told)}: {cost}."


def _problem(same: list[Problem]) -> str:
    return "problem" if len({p.message for p in same}) == 1 else "such as"


def _cells(same: list[Problem]) -> tuple[str, ...]:
    first = same[0]
    where = ", ".join(dict.fromkeys(p.where for p in same))
    message = first.message if _problem(same) == "problem" else f"such as: {first.message}"
    return first.severity, first.code, str(len(same)), where, message, ", ".join(first.blocks), first.mend
