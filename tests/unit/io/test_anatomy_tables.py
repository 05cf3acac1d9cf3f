"""Tables of FreeSurfer, FastSurfer and SynthSeg: what is read, and how what is wrong is named."""

from __future__ import annotations

import math

import pytest

from nociscope.core.errors import MalformedFile, MissingMetadata, RangeError, UnitError
from nociscope.core.status import FitStatus
from nociscope.io.anatomy import read_anatomy
from nociscope.io.index import index_dataset
from nociscope.io.regions import sided
from tests.anatomy_tables import BA, DESIKAN, aparc, aseg, synthseg


def put(folder, name, text):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def by_name(rows):
    return {(s.measure, s.part): s for s in rows}


def test_volumes_carry_side_unit_and_protocol(tmp_path):
    rows = by_name(read_anatomy(put(tmp_path, "aseg.stats", aseg({"Left-Thalamus": 7012.4}))))
    left = rows["volume", "thalamus-left"]
    assert (left.value, left.unit, left.side, left.method) == (7012.4, "mm3", "L", "freesurfer-7.4.1-aseg")
    assert rows["volume", "brain-stem"].side == "n/a"
    head = rows["eTIV", "head"]
    assert (head.value, head.unit, head.method) == (1498012.5, "mm3", "freesurfer-7.4.1-aseg")
    assert not [s for s in rows if s[1].startswith("ctx")]


def test_the_thalamus_has_one_name_in_all_versions(tmp_path):
    text = aseg(version="$Id: mri_segstats.c,v 1.121 2016/05/31 17:27:11 greve Exp $").replace(
        "-Thalamus ", "-Thalamus-Proper "
    )
    rows = by_name(read_anatomy(put(tmp_path, "aseg.stats", text)))
    assert rows["volume", "thalamus-right"].method == "freesurfer-mri_segstats.1.121-aseg"
    assert sided("right cerebral white matter") == ("cerebral-white-matter-right", "R")
    assert sided("CC_Posterior") == ("cc-posterior", "n/a")


def test_fastsurfer_says_its_own_version(tmp_path):
    text = aseg().replace("# cvs_version 7.4.1", "# FastSurfer_version 2.3.3+ab12cd3")
    (first, *_) = read_anatomy(put(tmp_path, "aseg+DKT.stats", text))
    assert first.method == "fastsurfer-2.3.3+ab12cd3-aseg+DKT"


def test_cortex_has_thickness_area_and_volume(tmp_path):
    path = put(tmp_path, "rh.aparc.stats", aparc("rh", DESIKAN, {"postcentral": (4012, 9120, 2.071)}))
    rows = by_name(read_anatomy(path))
    thick, area = rows["thickness", "postcentral-right"], rows["surface_area", "postcentral-right"]
    assert (thick.value, thick.unit, thick.side) == (2.071, "mm", "R")
    assert (area.value, area.unit) == (4012, "mm2")
    assert rows["cortical_volume", "postcentral-right"].value == 9120
    assert thick.method == "freesurfer-7.4.1-aparc" and len(rows) == 3 * 34


def test_areas_of_the_somatosensory_cortex(tmp_path):
    rows = by_name(read_anatomy(put(tmp_path, "lh.BA_exvivo.stats", aparc("lh", [f"{b}_exvivo" for b in BA]))))
    assert {("thickness", f"BA{a}-left") for a in ("3a", "3b", "1", "2")} <= set(rows)
    assert rows["thickness", "BA3b-left"].method == "freesurfer-7.4.1-BA_exvivo"


def test_synthseg_has_no_version_to_tell(tmp_path):
    rows = by_name(read_anatomy(put(tmp_path, "synthseg.vol.csv", synthseg(thalamus=7100.25))))
    assert rows["volume", "thalamus-left"].value == 7100.25
    assert rows["eTIV", "head"].method == "synthseg-unversioned"


def test_nothing_found_is_a_status_where_there_must_be_something(tmp_path):
    rows = by_name(read_anatomy(put(tmp_path, "aseg.stats", aseg({"Left-Amygdala": 0.0, "WM-hypointensities": 0.0}))))
    gone, none = rows["volume", "amygdala-left"], rows["volume", "wm-hypointensities"]
    assert gone.status is FitStatus.MISSING_REGION and math.isnan(gone.value)
    assert (none.status, none.value) == (FitStatus.OK, 0.0)


@pytest.mark.parametrize("lines", [1, 5, 20])
def test_rows_that_are_gone_are_noticed(tmp_path, lines):
    text = "".join(aseg().splitlines(keepends=True)[:-lines])
    with pytest.raises(MalformedFile, match="cut off"):
        read_anatomy(put(tmp_path, "aseg.stats", text))


