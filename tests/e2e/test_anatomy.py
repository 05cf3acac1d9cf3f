"""Tables of FreeSurfer through the whole pipeline: rows, protocols that do not meet, and the head as a covariate."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.anatomy_tables import DESIKAN, aparc, aseg
from tests.e2e.whole import Whole, check_rows, written

N = 6
STUDY = """
[study]
name = "anatomy"
[groups]
variable = "group"
levels = ["patient", "control"]
[[hypothesis]]
name = "thalamus"
measure = "volume"
regions = ["thalamus-left", "thalamus-right"]
correlate = "pain"
covariates = ["eTIV.head"]
permutations = 200
[[hypothesis]]
name = "postcentral"
measure = "thickness"
modality = "anat"
model = "freesurfer-7.4.1-aparc"
regions = ["postcentral-left"]
correlate = "pain"
covariates = []
permutations = 200
"""


def visit(tree, name, volume, head, thickness, version="7.4.1"):
    folder = tree / name / "stats"
    folder.mkdir(parents=True)
    left_right = {"Left-Thalamus": volume, "Right-Thalamus": volume - 150}
    written(folder / "aseg.stats", aseg(left_right, version, head))
    written(folder / "lh.aparc.stats", aparc("lh", DESIKAN, {"postcentral": (4000, 9000, thickness)}, version))
    written(folder / "rh.aparc.stats", aparc("rh", DESIKAN, version=version))


NUMBERS = {
    "head": np.array([1.30e6, 1.42e6, 1.38e6, 1.61e6, 1.55e6, 1.49e6]),
    "volume": np.array([6400.0, 7010.0, 6650.0, 7600.0, 7420.0, 6900.0]),
    "thickness": np.array([2.01, 2.11, 2.05, 1.98, 2.2, 2.08]),
    "pain": np.array([2.0, 6.0, 3.0, 5.0, 7.0, 1.0]),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    root = tmp_path_factory.mktemp("anatomy") / "data"
    tree = root / "derivatives" / "freesurfer"
    root.mkdir()
    written(root / "dataset_description.json", json.dumps({"Name": "anatomy", "BIDSVersion": "1.10.0"}))
    lines = ["participant_id\tgroup\tpain"]
    for i in range(N):
        lines.append(f"sub-{i:02d}\t{'patient' if i % 2 else 'control'}\t{NUMBERS['pain'][i]}")
        (root / f"sub-{i:02d}" / "anat").mkdir(parents=True)
        written(root / f"sub-{i:02d}" / "anat" / f"sub-{i:02d}_T1w.json", "{}")
        visit(tree, f"sub-{i:02d}", *(NUMBERS[k][i] for k in ("volume", "head", "thickness")))
    written(root / "participants.tsv", "\n".join(lines) + "\n")
    return root


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    whole = Whole(data, folder / "out", written(folder / "study.toml", STUDY))
    assert whole.both() == (0, 0)
    return whole


def partial(x, y, z):
    """Correlation of what is left of x and y beside z."""
    design = np.column_stack([np.ones_like(z), (z - z.mean()) / z.std()])
    left = [v - design @ np.linalg.lstsq(design, v, rcond=None)[0] for v in (x, y)]
    return np.corrcoef(*left)[0, 1]


def test_tables_become_rows_and_findings(whole):
    check_rows(whole)
    (row,) = whole.rows(participant_id="sub-03", measure="volume", region="thalamus-left")
    assert (row["modality"], row["hemisphere"], row["unit"]) == ("anat", "L", "mm3")
    assert (float(row["value"]), row["method"]) == (7600.0, "freesurfer-7.4.1-aseg")
    assert row["source_file"] == "sub-03/anat/sub-03_desc-anatomy_morph.json"
    assert (whole.out / "sub-03" / "anat" / "sub-03_desc-anatomy_morph.tsv").is_file()
    found = whole.findings("thalamus")["thalamus-left"]
    expected = partial(NUMBERS["volume"], NUMBERS["pain"], NUMBERS["head"])
    assert found["effect_size"]["value"] == pytest.approx(expected, rel=1e-6)
    assert found["covariates"] == ["eTIV.head"]
    thick = whole.findings("postcentral")["postcentral-left"]
    expected = np.corrcoef(NUMBERS["thickness"], NUMBERS["pain"])[0, 1]
    assert thick["effect_size"]["value"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.slow
def test_what_is_wrong_stops_its_person_and_two_versions_never_meet(whole, data):
    tree = data / "derivatives" / "freesurfer"
    for path in (tree / "sub-05" / "stats").iterdir():
        written(path, path.read_text(encoding="utf-8").replace("cvs_version 7.4.1", "cvs_version 6.0.1"))
    path = tree / "sub-02" / "stats" / "aseg.stats"
    written(path, path.read_text(encoding="utf-8")[:-300])
    answer = whole.run("participant", "--jobs", 2)
    assert answer.returncode != 0 and "cut off" in " ".join((answer.stdout + answer.stderr).split())
    answer = whole.run("group")
    assert answer.returncode != 0
    assert "several models give volume" in " ".join((answer.stdout + answer.stderr).split())
    assert {r["participant_id"] for r in whole.rows(measure="volume")} == {f"sub-{i:02d}" for i in (0, 1, 3, 4, 5)}
