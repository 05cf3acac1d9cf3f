"""Grading systems over everything that is unknown, and the mechanism class beside clinicians on 464 real people.

``python -m validation.criteria`` prints what the class can say of the 464 from 11 signs, and what it cannot.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from itertools import product

import numpy as np
from numpy.typing import NDArray

from nociscope.cohort.answers import decided
from nociscope.core.instrument import Instrument
from nociscope.io.instruments import find_instrument
from nociscope.models.phenotype.grading import graded
from nociscope.stats.diagnosis import Agreement, agreement
from nociscope.stats.missingness import Missingness, missingness
from nociscope.stats.prediction.proportions import wilson
from tools.figures import Figure, open_data

Array = NDArray[np.float64]

CLINICIANS = {
    "Nociceptive": "nociceptive",
    "Peripheral Neuropathic": "neuropathic",
    "Central Neuropathic": "nociplastic",
}
"""The clinicians' words and the class that is nearest; central sensitisation pain of 2011 is not the
nociplastic pain of 2021, only what became of it."""

CLASSES = ("nociceptive", "neuropathic", "nociplastic", "mixed", "unclassified")


def people() -> tuple[dict[str, Array], NDArray[np.str_]]:
    """Eleven signs (nan where nothing was ticked) and the clinicians' class of 464 people with low back pain."""
    path = open_data("clinical-tables/smart2011_lbp_mechanisms.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    signs = {
        c.removeprefix("Criterion"): np.array([float(r[c]) if r[c] else np.nan for r in rows])
        for c in rows[0]
        if c.startswith("Criterion")
    }
    return signs, np.array([CLINICIANS[r["mechanism"]] for r in rows])


def nothing_known(n: int) -> dict[str, Array]:
    """Inputs of the mechanism class, all unknown."""
    return {c: np.full(n, np.nan) for c in find_instrument("mechanism").columns}


def read_as_they_stand(signs: Mapping[str, Array]) -> dict[str, Array]:
    """The five signs that say what an input asks; the others are left out rather than stretched.

    9, pain in a dermatomal or cutaneous distribution: the distribution is plausible. 28, a clear, proportionate pattern
    on mechanical testing: nociception is there. 2, pain in proportion to trauma, pathology or dysfunction: it explains
    all of the pain. 19, night pain or disturbed sleep: the comorbidity. 33, diffuse tenderness on palpation: evoked
    static hypersensitivity where present (its absence does not exclude a local one).
    """
    known = nothing_known(len(signs["9"]))
    known["plausible_distribution"] = signs["9"]
    known["noci_present"], known["noci_explains_all"] = signs["28"], signs["2"]
    known["como_sleep"] = signs["19"]
    known["ev_static"] = np.where(signs["33"] == 1, 1.0, np.nan)
    return known


def read_with_assumptions(signs: Mapping[str, Array]) -> dict[str, Array]:
    """The same, with every unknown input assumed from the nearest sign: ours, and nobody's validated reading.

    A lesion is taken for given where the distribution is neural (9); sensory signs where there are dysaesthesias (15)
    or nerves hurt on palpation (37); pain is chronic in all; regional where it is not localized (8) or tenderness is
    diffuse (33); a history of sensitivity to movement where provocation is disproportionate (13); no confirming test.
    """
    known = read_as_they_stand(signs)
    nerve = np.fmax(signs["15"], signs["37"])
    assumed: dict[str, Array | float] = {
        "hx_lesion": signs["9"], "sensory_signs": nerve, "confirmatory_test": 0.0, "dur_months": 12.0,
        "distribution": np.fmax(1 - signs["8"], signs["33"]), "neuro_present": signs["9"] * nerve,
        "neuro_explains_all": signs["2"], "hx_movement": signs["13"], "ev_static": signs["33"],
    }  # fmt: skip
    for column in known:
        if column in assumed:
            known[column] = np.broadcast_to(assumed[column], known[column].shape).astype(float)
        elif np.isnan(known[column]).all():
            known[column] = np.zeros_like(known[column])
    return known


def classes(known: Mapping[str, Array]) -> NDArray[np.str_]:
    """Reachable classes of everybody, joined by ``|``."""
    return decided(find_instrument("mechanism"), dict(known))["class"]


def settled() -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    """Reachable classes from the signs as they stand, and the clinicians' class."""
    signs, clinicians = people()
    return classes(read_as_they_stand(signs)), clinicians


def share_settled() -> float:
    """People of whom one class remains, percent."""
    found, _ = settled()
    return float(100 * np.mean(["|" not in f for f in found]))


def agree_where_settled() -> float:
    """People among them whose class is the clinicians', percent."""
    found, clinicians = settled()
    alone = np.array(["|" not in f for f in found])
    return float(100 * np.mean(found[alone] == clinicians[alone]))


def not_excluded() -> float:
    """People whose clinicians' class is among the reachable ones, percent."""
    found, clinicians = settled()
    return float(100 * np.mean([c in f.split("|") for f, c in zip(found, clinicians, strict=True)]))


def assumed_agreement() -> tuple[Agreement, int]:
    """Clinicians against the class under the assumptions, and people whom missing signs leave open."""
    signs, clinicians = people()
    found = classes(read_with_assumptions(signs))
    alone = np.array(["|" not in f for f in found])
    return agreement(clinicians[alone], found[alone], CLASSES), int((~alone).sum())


def truth_tables() -> float:
    """Patterns of known, unknown and denied inputs whose reported set differs from that over all completions."""
    return float(_wrong(find_instrument("neupsig"), find_instrument("neupsig").columns, _neupsig) + _wrong_kosek())


