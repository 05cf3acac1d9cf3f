"""``nociscope run``: a BIDS dataset in, derivatives, cohort table, findings and report out."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from nociscope.core.errors import InputError


class Level(StrEnum):
    """Analysis levels of BIDS-Apps."""

    participant = "participant"
    group = "group"


class Executor(StrEnum):
    """Where tasks run."""

    local = "local"
    slurm = "slurm"
    dask = "dask"


BidsDir = Annotated[Path, typer.Argument(metavar="BIDS_DIR", help="The dataset.")]
StudyFile = Annotated[
    str | None,
    typer.Option(
        "--study",
        metavar="FILE",
        help="Study file (TOML), or the name of one that ships. Default: BIDS_DIR/code/nociscope.toml, else defaults.",
    ),
]
Derivatives = Annotated[
    list[str] | None,
    typer.Option(
        "--derivatives", metavar="NAME=DIR…", help="More derivatives; BIDS_DIR/derivatives/* is found by itself."
    ),
]


def command(  # noqa: PLR0917  the signature is the command line
    bids_dir: BidsDir,
    output_dir: Annotated[Path, typer.Argument(metavar="OUTPUT_DIR", help="Where results go.")],
    level: Annotated[
        Level,
        typer.Argument(
            metavar="{participant|group}", help="participant: each person; group: cohort, findings, report."
        ),
    ],
    study: StudyFile = None,
    participant_label: Annotated[
        list[str] | None, typer.Option("--participant-label", metavar="L…", help='Only these, with or without "sub-".')
    ] = None,
    session_label: Annotated[
        list[str] | None, typer.Option("--session-label", metavar="L…", help='Only these, with or without "ses-".')
    ] = None,
    steps: Annotated[
        list[str] | None, typer.Option("--steps", metavar="NAME…", help="Only these steps and what they need.")
    ] = None,
    derivatives: Derivatives = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, metavar="N", help="Participants at a time.")] = 1,
    executor: Annotated[Executor, typer.Option("--executor", help="Where tasks run.")] = Executor.local,
    work_dir: Annotated[
        Path | None, typer.Option("--work-dir", "-w", metavar="DIR", help="Scratch space. Default: in OUTPUT_DIR.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, metavar="N", help="Overrides the study file's seed.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would run, and why; run nothing.")] = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first failure.")] = False,
    mem_mb: Annotated[
        int | None, typer.Option("--mem-mb", min=1, metavar="MB", help="Memory that may be used, in all.")
    ] = None,
    timeout_s: Annotated[
        float | None, typer.Option("--timeout-s", min=1, metavar="S", help="Longest that one step may take.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="slurm: stay until the array has ended.")] = False,
    scheduler: Annotated[
        str, typer.Option("--scheduler", metavar="ADDRESS", help="dask: a scheduler that runs already.")
    ] = "",
    rehash: Annotated[bool, typer.Option("--rehash", help="Read every input again instead of trusting dates.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tracebacks, and every step.")] = False,
) -> None:
    """Run a study, each person or the group.

    participant does everything that needs one person; group builds the cohort table, tests the study's hypotheses
    and writes the report. Both may be run again at any time: what is current is skipped, what changed is redone.
    """
    from nociscope.pipeline.run import RunConfig, run

    config = RunConfig(
        bids_dir=bids_dir,
        output_dir=output_dir,
        level=level.value,
        study_file=study_path(study, bids_dir),
        participant_labels=labels(participant_label, "sub-"),
        session_labels=labels(session_label, "ses-"),
        steps=tuple(steps or ()),
        derivatives=named_folders(derivatives),
        jobs=jobs,
        executor=executor.value,
        work_dir=work_dir,
        seed=seed,
        dry_run=dry_run,
        fail_fast=fail_fast,
        mem_mb=mem_mb,
        timeout_s=timeout_s,
        wait=wait,
        scheduler=scheduler,
        rehash=rehash,
    )
    result = run(config)
    if level is Level.group and not dry_run:
        show_report(output_dir)
    raise typer.Exit(result.exit_code)


def labels(values: list[str] | None, prefix: str) -> tuple[str, ...]:
    """Labels without their prefix, each once, in order."""
    return tuple(dict.fromkeys(v.removeprefix(prefix) for v in values or ()))


def study_path(given: str | None, bids_dir: Path) -> Path | None:
    """The study file: as given, by the name of one that ships, or BIDS_DIR/code/nociscope.toml; else None."""
    if given is None:
        default = bids_dir / "code" / "nociscope.toml"
        return default if default.is_file() else None
    if Path(given).is_file():
        return Path(given)
    from nociscope.studies import shipped

    return shipped(given)


def named_folders(values: list[str] | None) -> dict[str, Path]:
    """``NAME=DIR`` words as a table.

    Raises
    ------
    InputError
        A word without ``=``, or a name twice.
    """
    found: dict[str, Path] = {}
    for word in values or ():
        name, equals, folder = word.partition("=")
        if not (name and equals and folder):
            raise InputError(
                "--derivatives cannot be read", expected="NAME=DIR", got=word, do="write petprep=/data/petprep"
            )
        if name in found:
            raise InputError("--derivatives names one pipeline twice", got=name, do="give each name one folder")
        found[name] = Path(folder)
    return found


def show_report(output_dir: Path) -> None:
    """Print where the report is, as the last line on standard output."""
    page = output_dir / "report" / "index.html"
    if page.is_file():
        print(page)
