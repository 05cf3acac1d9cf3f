"""A small made-up dataset without a scan: sensory testing, stimulation, questionnaires and criteria of a few people."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from nociscope.io.qst_reference import shipped_reference

PEOPLE = tuple(f"{i:02d}" for i in range(1, 13))
PATIENTS = PEOPLE[6:]
STUDY = """
[study]
name = "low-back"
title = "Low back pain: sensory testing, motor maps and questionnaires"
seed = 3

[groups]
variable = "group"
levels = ["control", "patient"]

[qst]
reference = "code/reference.tsv"

[tms]
cell_cm = 1.0
map_threshold = "absolute"
map_level = 50
draws = 100

[phenotype]
criteria = ["neupsig"]

[[hypothesis]]
name = "pressure-pain"
measure = "PPT"
modality = "qst"
contrast = ["patient", "control"]
permutations = 200

[[hypothesis]]
name = "catastrophising"
measure = "PCS"
modality = "phenotype"
regions = ["total", "rumination"]
contrast = ["patient", "control"]
permutations = 200

[[hypothesis]]
name = "inhibition"
measure = "SICI_log"
modality = "tms"
contrast = ["patient", "control"]
permutations = 200

[[hypothesis]]
name = "by-grade"
measure = "PCS"
modality = "phenotype"
regions = ["total"]
by = "neupsig.grade"
contrast = ["probable", "unlikely"]
permutations = 200
"""
_THERMAL = {"CDT": 30.5, "WDT": 34.2, "CPT": 12.0, "HPT": 44.0}
_ANSWERS = {"pcs": 13, "hads": 14}


def write(root: Path, broken: str = "") -> Path:
    """Write the dataset; ``broken`` is the person whose table of pulses holds text where a number belongs."""
    rng = np.random.default_rng(5)
    _text(root / "dataset_description.json", '{"Name": "low back", "BIDSVersion": "1.9.0"}\n')
    _text(root / "code" / "nociscope.toml", STUDY)
    for suffix in (".tsv", ".toml"):
        shutil.copy(shipped_reference().with_suffix(suffix), root / "code" / f"reference{suffix}")
    people = [[f"sub-{p}", "patient" if p in PATIENTS else "control", 30 + int(p), "FM"[int(p) % 2]] for p in PEOPLE]
    _table(root / "participants.tsv", ["participant_id", "group", "age", "sex"], people)
    for person in PEOPLE:
        folder = root / f"sub-{person}" / "beh"
        _qst(folder / f"sub-{person}_task-qst_events.tsv", person in PATIENTS, person == PATIENTS[0], rng)
        _tms(folder / f"sub-{person}_task-tms_events.tsv", person, rng, "lots" if person == broken else "")
    _questionnaires(root / "phenotype", rng)
    return root


def _qst(path: Path, patient: bool, limited: bool, rng: np.random.Generator) -> None:
    rows: list[list[object]] = []
    for side in "LR":
        for test, mean in _THERMAL.items():
            value = mean + rng.normal(0, 0.8)
            at_limit = limited and test == "CPT"
            rows += [[test, "hand", side, i, 0.0 if at_limit else round(value + rng.normal(0, 0.3), 1), "degC",
                      32, "n/a", "n/a", "n/a", 1] for i in (1, 2, 3)]  # fmt: skip
        pressure = (330 if patient else 470) * rng.lognormal(0, 0.12)
        rows += [["PPT", "hand", side, i, round(pressure * rng.lognormal(0, 0.05), 1), "kPa", "n/a", "n/a", "n/a",
                  "n/a", 1] for i in (1, 2, 3)]  # fmt: skip
    rows += [["TSP", "hand", "R", i, "n/a", "n/a", "n/a", 20 + 3 * i, "0-100", "n/a", 1] for i in range(1, 11)]
    rows += [["CPM", "hand", "R", i, 300 + 60 * (phase != "baseline"), "kPa", "n/a", "n/a", "n/a", phase, 1]
             for i, phase in enumerate(("baseline", "conditioned"), 1)]  # fmt: skip
    names = ["test", "body_site", "side", "trial", "reading", "reading_unit", "baseline_temp", "response",
             "response_unit", "phase", "valid"]  # fmt: skip
    _table(path, names, rows)


def _tms(path: Path, person: str, rng: np.random.Generator, broken: str) -> None:
    rows: list[list[object]] = []

    def pulse(muscle: str, condition: str, size: float, isi: object = "n/a", x: object = "n/a", y: object = "n/a"):
        rows.append([f"sub-{person}", muscle, "L", f"p{len(rows):03d}", condition, round(size, 1), isi, x, y,
                     "n/a" if x == "n/a" else "cm", 1])  # fmt: skip

    inhibition = 0.75 if person in PATIENTS else 0.4
    for _ in range(15):
        pulse("FDI", "single", 900 * rng.lognormal(0, 0.3))
        pulse("FDI", "SICI", 900 * inhibition * rng.lognormal(0, 0.3), 3)
    for muscle, cx, cy in (("LES", 3.0, 0.0), ("DM", 3.0 if person in PATIENTS else 4.0, -1.0)):
        for x in range(1, 7):
            for y in range(-3, 4):
                size = 700 * np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 2.5) + 8
                for _ in range(3):
                    pulse(muscle, "map", size * rng.lognormal(0, 0.25), "n/a", x, y)
    if broken:
        rows[3][5] = broken
    names = ["participant_id", "muscle", "hemisphere", "pulse_id", "condition", "mep_p2p_uv", "isi_ms", "site_x",
             "site_y", "coord_unit", "valid"]  # fmt: skip
    _table(path, names, rows)


def _questionnaires(folder: Path, rng: np.random.Generator) -> None:
    for name, n in _ANSWERS.items():
        rows = []
        for person in PEOPLE:
            top = 4 if name == "pcs" else 3
            answers: list[object] = list(rng.integers(*((1, top + 1) if person in PATIENTS else (0, 3)), n))
            if (name, person) == ("pcs", "07"):
                answers[12] = "n/a"
            if (name, person) == ("hads", "03"):
                answers[1] = answers[4] = "n/a"
            rows.append([f"sub-{person}", *answers])
        _table(folder / f"{name}.tsv", ["participant_id", *(f"{name}_{i:02d}" for i in range(1, n + 1))], rows)
    pain = [[f"sub-{p}", *rng.integers(1, 6, 7), "attacks", "yes"] for p in PATIENTS]
    pain[1][3] = "n/a"
    _table(folder / "paindetect.tsv",
           ["participant_id", *(f"pd_{i:02d}" for i in range(1, 8)), "pd_pattern", "pd_radiation"], pain)  # fmt: skip
    known = [[f"sub-{p}", "yes", "yes", "yes" if p != "08" else "n/a", "no"] if p in PATIENTS
             else [f"sub-{p}", "no", "no", "no", "no"] for p in PEOPLE]  # fmt: skip
    asked = ["hx_lesion", "plausible_distribution", "sensory_signs", "confirmatory_test"]
    _table(folder / "neupsig.tsv", ["participant_id", *asked], known)


def _table(path: Path, names: list[str], rows: list[list[object]]) -> None:
    _text(path, "\n".join("\t".join(map(str, row)) for row in (names, *rows)) + "\n")


def _text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