def _neupsig(lesion: int, distribution: int, signs: int, test: int) -> str:
    return ("possible", "probable", "definite")[signs + test] if lesion and distribution else "unlikely"


def _kosek(months: int, spread: int, noci: int, neuro: int, history: int, comorbid: int, evoked: int) -> str:
    if not (months and spread and noci and neuro and evoked):
        return "not_nociplastic"
    return "probable" if history and comorbid else "possible"


def _wrong(instrument: Instrument, columns: tuple[str, ...], truth: object) -> int:
    wrong = 0
    for pattern in product((0, 1, None), repeat=len(columns)):
        answers = {c: np.nan if v is None else float(v) for c, v in zip(columns, pattern, strict=True)}
        worlds = product(*[(0, 1) if v is None else (v,) for v in pattern])
        wrong += set(graded(instrument, instrument.rules[0], answers).labels) != {truth(*w) for w in worlds}  # type: ignore[operator]
    return wrong


def _wrong_kosek() -> int:
    criteria, wrong = find_instrument("nociplastic"), 0
    for pattern in product((0, 1, None), repeat=7):
        found = graded(criteria, criteria.rules[0], _kosek_answers(criteria, pattern))
        worlds = product(*[(0, 1) if v is None else (v,) for v in pattern])
        wrong += set(found.labels) != {_kosek(*w) for w in worlds}
    return wrong


def _kosek_answers(criteria: Instrument, pattern: tuple[int | None, ...]) -> dict[str, float]:
    """Seven questions as the seventeen inputs."""
    months, spread, noci, neuro, *three = [np.nan if v is None else float(v) for v in pattern]
    known = dict.fromkeys(criteria.columns, 0.0) | {"dur_months": 3 * months, "distribution": spread}
    for name, value in (("noci", noci), ("neuro", neuro)):
        known[f"{name}_present"] = known[f"{name}_explains_all"] = 1 - value
    for prefix, value in zip(("hx_", "como_", "ev_"), three, strict=True):
        columns = [c for c in criteria.columns if c.startswith(prefix)]
        known |= dict.fromkeys(columns, np.nan) if np.isnan(value) else {columns[0]: value}
    return known


def back_pain_gaps() -> Missingness:
    """What is missing of the 159 people with low back pain of the R package psfmi."""
    path = open_data("clinical-tables/psfmi_lbp_orig.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return missingness({c: np.array([float(r[c]) if r[c] else np.nan for r in rows]) for c in rows[0]})


FIGURES = [
    Figure(
        "criteria.truth_tables",
        "Patterns of NeuPSIG (81) and nociplastic pain (2187) whose reported set is not that over all completions",
        "1", "== 0", truth_tables, "brute force",
    ),
    Figure(
        "criteria.mechanism_settled", "464 people, 11 signs as they stand: people of whom one mechanism class remains",
        "%", "", share_settled,
    ),
    Figure(
        "criteria.mechanism_agreement", "Of these, people whose class is the clinicians'",
        "%", "", agree_where_settled, "clinicians, Smart 2011",
    ),
    Figure(
        "criteria.mechanism_not_excluded", "464 people: the clinicians' class is among those that remain",
        "%", "", not_excluded, "clinicians, Smart 2011",
    ),
    Figure(
        "criteria.mechanism_kappa_assumed",
        "Cohen's kappa with the clinicians where unknown inputs are assumed from the nearest sign",
        "1", "", lambda: assumed_agreement()[0].kappa, "clinicians, Smart 2011",
    ),
    Figure(
        "criteria.back_pain_complete", "psfmi: people of 159 without any gap, nothing imputed",
        "1", "", lambda: float(back_pain_gaps().complete),
    ),
    Figure(
        "criteria.back_pain_patterns", "psfmi: patterns of gaps among the others",
        "1", "", lambda: float(len(back_pain_gaps().patterns) - 1),
    ),
]  # fmt: skip


def _print() -> None:
    found, clinicians = settled()
    print("Signs as they stand: classes that remain, by the clinicians' class\n")
    counts = Counter(zip(found, clinicians, strict=True))
    rows = sorted(set(found), key=lambda f: (f.count("|"), f))
    names = list(CLINICIANS.values())
    print(f"{'remaining':<58}" + "".join(f"{n:>13}" for n in names))
    for row in rows:
        print(f"{row:<58}" + "".join(f"{counts[row, n]:>13}" for n in names))
    alone = np.array(["|" not in f for f in found])
    right = wilson(int((found[alone] == clinicians[alone]).sum()), int(alone.sum()))
    inside = wilson(sum(c in f.split("|") for f, c in zip(found, clinicians, strict=True)), len(found))
    print(f"\nsettled: {alone.sum()} of {alone.size}")
    print(f"settled as the clinicians have it: {right.count} of {right.total} ({_interval(right.low, right.high)})")
    print(f"clinicians' class not excluded: {inside.count} of {inside.total} ({_interval(inside.low, inside.high)})")
    table, open_ = assumed_agreement()
    print("\nWith assumptions for what is unknown: clinicians in rows, classes in columns\n")
    print(f"{'':<13}" + "".join(f"{c:>13}" for c in CLASSES))
    for label, row in zip(table.labels, table.table, strict=True):
        if row.sum():
            print(f"{label:<13}" + "".join(f"{v:>13}" for v in row))
    print(f"\nkappa {table.kappa:.3f} ({table.low:.3f} to {table.high:.3f}); left open by missing signs: {open_}")
    print(f"\npsfmi, 159 people with low back pain: {back_pain_gaps().sentence}")


def _interval(low: float, high: float) -> str:
    return f"95 % {100 * low:.1f} to {100 * high:.1f} %"


if __name__ == "__main__":
    _print()
