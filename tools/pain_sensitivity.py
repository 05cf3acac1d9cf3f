"""Turn the open pain-sensitivity study of Bochum and Essen into a BIDS folder that the program runs on.

``python -m tools.pain_sensitivity SOURCE TARGET`` writes the people, their pain sensitivity, and how strongly the two
thalamic parcels go together with every other parcel of the brain. People are left out as the authors left them out
(Spisak et al. 2020, doi:10.1038/s41467-019-13785-z): movement, and thresholds out of range.
"""

from __future__ import annotations

import csv
import gzip
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Row = Mapping[str, str]

SITES = ("bochum", "essen")
SEEDS = ("THAL_d", "THAL_v")
SCRUB_FD_MM = 0.15
"""Framewise displacement above which the authors dropped a volume."""
DERIVATIVE = "thalamus"


@dataclass(frozen=True, eq=False)
class Participant:
    """One person.

    Parameters
    ----------
    connectivity : shape (seed, region), Fisher z of Pearson's r; nan with itself.
    published, predicted : pain sensitivity as the authors computed it, and as their model predicted it.
    """

    name: str
    site: str
    age: float
    sex: str
    mean_fd: float
    pain_sensitivity: float
    connectivity: Array
    published: float
    predicted: float


@dataclass(frozen=True, eq=False)
class Cohort:
    """Everybody whom the authors kept, and the names of the regions."""

    people: tuple[Participant, ...]
    regions: tuple[str, ...]


def cohort(source: Path) -> Cohort:
    """Read the study as it was published."""
    raw = {site: _csv(source / f"{site}-sample" / f"{site}_sample.csv") for site in SITES}
    sensitivity = pain_sensitivity(raw["bochum"], raw["essen"])
    regions = region_names(source)
    people = []
    for site in SITES:
        rows = {int(float(r["ID"])): (r, float(s)) for r, s in zip(raw[site], sensitivity[site], strict=True)}
        for kept in _csv(source / "res" / f"{site}_sample_excl.csv"):
            person, own = rows[int(float(kept["ID"]))]
            people.append(_participant(source, site, person, kept, own, regions))
    return Cohort(tuple(people), regions)


def pain_sensitivity(bochum: list[dict[str, str]], essen: list[dict[str, str]]) -> dict[str, Array]:
    """Mean of z of the cold, the negative heat and the negative log mechanical pain threshold.

    As published, both sites are measured by the mean of Bochum; by its sample SD in Bochum, by its population SD in
    Essen. Essen's thresholds leave the first trial out. A threshold that is missing is left out of the mean.
    """
    thresholds = {
        "bochum": [_column(bochum, name) for name in ("CPT", "HPT", "MPT_log_geom")],
        "essen": [_late_mean(essen, "cpt"), _late_mean(essen, "hpt"), _log_geometric_mean(essen)],
    }
    z = {
        site: [
            (x - np.nanmean(of)) / np.nanstd(of, ddof=ddof)
            for x, of in zip(thresholds[site], thresholds["bochum"], strict=True)
        ]
        for site, ddof in (("bochum", 1), ("essen", 0))
    }
    signs = np.array([1.0, -1.0, -1.0])[:, None]
    return {site: _known_mean(signs * np.array(tests)) for site, tests in z.items()}


