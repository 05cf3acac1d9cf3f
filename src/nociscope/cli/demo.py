"""``nociscope demo``: a complete small study with known truth, from simulated curves and blood to the report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    if not (data / "dataset_description.json").exists():
        simulate("demo", data)
    code = DONE
    for level in ("participant", "group"):
        config = RunConfig(bids_dir=data, output_dir=results, level=level, jobs=jobs)
        code = max(code, run(config).exit_code)
    print(results / "report" / "index.html")
    raise typer.Exit(code)
