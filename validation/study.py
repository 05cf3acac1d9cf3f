"""Whole studies: does the truth come back, and do open data say what was published of them?"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from statistics import mean, median

from tools.figures import Figure, open_data

Row = dict[str, str]


def _rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _measures(make: Callable[[Path], Path], study: str | None) -> tuple[list[Row], Path]:
    """Run a dataset to its cohort table; return it and the dataset's folder, which the caller removes."""
    from nociscope.pipeline.run import RunConfig, run
    from nociscope.studies import shipped

    folder = Path(tempfile.mkdtemp(prefix="study-"))
    data = make(folder)
    file = shipped(study) if study else data / "code" / "nociscope.toml"
    for level in ("participant", "group"):
        if run(RunConfig(data, folder / "out", level, file, jobs=2)).exit_code:
            raise AssertionError(f"the {level} level failed, so its numbers say nothing")
    return _rows(folder / "out" / "cohort" / "measures.tsv"), folder


@cache
def _demo() -> tuple[tuple[float, float, float], ...]:
    """(truth, estimate, standard error) of every V_T by 2TCM of the demo."""
    from nociscope.simulate import simulate

    def make(folder: Path) -> Path:
        simulate("demo", folder / "data")
        return folder / "data"

    rows, folder = _measures(make, None)
    known = _rows(folder / "data" / "derivatives" / "truth" / "truth.tsv")
    shutil.rmtree(folder)
    true = {(r["participant_id"], r["region"]): float(r["value"]) for r in known if r["measure"] == "VT"}
    asked = [r for r in rows if (r["measure"], r["method"], r["status"]) == ("VT", "2TCM", "ok")]
    return tuple((true[r["participant_id"], r["region"]], float(r["value"]), float(r["se"])) for r in asked)


def _demo_bias() -> float:
    return 100 * median(abs(value / true - 1) for true, value, _ in _demo())


def _demo_coverage() -> float:
    pairs = _demo()
    return 100 * sum(abs(value - true) <= 1.96 * se for true, value, se in pairs) / len(pairs)


@cache
def _open(name: str, study: str) -> tuple[Row, ...]:
    data = open_data(name)
    rows, folder = _measures(lambda _: data, study)
    shutil.rmtree(folder)
    return tuple(rows)


def _genotype_ratio() -> float:
    """Mean V_T of mixed- over high-affinity binders, both scans of a person averaged, whole brain."""
    rows = _open("pbr28", "pbr28-test-retest")
    people = {r["participant_id"]: r["rs6971"] for r in _rows(open_data("pbr28") / "participants.tsv")}
    asked = [r for r in rows if (r["measure"], r["method"], r["region"]) == ("VT", "2TCM", "WB")]
    values: dict[str, list[float]] = {}
    for r in asked:
        if r["status"] == "ok":
            values.setdefault(r["participant_id"], []).append(float(r["value"]))
    by = {level: [mean(v) for p, v in values.items() if people[p] == level] for level in ("HAB", "MAB")}
    return mean(by["MAB"]) / mean(by["HAB"])


def _suvr(session: str) -> float:
    """Mean ratio of the superior frontal cortex to cerebellum in the last 30 min, ten people."""
    rows = _open("mc1-blocking", "mc1-blocking")
    asked = [r for r in rows if (r["measure"], r["region"], r["session_id"]) == ("SUVR", "superiorfrontal", session)]
    if len(asked) != 10:
        raise AssertionError(f"expected ten people, got {len(asked)}")
    return mean(float(r["value"]) for r in asked)


FIGURES = [
    Figure(
        id="study.demo_truth_2tcm",
        what="median absolute error of V_T by 2TCM in the demo, from noisy curves and blood to the cohort table",
        unit="%",
        goal="<= 5",
        measure=_demo_bias,
    ),
    Figure(
        id="study.demo_truth_2tcm_coverage",
        what="V_T of the demo whose 95 % interval holds the truth (72 numbers of 12 people)",
        unit="%",
        goal="88..100",
        measure=_demo_coverage,
    ),
    Figure(
        id="study.pbr28_hab_mab_ratio",
        what="V_T of mixed- over high-affinity binders, whole brain, 2TCM (about 0.6 in the literature)",
        unit="1",
        goal="0.4..0.8",
        measure=_genotype_ratio,
    ),
    Figure(
        id="study.mc1_suvr_baseline",
        what="superior frontal cortex over cerebellum, last 30 min, before celecoxib (1.378 from the same table)",
        unit="1",
        goal="1.364..1.392",
        measure=lambda: (_suvr("ses-baseline"), 1.378),
        peer="mean of the table's frames",
    ),
    Figure(
        id="study.mc1_suvr_blocked",
        what="the same after celecoxib (1.043 from the same table)",
        unit="1",
        goal="1.033..1.053",
        measure=lambda: (_suvr("ses-blocked"), 1.043),
        peer="mean of the table's frames",
    ),
]