def region_names(source: Path) -> tuple[str, ...]:
    """Parcels in the order of the columns of the series; a name that stands twice gets the parcel's number."""
    with (source / "atlas_relabeled.tsv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    labels = [r["labels"] for r in rows]
    return tuple(f"{r['labels']}_{r['index']}" if labels.count(r["labels"]) > 1 else r["labels"] for r in rows)


def thalamic_connectivity(series: Array, displacement: Array, regions: tuple[str, ...]) -> Array:
    """Fisher z of the correlation of each thalamic parcel with every region; as in `connectivity`."""
    return connectivity(series, displacement)[[regions.index(s) for s in SEEDS]]


def connectivity(series: Array, displacement: Array) -> Array:
    """Fisher z of the correlation of every two regions, volumes with much movement left out; nan on the diagonal.

    A parcel that the field of view misses has no signal, and nan.

    Parameters
    ----------
    series : shape (volume, region). displacement : shape (volume - 1,), mm, from one volume to the next.
    """
    kept = np.r_[True, displacement <= SCRUB_FD_MM]
    x = series[kept] - series[kept].mean(axis=0)
    spread = np.sqrt((x**2).sum(axis=0))
    unit = np.divide(x, spread, out=np.full_like(x, np.nan), where=spread > 0)
    r = unit.T @ unit
    np.fill_diagonal(r, np.nan)
    return np.arctanh(np.clip(r, -1, 1))


def write_matrices(source: Path, found: Cohort, target: Path, nodes: tuple[str, ...]) -> None:
    """Write each person's matrix of connections between some regions, beside what `write` wrote."""
    derivative = target / "derivatives" / "connections"
    at = [found.regions.index(n) for n in nodes]
    for site in SITES:
        for kept in _csv(source / "res" / f"{site}_sample_excl.csv"):
            name = f"sub-{site}{int(float(kept['ID'])):03d}"
            z = connectivity(*_recording(source, site, kept))[np.ix_(at, at)]
            (derivative / name / "func").mkdir(parents=True)
            rows = [tuple(map(_cell, row)) for row in z]
            _tsv(derivative / name / "func" / f"{name}_task-rest_relmat.dense.tsv", nodes, rows)
    _json(derivative / "dataset_description.json", {
        "Name": "Connections between regions", "BIDSVersion": "1.10.0", "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "tools.pain_sensitivity"}],
    })  # fmt: skip


def write(found: Cohort, target: Path) -> None:
    """Write the cohort as a BIDS folder with one derivative."""
    derivative = target / "derivatives" / DERIVATIVE
    derivative.mkdir(parents=True)
    for p in found.people:
        (target / f"sub-{p.name}").mkdir()
    columns = ("participant_id", "site", "age", "sex", "mean_fd", "pain_sensitivity")
    _tsv(target / "participants.tsv", columns, [
        (f"sub-{p.name}", p.site, f"{p.age:.2f}", p.sex, f"{p.mean_fd:.6f}", f"{p.pain_sensitivity:.6f}")
        for p in found.people
    ])  # fmt: skip
    _json(target / "participants.json", _DICTIONARY)
    _json(target / "dataset_description.json", {"Name": "Pain sensitivity, Bochum and Essen", "BIDSVersion": "1.10.0"})
    _json(derivative / "dataset_description.json", {
        "Name": "Connectivity of the thalamus", "BIDSVersion": "1.10.0", "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "tools.pain_sensitivity"}],
    })  # fmt: skip
    for k, seed in enumerate(SEEDS):
        others = [i for i, region in enumerate(found.regions) if region != seed]
        _tsv(
            derivative / f"seed-{seed.replace('_', '')}_connectivity.tsv",
            ("participant_id", *(found.regions[i] for i in others)),
            [(f"sub-{p.name}", *map(_cell, p.connectivity[k, others])) for p in found.people],
        )


_DICTIONARY = {
    "site": {"Description": "city of the scanner", "Levels": {"bochum": "Bochum", "essen": "Essen"}},
    "age": {"Description": "age", "Units": "year"},
    "sex": {"Description": "sex", "Levels": {"F": "female", "M": "male"}},
    "mean_fd": {"Description": "mean framewise displacement", "Units": "mm"},
    "pain_sensitivity": {
        "Description": "mean of z of cold, heat (negative) and mechanical (negative, log) pain threshold; z by Bochum",
        "Units": "SD",
    },
}


def _participant(
    source: Path, site: str, person: Row, kept: Row, sensitivity: float, regions: tuple[str, ...]
) -> Participant:
    series, displacement = _recording(source, site, kept)
    return Participant(
        f"{site}{int(float(person['ID'])):03d}", site, float(person["Age"]), "M" if float(person["Male"]) else "F",
        float(displacement.mean()), sensitivity, thalamic_connectivity(series, displacement, regions),
        float(kept["mean_QST_pain_sensitivity"]), float(kept.get("nested_prediction") or kept["prediction"]),
    )  # fmt: skip


def _recording(source: Path, site: str, kept: Row) -> tuple[Array, Array]:
    """Series of the regions, shape (volume, region), and the displacement from volume to volume, mm."""
    folder, file = source / f"{site}-sample", partial(_named, kept)
    displacement = np.loadtxt(folder / "framewise_displacement" / file("fd_file"), skiprows=1)
    with gzip.open(folder / "regional_timeseries" / f"{file('ts_file')}.gz", "rt") as stream:
        series = np.loadtxt(stream, skiprows=1)[:, 1:]  # the first column is the global signal
    return series, displacement


def _named(row: Row, column: str) -> str:
    return row[column].rsplit("/", 1)[-1]


def _known_mean(x: Array) -> Array:
    """Mean over the first axis of what is known, nan where nothing is."""
    known = np.isfinite(x)
    count = known.sum(axis=0)
    return np.where(count, np.where(known, x, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _late_mean(rows: list[dict[str, str]], test: str) -> Array:
    return np.mean([_column(rows, f"qst_{test}_{trial}") for trial in range(2, 7)], axis=0)


def _log_geometric_mean(rows: list[dict[str, str]]) -> Array:
    """Natural log of the geometric mean of painful and painless forces, without the first pair."""
    forces = [_column(rows, f"qst_mpt_{k}_{felt}") for k in range(2, 6) for felt in ("pain", "no_pain")]
    return np.mean(np.log(forces), axis=0)


def _column(rows: list[dict[str, str]], name: str) -> Array:
    return np.array([float(r[name]) if r[name].strip() not in ("", "NA") else np.nan for r in rows])


def _cell(value: float) -> str:
    return f"{value:.6f}" if np.isfinite(value) else "n/a"


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _tsv(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    path.write_text("\n".join("\t".join(cells) for cells in (columns, *rows)) + "\n", encoding="utf-8")


def _json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Read, write, and say how many people there are."""
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = cohort(Path(arguments[0]))
    write(found, Path(arguments[1]))
    each = ", ".join(f"{sum(p.site == s for p in found.people)} in {s.title()}" for s in SITES)
    print(f"{len(found.people)} people: {each}; {len(found.regions)} regions")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
