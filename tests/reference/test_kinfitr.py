"""Pinned against kinfitr 0.9.1 on open [11C]PBR28 scans and its simulated reference-tissue set.

Tolerances: linear methods under kinfitr's own integration rule 0.1 % (it resamples blood onto 6,000 points; 0.03 % is
seen). Compartment models 2 %: kinfitr evaluates at frame middles with a rectangle-rule convolution, we average over
frames exactly; -0.2 % is seen at the median. Rows at a bound or with relative SE of 0.1 or more are not targets.
"""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

from nociscope.core.records import Frames, InputFunction, Tacs
from nociscope.models.pet import MODELS, FitOptions, fit
from nociscope.models.pet.least_squares import predict
from nociscope.models.pet.scan import arterial_curves

SCANS = ("cgyu_1", "kzcp_2")


def table(path, delimiter=","):
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture(scope="module")
def reference(open_data):
    return table(open_data("pbr28-reference") / "kinfitr_pbr28.csv")


@pytest.fixture(scope="module")
def scans(open_data):
    root = open_data("pbr28") / "derivatives"

    def read(pet):
        person, number = pet.split("_")
        inner = f"sub-{person}/ses-{'test' if number == '1' else 'retest'}/pet"
        curves = next((root / "petprep" / inner).glob("*_tacs.tsv"))
        rows = table(curves, "\t")
        names = tuple(k for k in rows[0] if not k.startswith("frame_"))
        frames = Frames([float(r["frame_start"]) / 60 for r in rows], [float(r["frame_end"]) / 60 for r in rows])
        weights = json.loads(curves.with_suffix(".json").read_text())["FrameWeights"]
        tacs = Tacs([[float(r[n]) for r in rows] for n in names], frames, names, weights=weights)
        blood = table(next((root / "bloodstream" / inner).glob("*_inputfunction.tsv")), "\t")
        columns = [np.array([float(r[k]) for r in blood]) for k in ("time", "AIF", "whole_blood_radioactivity")]
        return tacs, InputFunction(columns[0] / 60, columns[1], columns[2])

    return {pet: read(pet) for pet in SCANS}


def rows_of(reference, model):
    return [r for r in reference if r["protocol"] == "B" and r["model"] == model and r["PET"] in SCANS
            and r["start"] in ("default", "linear") and r["bound_hit"] == "False"
            and float(r["Vt_se_frac"] or 0) < 0.1]  # fmt: skip


def shared(reference, pet):
    row = next(r for r in reference if r["protocol"] == "B" and r["model"] == "2TCM" and r["PET"] == pet)
    return float(row["inpshift"]), float(row["vB"])


def compare(reference, scans, theirs, ours, **options):
    errors = []
    for pet in SCANS:
        delay, vB = shared(reference, pet)
        tacs, input_ = scans[pet]
        fits = {f.region: f for f in fit(ours, tacs, input_.shifted(delay), options=FitOptions(vB=vB, **options))}
        rows = [r for r in rows_of(reference, theirs) if r["PET"] == pet]
        errors += [fits[r["Region"]]["VT"].value / float(r["Vt"]) - 1 for r in rows]
    assert len(errors) >= 6
    return np.abs(errors)


@pytest.mark.parametrize(
    ("theirs", "ours", "rule", "weights"),
    [
        ("Logan_unw_dur", "Logan", "kinfitr-duration", "uniform"),
        ("Logan_unw_trapz", "Logan", "kinfitr-trapezoid", "uniform"),
        ("MA1_dur", "MA1", "kinfitr-duration", "supplied"),
        ("MA1_trapz", "MA1", "kinfitr-trapezoid", "supplied"),
    ],
)
def test_linear_methods_agree_under_the_same_rule(reference, scans, theirs, ours, rule, weights):
    errors = compare(reference, scans, theirs, ours, integration=rule, weights=weights, tstar_frames=10)
    assert errors.max() < 1e-3


@pytest.mark.parametrize("model", ["1TCM", "2TCM"])
def test_compartment_models_agree(reference, scans, model):
    errors = compare(reference, scans, model, model, weights="supplied")
    assert errors.max() < 0.02 and np.median(errors) < 0.005


def test_the_endothelial_model_fits_no_worse(reference, scans):
    """Under one evaluation (exact frame means), our optimum is never above the one kinfitr reports."""
    model = MODELS["2TCM1K"]
    for pet in SCANS:
        delay, vB = shared(reference, pet)
        tacs, input_ = scans[pet]
        options = FitOptions(vB=vB, weights="supplied")
        fits = {f.region: f for f in fit("2TCM1K", tacs, input_.shifted(delay), options=options)}
        curves = arterial_curves(tacs, input_.shifted(delay), options)
        for row in rows_of(reference, "2TCM1K"):
            if row["PET"] == pet:
                theirs = predict(model, np.array([[float(row[p.symbol]) for p in model.params]]), curves)[0]
                wrss = float((curves.weights * (tacs.region(row["Region"]) - theirs) ** 2).sum())
                assert fits[row["Region"]].criteria["wrss"] <= wrss * (1 + 1e-9)


def test_simulated_reference_set(open_data):
    """kinfitr's SRTM errs by 3.75 % on these 30 curves; 3.5 % is asked of ours, with the decay-based noise model."""
    folder = open_data("srtm-simulated")
    truth = {(r["PET"], r["Region"]): float(r["bp"]) for r in table(folder / "truth.csv")}
    options = FitOptions(weights="decay", half_life_min=20.4)
    errors = []
    for path in sorted(folder.glob("*_tacs.tsv")):
        rows = [r for r in table(path, "\t") if float(r["frame_duration_min"]) > 0]
        start = np.array([float(r["frame_start_min"]) for r in rows])
        frames = Frames(start, start + [float(r["frame_duration_min"]) for r in rows])
        names = ("Reference", "ROI1", "ROI2", "ROI3")
        tacs = Tacs([[float(r[n]) for r in rows] for n in names], frames, names)
        for f in fit("SRTM", tacs, reference="Reference", options=options)[1:]:
            errors.append(abs(f["BPND"].value / truth[path.name[:6], f.region] - 1))
    assert np.mean(errors) < 0.035
