"""``nociscope demo``: a complete small study with known truth, from simulated curves and blood to the report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from nociscope.cli.run import show_report, study_path
from nociscope.cli.trouble import DONE


def command(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where the demo goes.")] = Path("nociscope-demo"),
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, metavar="N", help="Participants at a time.")] = 2,
) -> None:
    """Simulate a small study and run it to the report.

    Twelve people with [11C]PBR28 and arterial blood; the report shows truth against estimate.
    Needs no network and no data. Call it again to go on where it stopped.
    """
    from nociscope.pipeline.run import RunConfig, run
    from nociscope.simulate import simulate

    data, results = folder / "data", folder / "results"
    if not data.exists():
        made = simulate("demo", data)
        print(f"Simulated {made.people} people in {data}", file=sys.stderr)
    code = DONE
    for level in ("participant", "group"):
        result = run(RunConfig(data, results, level, study_path(None, data), jobs=jobs))
        code = max(code, result.exit_code)
    show_report(results)
    raise typer.Exit(code)