@pytest.mark.parametrize("characters", [1, 9, 40, 700, 3000])
def test_an_end_in_the_middle_of_a_line_is_noticed(tmp_path, characters):
    for name, text in (("aseg.stats", aseg()), ("lh.aparc.stats", aparc("lh", DESIKAN))):
        with pytest.raises(MalformedFile, match="cut off"):
            read_anatomy(put(tmp_path, name, text[:-characters]))


def test_every_region_of_the_atlas_is_needed(tmp_path):
    text = aparc("lh", [r for r in DESIKAN if r != "postcentral"])
    with pytest.raises(MalformedFile, match="postcentral"):
        read_anatomy(put(tmp_path, "lh.aparc.stats", text))
    text = aseg().replace("Left-Thalamus ", "Left-Something ")
    with pytest.raises(MalformedFile, match="thalamus-left"):
        read_anatomy(put(tmp_path, "aseg.stats", text))


@pytest.mark.parametrize(
    ("name", "text", "error", "word"),
    [
        ("aseg.stats", aseg({"Left-Caudate": -3.0}), RangeError, "negative"),
        ("aseg.stats", aseg().replace("TableCol  4 Units     mm^3", "TableCol  4 Units     cm^3"), UnitError, "cm"),
        ("aseg.stats", aseg().replace("1498012.500000, mm^3", "1498.0125, mL"), UnitError, "eTIV"),
        ("aseg.stats", aseg().replace("# cvs_version 7.4.1\n", ""), MissingMetadata, "version"),
        ("aseg.stats", aseg().replace("7000.0", "7,000"), MalformedFile, "not a number"),
        ("aseg.stats", "", MalformedFile, "cut off"),
        ("lh.aparc.stats", aparc("rh", DESIKAN), MalformedFile, "hemisphere"),
        ("lh.aparc.stats", aparc("lh", DESIKAN).replace("TableCol  5 Units     mm", ""), UnitError, "ThickAvg"),
        ("lh.aparc.stats", aparc("lh", [*DESIKAN, "insula"]), MalformedFile, "twice"),
        ("synthseg.vol.csv", synthseg().replace("total intracranial", "total"), MalformedFile, "total intracranial"),
        ("synthseg.vol.csv", synthseg()[:-20], MalformedFile, "SynthSeg"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, name, text, error, word):
    with pytest.raises(error, match=word):
        read_anatomy(put(tmp_path, name, text))


def test_folders_of_visits_are_found_and_longitudinal_ones_refused(tmp_path):
    root, tree = tmp_path / "raw", tmp_path / "raw" / "derivatives" / "freesurfer"
    put(root / "sub-01" / "ses-a" / "anat", "sub-01_ses-a_T1w.json", "{}")
    for folder in ("sub-01_ses-a", "sub-01_ses-b", "sub-02", "sub-01_ses-a.long.sub-01", "fsaverage"):
        put(tree / folder / "stats", "aseg.stats", aseg())
        put(tree / folder / "stats", "wmparc.stats", "other")
        put(tree / folder / "surf", "lh.thickness", "")
    put(tree / "sub-01" / "stats", "aseg.stats", aseg())
    put(tree / "sub-01", "base-tps", "sub-01_ses-a sub-01_ses-b\n")
    index = index_dataset(root)
    found = index.find(dataset="freesurfer", suffix="stats")
    assert [(f.path.name, f.get("sub"), f.get("ses")) for f in found] == [
        ("aseg.stats", "01", "a"), ("aseg.stats", "01", "b"), ("aseg.stats", "02", None)
    ]  # fmt: skip
    assert [(p.code, p.where.rsplit("/", 1)[1], p.severity) for p in index.problems] == [
        ("longitudinal-freesurfer", "sub-01", "warn"), ("longitudinal-freesurfer", "sub-01_ses-a.long.sub-01", "warn")
    ]  # fmt: skip
    (only,) = index_dataset(root, sessions=["a"]).find(dataset="freesurfer", sub="01")
    assert only.get("ses") == "a"


def test_an_unusual_folder_is_told(tmp_path):
    put(tmp_path / "sub-01" / "anat", "sub-01_T1w.json", "{}")
    put(tmp_path / "derivatives" / "freesurfer" / "sub-01_run-2" / "stats", "aseg.stats", aseg())
    (problem,) = index_dataset(tmp_path).problems
    assert problem.code == "unsafe-name"
