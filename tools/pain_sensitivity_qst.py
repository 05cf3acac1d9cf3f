"""Turn sensory testing and questionnaires of the open pain-sensitivity study into tables that the program scores.

``python -m tools.pain_sensitivity_qst SOURCE TARGET`` writes everybody of Essen with single readings, as
``beh/*_task-qst_events.tsv``; everybody of both cities with age, sex and site; and the totals of questionnaires, of
which the authors shared no items, as columns of ``phenotype/questionnaire_totals.tsv``. Bochum shared thresholds but no
single readings: they stand in ``derivatives/authors/thresholds.tsv`` beside those of Essen, as the authors computed
them (Spisak et al. 2020, doi:10.1038/s41467-019-13785-z).
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

Row = Mapping[str, str]
SITES = ("bochum", "essen")
THERMAL = ("CDT", "WDT", "CPT", "HPT")
FORCES = {"MDT": ("felt", "not_felt"), "MPT": ("pain", "no_pain")}
"""Ends of an ascending and a descending series of pinpricks or hairs."""
TOTALS = ("anx_state", "anx_trait", "ads_k", "pcs_catastrophizing", "psq", "PSQ20", "PSQI")
READINGS = (
    "onset", "duration", "test", "body_site", "side", "trial", "direction", "reading", "reading_unit", "valid",
    "invalid_reason",
)  # fmt: skip
_SEX = {"0": "F", "0.0": "F", "1": "M", "1.0": "M"}
PRACTICE = "practice"
"""Why the first reading of each test does not count: the authors left it out."""


def participant(site: str, row: Row) -> str:
    """Name of a person, as `tools.pain_sensitivity` has it."""
    return f"sub-{site}{int(float(row['ID'])):03d}"


def people(source: Path, site: str) -> list[dict[str, str]]:
    """Everybody of one city, with what the authors computed; also those whom they left out of their models."""
    with (source / "res" / f"{site}_sample.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def readings(row: Row) -> Iterator[tuple[object, ...]]:
    """Rows of one person's table of single readings."""
    for test in THERMAL:
        yield from (_reading(test, k, "n/a", row[f"qst_{test.lower()}_{k}"], "degC") for k in range(1, 7))
    for test, ends in FORCES.items():
        for k in range(1, 6):
            for direction, end in zip(("asc", "desc"), ends, strict=True):
                yield _reading(test, k, direction, row[f"qst_{test.lower()}_{k}_{end}"], "mN")


def _reading(test: str, k: int, direction: str, text: str, unit: str) -> tuple[object, ...]:
    known = text not in ("", "NaN", "nan")
    counts = known and k > 1
    why = "n/a" if counts else PRACTICE if known else "missing"
    return ("n/a", "n/a", test, "hand", "n/a", k, direction, text if known else "n/a", unit, int(counts), why)


def write(source: Path, target: Path) -> None:
    """Write the folder."""
    found = [(site, row) for site in SITES for row in people(source, site)]
    target.mkdir(parents=True, exist_ok=True)
    _json(target / "dataset_description.json", {"Name": "Sensory testing, Bochum and Essen", "BIDSVersion": "1.10.0"})
    _table(target / "participants.tsv", ("participant_id", "site", "age", "sex"), (
        (participant(site, row), site, _cell(row["Age"]), _SEX.get(row["Male"], "n/a"))
        for site, row in found
    ))  # fmt: skip
    for site, row in found:
        name = participant(site, row)
        (target / name / "beh").mkdir(parents=True)
        if site == "essen":
            _table(target / name / "beh" / f"{name}_task-qst_events.tsv", READINGS, readings(row))
    _table(target / "phenotype" / "questionnaire_totals.tsv", ("participant_id", *TOTALS), (
        (participant(site, row), *(_cell(row.get(c, "")) for c in TOTALS)) for site, row in found
    ))  # fmt: skip
    thresholds = ("CPT", "HPT", "MPT_log_geom", "mean_QST_pain_sensitivity")
    _table(target / "derivatives" / "authors" / "thresholds.tsv", ("participant_id", *thresholds), (
        (participant(site, row), *(_cell(row[c]) for c in thresholds)) for site, row in found
    ))  # fmt: skip
    _json(target / "derivatives" / "authors" / "dataset_description.json", {
        "Name": "Thresholds as the authors computed them", "BIDSVersion": "1.10.0", "DatasetType": "derivative",
        "GeneratedBy": [{"Name": "tools.pain_sensitivity_qst"}],
    })  # fmt: skip


def _cell(text: str) -> str:
    return "n/a" if text in ("", "NaN", "nan") or math.isnan(float(text)) else text


def _table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = ["\t".join(columns), *("\t".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _json(path: Path, what: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(what, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    write(Path(sys.argv[1]), Path(sys.argv[2]))
