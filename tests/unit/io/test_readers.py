"""Sidecars, curves, blood, people, names and parameters: the open sets as they are, and what we write read back."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nociscope.core.errors import InputError, MalformedFile, MissingMetadata, UnsafeName
from nociscope.core.estimate import Estimate
from nociscope.core.records import Frames, InputFunction, KineticFit, LinearPlot, Scan, Tacs
from nociscope.core.status import FitStatus
from nociscope.core.study import Correction, PetSettings, Study
from nociscope.io import names
from nociscope.io.blood import draws_path, read_input_function, write_input_function
from nociscope.io.check import check_dataset, inventory
from nociscope.io.index import Sidecar, index_dataset
from nociscope.io.kinpar import curves_path, read_kinpar, write_kinpar
from nociscope.io.load import load_scan
from nociscope.io.people import read_people
from nociscope.io.table import read_json, read_tsv
from nociscope.io.tacs import combine_regions, read_tacs, write_tacs
from tests.broken import Dataset, write_json, write_tsv

SCAN = Scan("[11C]PBR28", "C11", 20.364, entities={"sub": "01"})
FRAMES = Frames([0.0, 0.5, 1.0], [0.5, 1.0, 49 / 30])


def load(root, sub, ses, study=None):
    index = index_dataset(root)
    key = next(k for k in index.scans() if (k.sub, k.ses) == (sub, ses))
    return load_scan(index, key, read_people(root, index), study or Study())


def test_pbr28_is_read_as_it_is(open_data):
    scan = load(open_data("pbr28"), "rbqc", "test")
    assert scan.usable
    assert (scan.scan.dose_MBq, scan.scan.weight_kg, scan.scan.half_life_min) == (359, 56, 20.364)
    assert scan.tacs.regions == ("FC", "TC", "STR", "THA", "WB", "CBL")
    assert scan.tacs.frames.start[0] * 60 == pytest.approx(49)
    assert scan.tacs.region("WB")[-1] == 4.3641839
    assert scan.tacs.weights[:3].tolist() == [0, 0, 0.827207]
    assert (scan.whole_brain, scan.reference) == ("WB", "WB")
    assert scan.input_function.aif.size == 314
    blood = scan.blood
    assert blood.plasma.value[0] == 67.1106  # the gap at 0 s is a gap, not a zero
    assert blood.parent_fraction.time[:2].tolist() == [0, 1]
    assert blood.dispersion_min == pytest.approx(2.6 / 60)
    assert not blood.dispersion_corrected


def test_every_pbr28_scan_is_usable_and_needs_nothing(open_data):
    problems = check_dataset(index_dataset(open_data("pbr28")))
    assert [p for p in problems if p.severity != "note" or p.blocks] == []


def test_mc1_stops_suv_and_names_both_fields(open_data):
    scan = load(open_data("mc1-blocking"), "01", "baseline")
    assert scan.usable
    assert scan.scan.dose_status is FitStatus.IMPLAUSIBLE_DOSE
    assert math.isnan(scan.scan.dose_MBq)
    for said in ("InjectedRadioactivity 653790 Bq", "RadionuclideTotalDose 654160000 Bq", '"kBq"', "pet."):
        assert said in scan.scan.dose_message
    assert [p.code for p in scan.blocked("SUV")] == ["dose-implausible"]
    assert scan.blocked("2TCM") == ()
    assert (scan.scan.weight_kg, len(scan.tacs.regions)) == (75.8, 108 + 2)  # WB and cerebellum are made


def test_mc1_late_ratio_is_the_published_one(open_data):
    """Superior frontal over cerebellum, last 30 min, mean over people: 1.378 at baseline, 1.043 blocked."""
    root = open_data("mc1-blocking")
    study = Study(pet={"MC1": PetSettings(combine={"SF": ["ctx-lh-superiorfrontal", "ctx-rh-superiorfrontal"]})})
    for session, expected in (("baseline", 1.378), ("blocked", 1.043)):
        ratios = []
        for sub in index_dataset(root).participants():
            tacs = load(root, sub, session, study).tacs
            late = tacs.frames.start >= 90 - 1e-9
            ratios.append((tacs.region("SF")[late] / tacs.region("cerebellum")[late]).mean())
        assert np.mean(ratios) == pytest.approx(expected, abs=0.01)


def test_mc1_is_mended_by_one_correction(open_data):
    fix = Correction(field="InjectedRadioactivityUnits", value="kBq", reason="dose record")
    scan = load(open_data("mc1-blocking"), "01", "baseline", Study(pet={"MC1": PetSettings(correction=[fix])}))
    assert scan.scan.dose_MBq == pytest.approx(653.79)
    assert scan.scan.dose_status is FitStatus.OK


@pytest.mark.parametrize(
    ("folder", "codes"),
    [
        ("pet001", {"tracer-unknown", "models-missing", "frames-overlap", "MissingFile"}),
        ("pet002", {"tracer-unknown", "models-missing", "MissingFile"}),
        ("pet003", {"tracer-unknown", "models-missing", "frames-overlap", "weight-missing", "MissingFile"}),
        ("pet004", {"tracer-unknown", "models-missing", "frames-overlap", "MissingFile"}),
        ("pet005", {"tracer-unknown", "models-missing", "session-missing", "MissingFile"}),
        ("pet006", {"frames-milliseconds", "weight-implausible", "dose-unusual", "MissingFile"}),
    ],
)
def test_published_examples_are_checked(open_data, folder, codes):
    index = index_dataset(open_data("pet-bids-sidecars") / folder)
    found = {p.code for p in check_dataset(index)}
    assert found - {"session-missing"} == codes - {"session-missing"}


def test_the_inventory_counts_what_is_there(tmp_path):
    found = inventory(index_dataset(Dataset(tmp_path / "t").root))
    assert found["PET scans"] == "4"
    assert found["tracers"] == "4 [11C]PBR28"
    assert found["derivative petprep"].startswith("4 tacs")


def test_people_whose_folders_are_empty_are_counted(tmp_path):
    (tmp_path / "dataset_description.json").write_text('{"Name": "x", "BIDSVersion": "1.10.0"}', encoding="utf-8")
    for who in ("sub-01", "sub-02", "sub-03"):
        (tmp_path / who).mkdir()
    assert inventory(index_dataset(tmp_path))["participants"].startswith("3 (folders")
    (tmp_path / "participants.tsv").write_text("participant_id\nsub-01\nsub-02\nsub-03\n", encoding="utf-8")
    assert inventory(index_dataset(tmp_path))["participants"].startswith("3 (in participants.tsv")


# what is written reads back


def tacs(**more):
    activity = [[1.0, 2.0, 1 / 3], [4.0, math.nan, 6.0]]
    return Tacs(activity, FRAMES, ("A", "B"), **more)


def test_curves_read_back(tmp_path):
    path = tmp_path / "sub-01_desc-preproc_tacs.tsv"
    write_tacs(path, tacs(weights=[1, 0.5, 1 / 3], volumes_mm3=[10, 20]), {"Sources": ["x"]})
    meta = Sidecar(read_json(path.with_suffix(".json")))
    later = Scan("t", "C11", 20.364, injection_start_min=3, decay_reference_min=5)  # of the raw image: no longer ours
    back, _ = read_tacs(path, meta, later, meta.data["VolumesMm3"])
    np.testing.assert_array_equal(back.activity, tacs().activity)
    np.testing.assert_allclose(back.frames.end, FRAMES.end, rtol=1e-14)
    np.testing.assert_array_equal(back.weights, [1, 0.5, 1 / 3])
    np.testing.assert_array_equal(back.volumes_mm3, [10, 20])
    assert meta.data["Sources"] == ["x"]


def test_regions_are_combined_by_volume_where_it_is_known():
    parts = Tacs([[1.0, 1, 1], [4.0, 4, 4]], FRAMES, ("A", "B"), volumes_mm3=[30, 10])
    both, notes = combine_regions(parts, {"AB": ["A", "B"]})
    np.testing.assert_allclose(both.region("AB"), 1.75)
    assert both.volumes_mm3[-1] == 40
    assert "volume-weighted" in notes[0].message
    plain, notes = combine_regions(Tacs(parts.activity, FRAMES, ("A", "B")), {"AB": ["A", "B", "A"]})
    np.testing.assert_allclose(plain.region("AB"), 2.5)
    assert "plain mean" in notes[0].message
    unknown, notes = combine_regions(
        Tacs(parts.activity, FRAMES, ("A", "B"), volumes_mm3=[30, math.nan]), {"AB": ["A", "B"]}
    )
    np.testing.assert_allclose(unknown.region("AB"), 2.5)


@pytest.mark.parametrize("draws", [None, np.arange(24.0).reshape(3, 2, 4)])
def test_an_input_function_reads_back_with_its_ensemble(tmp_path, draws):
    time = np.array([0, 0.1, 1 / 3, 2])
    made = InputFunction(
        time, time + 1, time + 2, time + 3, np.linspace(1, 0.2, 4), draws, 0.25, {"parent_fraction": "hill"}
    )
    path = tmp_path / "sub-01_inputfunction.tsv"
    write_input_function(path, made, {})
    back, problems = read_input_function(path, Sidecar(read_json(path.with_suffix(".json"))), SCAN)
    assert problems == []
    np.testing.assert_allclose(back.time, time, atol=1e-12)
    np.testing.assert_array_equal(back.aif, made.aif)
    np.testing.assert_array_equal(back.parent_fraction, made.parent_fraction)
    assert (back.delay_min, dict(back.method)) == (0.25, {"parent_fraction": "hill"})
    assert (back.draws is None) == (draws is None)
    if draws is not None:
        np.testing.assert_array_equal(back.draws, draws)
        draws_path(path).write_bytes(b"not an array")
        with pytest.raises(MalformedFile, match="not a NumPy array"):
            read_input_function(path, Sidecar(read_json(path.with_suffix(".json"))), SCAN)


def fit(region, status=FitStatus.OK, **more):
    known = {"VT": Estimate(1 / 3, 0.01, "mL/cm3", "delta"), "K1": Estimate(0.1, math.nan, "mL/cm3/min", "none",
                                                                           FitStatus.NO_INTERVAL)}  # fmt: skip
    if not status.keeps_value:
        known = {s: Estimate.missing(e.unit, status) for s, e in known.items()}
    curve = np.array([1.0, 2.0, math.nan if not status.keeps_value else 1 / 7])
    return KineticFit("2TCM", region, status, known, FRAMES, curve, curve + 0.1, np.array([1.0, 0, 2]),
                      np.array([True, False, True]), {"n": 3.0, "k": 2.0, "wrss": 1 / 9}, **more)  # fmt: skip


def test_fits_read_back_whole(tmp_path):
    plot = LinearPlot(
        np.array([1.0, math.nan, 3]), np.array([2.0, 3, 4]), np.array([False, True, True]), 1 / 3, -2.0, 30.0, 0.05,
        "x", "y",
    )  # fmt: skip
    fits = (
        fit("FC", agreement=0.9, note="a  clause", plot=plot),
        fit("THA", FitStatus.NOT_FINITE),
        fit("WB", FitStatus.AT_BOUND),
    )
    path = tmp_path / "sub-01_model-2TCM_kinpar.tsv"
    written = write_kinpar(path, fits, {"Sources": []})
    assert curves_path(path) in written
    assert all(f.is_file() for f in written)
    for a, b in zip(fits, read_kinpar(path), strict=True):
        assert (a.model, a.region, a.status, dict(a.criteria)) == (b.model, b.region, b.status, dict(b.criteria))
        assert repr(dict(a.estimates)) == repr(dict(b.estimates))
        assert repr(a.agreement) == repr(b.agreement)
        for name in ("measured", "fitted", "weights", "used"):
            np.testing.assert_array_equal(getattr(a, name), getattr(b, name))
        assert (a.plot is None) == (b.plot is None)
    assert " ".join(fits[0].note.split()) == read_kinpar(path)[0].note
    back = read_kinpar(path)[0].plot
    np.testing.assert_array_equal(back.x, plot.x)
    assert (back.slope, back.tstar_min, back.used.tolist()) == (1 / 3, 30, [False, True, True])


def test_the_table_of_parameters_has_the_columns_that_were_promised(tmp_path):
    path = tmp_path / "sub-01_model-2TCM_kinpar.tsv"
    write_kinpar(path, (fit("FC"),), {})
    columns = read_tsv(path).columns
    assert columns[:3] == ("region", "VT", "VT-se")
    assert {"K1", "K1-se", "K1-status", "status"} <= set(columns)
    assert "VT-status" not in columns  # says nothing beyond the fit's own
    assert read_json(path.with_suffix(".json"))["Columns"]["VT"]["Units"] == "mL/cm3"


def test_fits_of_two_models_are_refused(tmp_path):
    from dataclasses import replace

    with pytest.raises(InputError):
        write_kinpar(tmp_path / "x_kinpar.tsv", (fit("FC"), replace(fit("WB"), model="MA1")), {})


# names


@pytest.mark.parametrize(
    ("pattern", "entities", "path"),
    [
        ("tacs", {"sub": "01"}, "sub-01/pet/sub-01_desc-preproc_tacs.tsv"),
        ("kinpar", {"sub": "01", "ses": "a", "trc": "X", "run": "01", "model": "2TCM"},
         "sub-01/ses-a/pet/sub-01_ses-a_trc-X_run-01_model-2TCM_kinpar.tsv"),
        ("mimap", {"sub": "1", "space": "MNI", "model": "Logan", "meas": "VT"},
         "sub-1/pet/sub-1_space-MNI_model-Logan_meas-VT_mimap.nii.gz"),
        ("inputfunction", {"sub": "1", "ses": ""}, "sub-1/pet/sub-1_inputfunction.tsv"),
        ("group", {"hypothesis": "H-1_M", "table": "finding", "extension": "json"}, "group/H-1_M/finding.json"),
        ("report_participant", {"sub": "1"}, "report/sub-1.html"),
    ],
)  # fmt: skip
def test_names_are_built_and_parsed(pattern, entities, path):
    assert names.build(pattern, entities) == path
    assert names.parse(path) == (pattern, {k: v for k, v in entities.items() if v})


@pytest.mark.parametrize(
    ("pattern", "entities", "error"),
    [
        ("nothing", {"sub": "1"}, InputError),
        ("tacs", {}, InputError),
        ("tacs", {"sub": "1", "model": "X"}, InputError),
        ("tacs", {"sub": "../1"}, UnsafeName),
        ("group", {"hypothesis": "../x", "table": "finding", "extension": "json"}, UnsafeName),
    ],
)
def test_names_that_cannot_be_are_refused(pattern, entities, error):
    with pytest.raises(error):
        names.build(pattern, entities)


def test_parse_refuses_a_name_that_contradicts_itself():
    with pytest.raises(InputError):
        names.parse("sub-01/pet/sub-02_desc-preproc_tacs.tsv")


def test_the_output_describes_itself(tmp_path):
    names.write_description(tmp_path, "1.2", {"raw": "https://example.org/x"})
    described = read_json(tmp_path / "dataset_description.json")
    assert described["GeneratedBy"] == [{"Name": "nociscope", "Version": "1.2"}]
    assert "**/*_kinpar.*" in (tmp_path / ".bidsignore").read_text().split()


# people


def test_tables_of_people_are_one_view(tmp_path):
    everyone = {"participant_id": ["sub-01", "sub-02"], "age": [30, "n/a"], "id": ["007", "8"]}
    write_tsv(tmp_path / "participants.tsv", everyone | {"body_weight": [154, 70]})
    write_json(tmp_path / "participants.json", {"body_weight": {"Units": "lb"}})
    write_tsv(tmp_path / "sub-01" / "sub-01_sessions.tsv", {"session_id": ["ses-b"], "body_weight": [160]})
    write_tsv(
        tmp_path / "phenotype" / "pcs.tsv", {"participant_id": ["sub-01"], "session_id": ["ses-b"], "total": [12]}
    )
    people = read_people(tmp_path)
    assert people.row("sub-01") == {"age": 30.0, "id": "007", "body_weight": 154.0}
    assert people.get("01", "body_weight", "ses-b") == 160
    assert people.get("02", "age") is None
    assert people.get("01", "pcs.total", "b") == people.get("01", "total", "b") == 12
    assert people.weight_kg("01")[0] == pytest.approx(154 * 0.45359237)
    assert people.sources["pcs.total"] == "phenotype/pcs.tsv"
    with pytest.raises(MissingMetadata, match="age"):
        people.get("01", "agee")
