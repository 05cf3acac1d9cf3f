"""``nociscope simulate``: a virtual cohort with known truth, as a BIDS dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A shipped study (demo), or a *.simulate.toml file.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the dataset goes; new or empty.")],
    n: Annotated[
        int | None, typer.Option("--n", min=1, metavar="N", help="People. Default: as the study says.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, metavar="N", help="Default: as the study says.")] = None,
) -> None:
    """Write a virtual cohort with known truth.

    It is a BIDS dataset that run treats as any other; the truth stands in derivatives/truth.
    """
    from nociscope.simulate import simulate

    made = simulate(study, folder, n=n, seed=seed)
    print(f"Wrote {made.people} people, {made.scans} scans to {folder}; the truth is in {made.truth}")
    print(f"Next: nociscope run {folder} {folder}/derivatives/nociscope participant")
