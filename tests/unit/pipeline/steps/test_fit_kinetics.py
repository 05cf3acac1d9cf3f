"""``fit-kinetics`` and its neighbours as pure functions: hand-made records in, records and problems out."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from nociscope.core.errors import DatasetError, StudyError
from nociscope.core.estimate import Estimate
from nociscope.core.finding import EffectSize, Finding
from nociscope.core.problem import Problem
from nociscope.core.records import Frames, InputFunction, Scan, Tacs
from nociscope.core.status import FitStatus
from nociscope.core.study import PetSettings
from nociscope.io.index import ScanKey, Sidecar
from nociscope.io.sidecar import ARTERIAL
from nociscope.io.tracers import find_tracer
from nociscope.pipeline.step import Produced
from nociscope.pipeline.steps import collect_tacs, describe_scan, evaluate_hypotheses, fit_delay, fit_kinetics
from nociscope.pipeline.steps import make_input_function as blood
from nociscope.pipeline.steps.fit_delay import Delay
from nociscope.pipeline.steps.read import ScanRecord
from nociscope.pipeline.steps.settings import models

EDGES = np.concatenate((np.arange(0, 10, 1.0), np.arange(10, 91, 5.0)))
FRAMES = Frames(EDGES[:-1], EDGES[1:])
TIME = np.linspace(0, 90, 1801)
AIF = 60 * TIME * np.exp(-TIME / 1.5) + 4 * (1 - np.exp(-TIME / 2)) * np.exp(-TIME / 60)
INPUT = InputFunction(TIME, AIF, AIF)
PARAMS = {
    "models": ["1TCM"],
    "regions": [],
    "uptake_everywhere": False,
    "reference": "cerebellum",
    "window_min": [60, 90],
    "average": False,
    "seed": 1,
    "ci_level": 0.95,
    "vB": 0.0,
    "k2prime": "fit",
    "tstar_min": "auto",
    "starts": 4,
    "bootstrap": 0,
    "end_min": None,
    "weights": "uniform",
}


def curve(K1, k2):
    """Exact enough frame means of a one-tissue curve."""
    fine = K1 * np.convolve(AIF, np.exp(-k2 * TIME))[: TIME.size] * (TIME[1] - TIME[0])
    return np.array([fine[(s <= TIME) & (e >= TIME)].mean() for s, e in zip(FRAMES.start, FRAMES.end, strict=True)])


TACS = Tacs(np.array([curve(0.3, 0.1), curve(0.3, 0.15)]), FRAMES, ("thalamus", "cerebellum"))
SCAN = ScanRecord(Scan("[11C]PBR28", "C11", 20.364, 400.0, weight_kg=70.0, entities={"sub": "01"}))


def run(scan=SCAN, tacs=TACS, records=(), **params) -> Produced:
    return fit_kinetics.run({"scan": scan, "tacs": tacs, "input": INPUT, **dict(records)}, PARAMS | params)


def fits(made, model="1TCM"):
    return {f.region: f for f in made.records[f"kinpar-{model}"]}


def trouble(code, *blocks):
    return replace(SCAN, problems=(Problem(code, "here", "why", blocks),))


def test_a_whole_scan_gets_its_numbers():
    found = fits(run())
    assert found["thalamus"]["VT"].value == pytest.approx(3, rel=0.03)
    assert found["cerebellum"]["VT"].value == pytest.approx(2, rel=0.03)


def test_uptake_may_be_asked_everywhere_while_models_stay_on_few_regions():
    params = {"models": ["1TCM", "SUV", "SUVR"], "regions": ["thalamus"]}
    few = run(**params)
    assert {len(fits(few, m)) for m in params["models"]} == {1}
    made = run(**params, uptake_everywhere=True)
    assert set(fits(made)) == {"thalamus"}
    for model in ("SUV", "SUVR"):
        assert set(fits(made, model)) == {"thalamus", "cerebellum"}
        assert fits(made, model)["thalamus"][model].value == fits(few, model)["thalamus"][model].value


def test_a_scan_without_input_says_so_everywhere():
    made = fit_kinetics.run({"scan": SCAN, "tacs": TACS}, PARAMS)
    assert {f.status for f in fits(made).values()} == {FitStatus.MISSING_BLOOD}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("dose-implausible", FitStatus.IMPLAUSIBLE_DOSE),
        ("dose-missing", FitStatus.MISSING_DOSE),
        ("weight-missing", FitStatus.MISSING_WEIGHT),
        ("weight-implausible", FitStatus.MISSING_WEIGHT),
        ("decay-mismatch", FitStatus.DECAY_MISMATCH),
    ],
)
def test_uptake_that_a_problem_forbids_stays_away_though_it_could_be_computed(code, expected):
    made = run(trouble(code, "SUV"), models=["SUV", "SUVR"])
    for fit in fits(made, "SUV").values():
        assert fit.status is fit["SUV"].status is expected
        assert np.isnan(fit["SUV"].value)
    assert fits(made, "SUVR")["thalamus"].status is FitStatus.OK, "a ratio needs neither dose nor weight"


def test_blood_with_an_unknown_decay_reference_is_not_called_missing():
    log = SimpleNamespace(problems=(Problem("decay-mismatch", "blood", "why", ARTERIAL),))
    made = fit_kinetics.run({"scan": SCAN, "tacs": TACS, "logs": (log,)}, PARAMS | {"models": ["1TCM", "SUVR"]})
    assert {f.status for f in fits(made).values()} == {FitStatus.DECAY_MISMATCH}
    assert {f.status for f in fits(made, "SUVR").values()} == {FitStatus.OK}


def test_a_reference_that_is_not_there_is_a_problem_and_a_status():
    made = run(models=["SRTM", "SUVR", "1TCM"], reference="pons")
    for model in ("SRTM", "SUVR"):
        assert {f.status for f in fits(made, model).values()} == {FitStatus.MISSING_REGION}
    assert fits(made)["thalamus"].status is FitStatus.OK
    (problem,) = made.problems
    assert (problem.code, problem.blocks) == ("reference-absent", ("SRTM", "SUVR"))
    assert "thalamus" in problem.mend


def test_uptake_without_a_window_names_the_key_to_set():
    made = run(models=["SUV", "SUVR", "1TCM"], window_min=None)
    for model in ("SUV", "SUVR"):
        assert {f.status for f in fits(made, model).values()} == {FitStatus.OUT_OF_WINDOW}
    assert fits(made)["thalamus"].status is FitStatus.OK
    assert [p.code for p in made.problems] == ["window-missing"]
    assert "window_min" in made.problems[0].mend


def test_only_regions_asked_for_are_kept_and_an_absent_one_stands_there_with_its_reason():
    made = run(models=["1TCM", "SUVR"], regions=["thalamus", "amygdala"])
    for model in ("1TCM", "SUVR"):
        found = fits(made, model)
        assert set(found) == {"thalamus", "amygdala"}, "the reference serves but is not kept"
        assert found["thalamus"].status is FitStatus.OK
        assert found["amygdala"].status is FitStatus.MISSING_REGION
    assert [(p.code, p.blocks) for p in made.problems] == [("region-missing", ("amygdala",))]
    alone = fits(run())["thalamus"]["VT"].value
    assert fits(made)["thalamus"]["VT"].value == pytest.approx(alone, rel=1e-6), "others are untouched"


def test_a_study_whose_regions_are_all_absent_is_the_callers_mistake():
    with pytest.raises(StudyError, match="amygdala"):
        run(regions=["amygdala"])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda c: np.where(np.arange(c.size) == 0, np.nan, c), FitStatus.NOT_FINITE),
        (lambda c: -c, FitStatus.NO_SIGNAL),
        (lambda c: 0 * c, FitStatus.NO_SIGNAL),
    ],
)
def test_a_curve_that_is_said_to_be_blocked_has_no_number_of_any_model(change, expected):
    broken = replace(TACS, activity=np.array([change(TACS.activity[0]), TACS.activity[1]]))
    made = run(tacs=broken, models=["1TCM", "Logan", "SUV", "SUVR"])
    for model in ("1TCM", "Logan", "SUV", "SUVR"):
        found = fits(made, model)
        assert found["thalamus"].status is expected, model
        assert all(np.isnan(e.value) for e in found["thalamus"].estimates.values())
        assert found["cerebellum"].status is FitStatus.OK, model


def test_the_mean_over_models_is_one_more_file():
    made = run(models=["1TCM", "2TCM"], average=True)
    value = fits(made, "Average")["thalamus"]["VT"].value
    assert value == pytest.approx(3, rel=0.05)


def test_an_input_that_comes_later_is_moved():
    late = {"delay": Delay(Estimate(0.5, unit="min", status=FitStatus.NO_INTERVAL), Estimate.missing("1", FitStatus.MISSING_DATA))}  # fmt: skip # noqa: E501
    assert fits(run(records=late))["thalamus"]["VT"].value != fits(run())["thalamus"]["VT"].value


def test_a_given_delay_is_not_fitted():
    made = fit_delay.run({"input": INPUT}, {"delay": 0.25})
    assert made.records["delay"].delay.value == 0.25
    assert "study file" in made.methods[0]


def test_without_an_input_there_is_no_delay():
    assert fit_delay.run({}, {"delay": "fit"}).records == {}


def test_an_unknown_tracer_gets_what_the_study_file_allows():
    unknown = find_tracer("[11C]XYZ")
    assert models(PetSettings(), unknown) == []
    assert models(PetSettings(window_min=(60, 90)), unknown) == ["SUV"]
    assert models(PetSettings(window_min=(60, 90), reference_region="pons"), unknown) == ["SUV", "SUVR"]
    assert models(PetSettings(models=["Logan"]), unknown) == ["Logan"]
    made = run(models=[])
    assert made.records == {}
    assert [p.code for p in made.problems] == ["models-missing"]


def test_a_correction_is_applied_and_told():
    data = {
        "TracerName": "PBR28", "TracerRadionuclide": "C11", "InjectedRadioactivity": 400000,
        "InjectedRadioactivityUnits": "Bq", "TimeZero": "10:00:00", "InjectionStart": 0, "ScanStart": 0,
        "FrameTimesStart": [0, 60], "FrameDuration": [60, 60], "ImageDecayCorrected": True,
        "ImageDecayCorrectionTime": 0,
    }  # fmt: skip
    records = {"sidecar": (ScanKey("01"), Sidecar(data, ()))}
    before = describe_scan.run(records, {"corrections": []})
    assert before.records["scan"].scan.dose_status is FitStatus.IMPLAUSIBLE_DOSE
    mend = {"field": "InjectedRadioactivityUnits", "value": "kBq", "reason": "seen in the DICOM header"}
    after = describe_scan.run(records, {"corrections": [mend]})
    assert after.records["scan"].scan.dose_MBq == pytest.approx(400)
    assert any("seen in the DICOM header" in p.message for p in after.problems)


def test_a_sidecar_that_falsifies_every_number_stops_the_scan():
    data = {"TracerName": "PBR28", "FrameTimesStart": [0, 30], "FrameDuration": [60, 60]}
    with pytest.raises(DatasetError, match="overlap"):
        describe_scan.run({"sidecar": (ScanKey("01"), Sidecar(data, ()))}, {"corrections": []})


def test_a_reference_made_of_parts_is_made_and_the_whole_brain_too():
    assert collect_tacs.reference(("Left-Cerebellum-Cortex", "Right-Cerebellum-Cortex"), "cerebellum") == {
        "cerebellum": ["Left-Cerebellum-Cortex", "Right-Cerebellum-Cortex"]
    }
    assert collect_tacs.reference(("thalamus", "skull"), "whole brain") == {"whole brain": ["thalamus"]}
    assert collect_tacs.reference(("cerebellum",), "cerebellum") == {}
    assert collect_tacs.reference(("thalamus",), "pons") == {}


def test_blood_switched_off_or_absent_is_said():
    for source, word in (("none", "switched off"), ("auto", "no arterial blood")):
        made = blood.run({"tacs": TACS}, {"source": source})
        assert made.records == {}
        assert [(p.code, word in p.message) for p in made.problems] == [("input-missing", True)]
        assert "2TCM" in made.problems[0].blocks


def test_a_mean_over_fewer_sessions_is_marked():
    finding = Finding(
        "h", "contrast", "VT", "thalamus", "2TCM", "a - b", {"a": 2, "b": 2}, 1.0, "mL/cm3", 0.0, 2.0, 0.95,
        EffectSize("hedges_g", 1.0, 0.0, 2.0), {}, 0.3, 0.3, "max", "h", "test", 6, True, 1, "two-sided",
    )  # fmt: skip
    selection = SimpleNamespace(incomplete=(("sub-01", "thalamus", "ses-b", "no signal"), ("sub-02", "pons", "b", "x")))
    marked = evaluate_hypotheses._with_incomplete(finding, selection)
    (safeguard,) = marked.safeguards
    assert (safeguard.code, safeguard.severity) == ("sessions-incomplete", "note")
    assert "sub-01 ses-b: no signal" in safeguard.message
    assert "sub-02" not in safeguard.message
