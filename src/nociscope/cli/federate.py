"""``nociscope federate``: a site hands over sums instead of people, and the centre fits them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import unquote, urlparse

import typer

from nociscope.cli.table import show_table
from nociscope.core.errors import InputError, MissingFile, MissingMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nociscope.io.people import People
    from nociscope.stats.sites.federated import SiteSums
    from nociscope.stats.sites.federated_fit import FederatedFit


def application() -> typer.Typer:
    """Build the two commands."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Pool sites without sharing people.")
    app.command("export")(export)
    app.command("combine")(combine)
    return app


def export(
    output_dir: Annotated[Path, typer.Argument(metavar="OUTPUT_DIR", help="Results of a finished run.")],
    study: Annotated[str, typer.Option("--study", metavar="FILE", help="Study file, the same at all sites.")],
    hypothesis: Annotated[str, typer.Option("--hypothesis", metavar="NAME", help="Which hypothesis.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="JSON file to send.")],
    site: Annotated[str, typer.Option("--site", metavar="NAME", help="Default: the one site of the cohort.")] = "",
    bids_dir: Annotated[
        Path | None, typer.Option("--bids-dir", metavar="DIR", help="Where participants.tsv is now, if it moved.")
    ] = None,
) -> None:
    """Write the sums of this site for one hypothesis.

    The file holds counts, means and cross-products, no value of a single person. It is refused where somebody could
    be recognised or solved for.
    """
    from nociscope import __version__
    from nociscope.io.federated import LEAKS, write_site_sums

    sums = _sums(output_dir, study, hypothesis, site, bids_dir)
    write_site_sums(out, sums, f"nociscope {__version__}")
    show_table(
        ("what", "people"),
        [(sums.site, str(sums.n)), *((k, str(v)) for k, v in sums.cells.items()),
         *((f"left out: {k}", str(v)) for k, v in sums.left_out.items())],
        title=hypothesis,
    )  # fmt: skip
    for sentence in LEAKS:
        print(sentence)
    print(f"Wrote {out}. Read it before you send it.")


def _sums(output_dir: Path, study: str, name: str, site: str, bids_dir: Path | None) -> SiteSums:
    from nociscope.cli.run import study_path
    from nociscope.cohort.files import read_measures
    from nociscope.cohort.select import select
    from nociscope.io.study import read_study
    from nociscope.pipeline.steps.evaluate_hypotheses import cohort_view
    from nociscope.stats.sites.federated import site_sums

    table = _cohort_table(output_dir)
    path = study_path(study, output_dir)
    plan = read_study(path) if path else None
    asked = next((h for h in plan.hypothesis if h.name == name), None) if plan else None
    if plan is None or asked is None:
        known = ", ".join(h.name for h in plan.hypothesis) if plan else "none"
        raise InputError("no such hypothesis", expected=f"one of {known}", got=name, where=str(path))
    view = cohort_view(tuple(read_measures(table)), _people(output_dir, bids_dir), plan)
    data = select(view, asked).data
    return site_sums(data, asked, site or _one_site([p.site for p in data.people]))


def _cohort_table(output_dir: Path) -> Path:
    from nociscope.io import names

    table = output_dir / names.build("cohort", {"table": "measures", "extension": "tsv"})
    if not table.is_file():
        raise MissingFile("no cohort table", where=str(table), do="run the group level first: nociscope run … group")
    return table


def _people(output_dir: Path, bids_dir: Path | None) -> People:
    """Tables about people of the dataset that the results were made from, where they can still be found."""
    from nociscope.io.people import People, read_people
    from nociscope.io.table import read_json

    if bids_dir is None:
        sources = read_json(output_dir / "dataset_description.json").get("SourceDatasets", [])
        links = [str(s.get("URL", "")) for s in sources if isinstance(s, dict)]
        folders = [Path(unquote(urlparse(u).path)) for u in links if u.startswith("file:")]
        bids_dir = next((f for f in folders if f.is_dir()), None)
        if bids_dir is None:
            raise MissingMetadata(
                "the dataset of these results is not where it was", got=", ".join(links) or "no SourceDatasets",
                where=str(output_dir), do="name it with --bids-dir",
            )  # fmt: skip
    return read_people(bids_dir) if (bids_dir / "participants.tsv").exists() else People({})


def _one_site(sites: list[str]) -> str:
    named = sorted({s for s in sites if s})
    if len(named) != 1:
        raise InputError(
            "which site is this",
            expected="one site in the cohort",
            got=", ".join(named) or "none",
            do="give --site NAME",
        )
    return named[0]


def combine(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="One file a site.")],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="JSON file of the fit.")],
    one_intercept: Annotated[
        bool, typer.Option("--one-intercept", help="Do not give each site its own intercept.")
    ] = False,
    level: Annotated[float, typer.Option("--level", min=0.5, max=0.999, help="Of the intervals.")] = 0.95,
) -> None:
    """Fit all sites together from their sums: what ordinary least squares gives on all rows."""
    from nociscope.io.federated import read_site_sums
    from nociscope.stats.sites.federated_fit import federated_fit

    sums = tuple(read_site_sums(f) for f in files)
    fit = federated_fit(sums, not one_intercept, level)
    measure, unit = str(sums[0].language["measure"]), _unit(sums[0].language)
    _write_fit(out, fit, level, files, (measure, unit))
    show_table(("region", "estimate", "se", "interval", "t", "dof", "p", "sites differ, p"), _rows(fit), fit.interest)
    sites = ", ".join(own.site for own in fit.sites)
    print(f"{measure} in {unit}: {fit.interest}; {fit.n} people, sites {sites}; intervals of {100 * level:.4g}%.")
    for own in fit.sites:
        if own.why:
            print(f"{own.site}: {own.why}")
    for sentence in fit.statements:
        print(sentence)
    print(f"Wrote {out}")


