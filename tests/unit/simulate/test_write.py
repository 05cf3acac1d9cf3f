"""The dataset on disk: valid BIDS, the same bytes for the same seed, and a truth that fits the curves."""

import csv
import gzip
import json
import shutil
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nociscope.core.errors import InputError, MissingFile
from nociscope.simulate import simulate, study_file, truth_file
from nociscope.simulate.generate import virtual_people, virtual_scans
from nociscope.simulate.image import one_voxel_a_region
from nociscope.simulate.spec import read_simulation
from nociscope.simulate.write import write_dataset
from nociscope.studies import SIMULATION, shipped

VALIDATOR = shutil.which("bids-validator-deno", path=str(Path(sys.executable).parent))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "data"
    return simulate("demo", folder, n=4), folder


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def test_everything_that_a_run_needs_is_there(demo):
    made, folder = demo
    assert (made.people, made.scans) == (4, 4)
    assert made.truth.is_file()
    files = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and "sub-0" not in str(p))
    assert files == [
        "README",
        "code/nociscope.toml",
        "dataset_description.json",
        "derivatives/petprep/dataset_description.json",
        "derivatives/truth/dataset_description.json",
        "derivatives/truth/effects.json",
        "derivatives/truth/effects.tsv",
        "derivatives/truth/truth.json",
        "derivatives/truth/truth.tsv",
        "participants.json",
        "participants.tsv",
    ]
    assert len(list(folder.rglob("sub-01*"))) == 2 + 6 + 4
    assert (folder / "code" / "nociscope.toml").read_bytes() == shipped("demo").read_bytes()


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(demo, tmp_path):
    simulate("demo", tmp_path / "again", n=4)
    simulate("demo", tmp_path / "other", n=4, seed=1)
    ours = {p.relative_to(demo[1]): p.read_bytes() for p in demo[1].rglob("*") if p.is_file()}
    again = {p.relative_to(tmp_path / "again"): p.read_bytes() for p in (tmp_path / "again").rglob("*") if p.is_file()}
    assert ours == again
    curves = "derivatives/petprep/sub-01/pet/sub-01_desc-preproc_seg-virtual_tacs.tsv"
    assert (tmp_path / "other" / curves).read_bytes() != ours[Path(curves)]


@pytest.mark.skipif(VALIDATOR is None, reason="needs the validate extra")
@pytest.mark.parametrize("sessions", [[], ["baseline", "blocked"]])
def test_the_bids_validator_finds_no_error(small, tmp_path, sessions):
    spec = small(cohort={"sessions": sessions, "sites": {"A": 1.0, "B": 1.05}})
    write_dataset(tmp_path, spec, virtual_people(spec), tuple(virtual_scans(spec)))
    said = subprocess.run([VALIDATOR, "--json", str(tmp_path)], capture_output=True, text=True, check=False).stdout
    issues = json.loads(said)["issues"]["issues"]
    assert [i for i in issues if i["severity"] == "error"] == []


def test_curves_are_in_the_unit_that_their_sidecar_names(demo):
    _, folder = demo
    spec = read_simulation(shipped("demo", SIMULATION)).model_copy(update={"people": 4})
    scan = next(virtual_scans(spec))
    base = folder / "derivatives" / "petprep" / "sub-01" / "pet" / "sub-01_desc-preproc_seg-virtual_tacs"
    said = json.loads(base.with_suffix(".json").read_text())
    rows = table(base.with_suffix(".tsv"))
    assert said["Units"] == "Bq/mL"
    got = [float(r["thalamus"]) / 1000 for r in rows]
    np.testing.assert_allclose(got, scan.tacs.region("thalamus"), rtol=1e-5)
    assert [float(r["frame_start"]) for r in rows] == said["FrameTimesStart"]
    assert float(rows[-1]["frame_end"]) == 5400


def test_manual_blood_has_gaps_not_zeros(demo):
    rows = table(demo[1] / "sub-01" / "pet" / "sub-01_recording-manual_blood.tsv")
    cells = [r[c] for r in rows for c in ("plasma_radioactivity", "metabolite_parent_fraction")]
    assert "n/a" in cells
    assert "0" not in cells
    assert "nan" not in cells


def test_truth_names_every_region_of_every_scan(demo):
    rows = table(demo[1] / "derivatives" / "truth" / "truth.tsv")
    regions = {"frontal", "temporal", "striatum", "thalamus", "cerebellum", "WB"}
    vt = {(r["participant_id"], r["region"]): float(r["value"]) for r in rows if r["measure"] == "VT"}
    assert {k[1] for k in vt} == regions
    assert len(vt) == 4 * len(regions)
    assert all(1 < value < 12 for value in vt.values())
    scans = {r["measure"]: r["unit"] for r in rows if r["region"] == "n/a"}
    assert scans == {"AUC_AIF": "kBq min/mL", "delay": "min"}


def test_the_true_group_difference_is_what_the_ratio_makes(small, tmp_path):
    still = small(people=8, variation=dict.fromkeys(("VT", "region", "K1", "VND", "session"), 0.0))
    write_dataset(tmp_path, still, virtual_people(still), tuple(virtual_scans(still)))
    rows = table(tmp_path / "derivatives" / "truth" / "effects.tsv")
    (group,) = [r for r in rows if r["column"] == "group"]
    assert float(group["difference"]) == pytest.approx(0.3 * 5.5 * (1 + 0.6) / 2)
    genotype = {r["region"]: float(r["difference"]) for r in rows if r["column"] == "rs6971"}
    assert genotype["WB"] == pytest.approx(-0.4 * 4.2)
    assert genotype["thalamus"] == pytest.approx(-0.4 * 5.5 * (1 + 1.3) / 2)


def test_a_folder_with_something_in_it_is_left_alone(tmp_path):
    (tmp_path / "mine.txt").write_text("precious")
    with pytest.raises(InputError, match="not empty"):
        simulate("demo", tmp_path, n=1)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "new").mkdir()
    simulate("demo", tmp_path / "new", n=1)
    assert (tmp_path / "new" / "participants.tsv").is_file()
    assert [p.name for p in tmp_path.iterdir()] == ["new"]


def test_a_truth_file_is_found_by_name_by_path_and_beside_its_study(tmp_path):
    assert truth_file("demo") == shipped("demo", SIMULATION)
    own = tmp_path / f"mine{SIMULATION}"
    own.write_bytes(shipped("demo", SIMULATION).read_bytes())
    assert truth_file(str(own)) == own
    (tmp_path / "mine.toml").write_text("")
    assert truth_file(str(tmp_path / "mine.toml")) == own
    assert study_file(own, read_simulation(own)) == tmp_path / "mine.toml"
    with pytest.raises(MissingFile, match="demo"):
        truth_file("no-such-study")


def test_the_image_keeps_the_curves():
    curves = np.arange(12.0).reshape(3, 4)
    raw = gzip.decompress(one_voxel_a_region(curves))
    shape = struct.unpack_from("<8h", raw, 40)  # NIfTI-1: dimensions at byte 40, data from byte 352
    assert shape[:5] == (4, 3, 1, 1, 4)
    read = np.frombuffer(raw, "<f4", offset=352).reshape((shape[1], shape[4]), order="F")
    np.testing.assert_array_equal(read, curves)
    assert one_voxel_a_region(curves) == one_voxel_a_region(curves)