def _unit(language: Mapping[str, Any]) -> str:
    """Unit of the estimates: of a slope, for each unit of the other variable."""
    if language["kind"] != "correlate":
        return str(language["unit"])
    other, correlate = str(language["predictor_unit"] or "1"), language["correlate"]
    return f"{language['unit']} per {other if other != '1' else f'unit of {correlate}'}"


def _rows(fit: FederatedFit) -> list[tuple[str, ...]]:
    from nociscope.viz.numbers import plain

    return [
        (
            region, plain(fit.estimate[r]), plain(fit.se[r]), f"{plain(fit.low[r])} to {plain(fit.high[r])}",
            plain(fit.statistic[r]), str(fit.dof), plain(fit.p[r]), plain(fit.between_p[r]),
        )
        for r, region in enumerate(fit.regions)
    ]  # fmt: skip


def _write_fit(out: Path, fit: FederatedFit, level: float, files: list[Path], of: tuple[str, str]) -> None:
    from nociscope import __version__
    from nociscope.io.write import write_json

    write_json(
        out,
        {
            "Software": f"nociscope {__version__}",
            "Files": [f.name for f in files],
            "Question": fit.interest,
            "Measure": of[0],
            "Unit": of[1],
            "HeldConstant": list(fit.columns),
            "SaysNothingMore": list(fit.dropped),
            "N": fit.n,
            "Dof": fit.dof,
            "Level": level,
            "Statements": list(fit.statements),
            "Regions": [
                {
                    "Region": region,
                    "Estimate": fit.estimate[r], "SE": fit.se[r], "T": fit.statistic[r], "P": fit.p[r],
                    "Low": fit.low[r], "High": fit.high[r],
                    "SitesDifferF": fit.between_f[r], "SitesDifferDof": list(fit.between_dof),
                    "SitesDifferP": fit.between_p[r],
                    "Sites": [
                        {"Site": s.site, "N": s.n, "Estimate": s.estimate[r], "SE": s.se[r], "Dof": s.dof, "Why": s.why}
                        for s in fit.sites
                    ],
                }
                for r, region in enumerate(fit.regions)
            ],
        },
    )  # fmt: skip
