"""Hypotheses with ``map``, from images to the report, through the command line."""

from __future__ import annotations

import json
import shutil

import nibabel
import numpy as np
import pytest

from tests.e2e.whole import Whole, check_page, nociscope, written

AFFINE = np.diag([4.0, 4.0, 4.0, 1.0])
STUDY = """
[study]
name = "maps"
[pet.PBR28]
models = ["SUVR"]
[[hypothesis]]
name = "h"
measure = "SUVR"
tracer = "PBR28"
contrast = ["a", "b"]
[hypothesis.map]
files = "{participant}/{participant}_suvr.nii.gz"
"""


def volume(path, values):
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(np.asarray(values, np.float32), AFFINE), path)


def people(folder, groups):
    rows = [f"sub-{i:02}\t{group}" for i, group in enumerate(groups, 1)]
    folder.mkdir(parents=True, exist_ok=True)
    written(folder / "participants.tsv", "\n".join(["participant_id\tgroup", *rows]) + "\n")
    written(folder / "dataset_description.json", '{"Name": "maps", "BIDSVersion": "1.10.0"}')
    return [row.split("\t")[0] for row in rows]


def small(folder, groups="aaaabbbb", effect=3.0):
    """Volumes of noise around 2, the first group higher in a cube."""
    rng = np.random.default_rng(5)
    data = folder / "data"
    for who, group in zip(people(data, groups), groups, strict=True):
        values = 2 + 0.2 * rng.normal(size=(9, 10, 8))
        values[2:5, 2:5, 2:5] += effect * (group == "a")
        volume(data / who / f"{who}_suvr.nii.gz", values)
    return data


def about(whole, hypothesis="h"):
    return json.loads((whole.out / "group" / hypothesis / "finding.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def huntington(open_data, tmp_path_factory):
    """The open images as the study file that ships expects them."""
    nilearn = pytest.importorskip("nilearn")
    source, folder = open_data("pbr28-hd-suvr"), tmp_path_factory.mktemp("hd")
    data = folder / "data"
    (data / "code").mkdir(parents=True)
    written(data / "dataset_description.json", '{"Name": "Huntington", "BIDSVersion": "1.10.0"}')
    table = (source / "participants.tsv").read_text(encoding="utf-8").replace("subject_id", "participant_id")
    written(data / "participants.tsv", table.replace("None", "n/a"))
    for file in source.glob("func/*/*.nii.gz"):
        (data / file.parent.name / "pet").mkdir(parents=True)
        shutil.copy(file, data / file.parent.name / "pet")
    from nilearn.datasets import load_mni152_brain_mask
    from nilearn.image import resample_to_img

    assert nilearn
    grid = nibabel.load(file)
    mask = resample_to_img(
        load_mni152_brain_mask(resolution=2), grid, interpolation="nearest", force_resample=True, copy_header=True
    )
    nibabel.save(nibabel.Nifti1Image(np.asarray(mask.dataobj, np.uint8), grid.affine), data / "mask.nii.gz")
    whole = Whole(data, folder / "out", "huntington-pbr28-maps")
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    return whole


@pytest.mark.slow
@pytest.mark.parametrize("name", ["max-t", "cluster-mass", "tfce"])
def test_seven_real_people_give_all_35_relabellings_and_say_how_little_that_is(huntington, name):
    found = about(huntington, name)
    for finding in found["Findings"]:
        assert finding["n"] == {"HD": 4, "control": 3}
        assert (finding["n_permutations"], finding["exact"]) == (35, True)
        assert finding["details"]["smallest_attainable_p"] == pytest.approx(1 / 35)
        assert round(finding["p_adjusted"] * 35, 6) == round(finding["p_adjusted"] * 35)
        assert finding["p_adjusted"] >= 1 / 35 - 1e-12
        assert finding["adjustment"] == "map"
        raised = {s["code"]: s for s in finding["safeguards"]}
        assert raised["genotype-unadjusted"]["severity"] == "warn"
        assert {"floor", "minimal-detectable-effect", "selected", "reference-region-unchecked"} <= set(raised)
    null = (huntington.out / "group" / name / "null_max.tsv").read_text(encoding="utf-8").split()
    assert len(null) == 1 + 35
    folder = huntington.out / "group" / name
    t = nibabel.load(folder / "stat-t_statmap.nii.gz")
    assert t.shape == (91, 109, 91)
    assert np.isfinite(t.get_fdata()).sum() == int(found["Notes"]["tested"].split(" ")[0].replace(",", ""))
    assert set(found["Maps"]) == {p.name for p in folder.glob("*statmap*")}


@pytest.mark.slow
def test_its_page_stands_alone_and_bounds_what_it_shows(huntington):
    check_page(huntington)
    page = huntington.page()
    assert "The smallest p that this design can give is 0.0286" in page
    assert "this ratio is not adjusted for genotype" in page
    assert "exact integral over the height of t" in page
    assert page.count('class="fig"') >= 6
    assert len(page) < 1_500_000


@pytest.mark.slow
def test_regions_of_the_open_images(huntington, tmp_path):
    """Spheres of 6 mm at usual places of caudate and thalamus, given as a label image."""
    from nociscope.studies import shipped

    grid = nibabel.load(huntington.data / "mask.nii.gz")
    place = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), -1) @ grid.affine[:3, :3].T
    place = place + grid.affine[:3, 3]
    labels = np.zeros(grid.shape, np.int16)
    for number, centre in {1: (-12, 14, 8), 2: (12, 14, 8), 3: (-10, -18, 8), 4: (10, -18, 8)}.items():
        labels[np.linalg.norm(place - centre, axis=-1) < 6] = number
    nibabel.save(nibabel.Nifti1Image(labels, grid.affine), huntington.data / "labels.nii.gz")
    text = shipped("huntington-pbr28-maps").read_text(encoding="utf-8").split('[[hypothesis]]\nname = "cluster')[0]
    text += 'labels = "labels.nii.gz"\nnames = { caudate = [1, 2], thalamus = [3, 4] }\n'
    whole = Whole(huntington.data, tmp_path / "out", written(tmp_path / "s.toml", text))
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    found = whole.findings("max-t")
    assert set(found) == {"caudate", "thalamus"}
    for finding in found.values():
        assert (finding["n_permutations"], finding["exact"]) == (35, True)
        assert finding["p_value"] >= 1 / 35 - 1e-12
        assert 0.3 < finding["points"][0]["value"] < 3
        assert "genotype-unadjusted" in {s["code"] for s in finding["safeguards"]}
    check_page(whole)


@pytest.mark.slow
def test_an_absolute_signal_without_genotype_is_refused_until_it_is_overruled(huntington, tmp_path):
    from nociscope.studies import shipped

    text = shipped("huntington-pbr28-maps").read_text(encoding="utf-8").split('[[hypothesis]]\nname = "cluster')[0]
    text = text.replace('measure = "SUVR"', 'measure = "SUV"')
    whole = Whole(huntington.data, tmp_path / "out", written(tmp_path / "s.toml", text))
    assert whole.run("group").returncode == 0
    (finding,) = about(whole, "max-t")["Findings"]
    assert finding["status"] == "refused"
    assert "genotype-missing" in {s["code"] for s in finding["safeguards"]}
    assert not list((whole.out / "group" / "max-t").glob("*statmap*"))
    text = text.replace('tracer = "PBR28"\n', 'tracer = "PBR28"\noverride = ["genotype-missing"]\n')
    written(tmp_path / "s.toml", text)
    assert whole.run("group").returncode == 0
    (finding,) = about(whole, "max-t")["Findings"]
    assert finding["status"] == "ok"
    assert any(s["overridden"] for s in finding["safeguards"])


def test_a_true_effect_is_found_where_it_is(tmp_path):
    study = STUDY + 'statistic = "cluster-mass"\n'
    whole = Whole(small(tmp_path), tmp_path / "out", written(tmp_path / "s.toml", study))
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    found = about(whole)
    cluster = found["Clusters"][0]
    assert cluster["p_adjusted"] == pytest.approx(2 / 70)  # two-sided: the mirrored labelling reaches as far
    assert all(8 <= mm <= 16 for mm in cluster["peak_place"])
    p = nibabel.load(whole.out / "group" / "h" / "stat-pCluster_statmap.nii.gz").get_fdata()
    assert (p[2:5, 2:5, 2:5] <= 0.05).all()
    check_page(whole)
    assert "Clusters, the largest first" in whole.page()
    assert whole.done("group") == []


def test_one_broken_image_is_left_out_by_name_and_the_others_go_on(tmp_path):
    data = small(tmp_path, "aaaaabbbbb")
    (data / "sub-01" / "sub-01_suvr.nii.gz").write_bytes(b"not an image")
    volume(data / "sub-02" / "sub-02_suvr.nii.gz", np.full((9, 10, 8), np.nan))
    volume(data / "sub-07" / "sub-07_suvr.nii.gz", np.ones((9, 10, 7)))
    volume(data / "sub-08" / "sub-08_suvr.nii.gz", np.ones((9, 10, 8, 2)))
    whole = Whole(data, tmp_path / "out", written(tmp_path / "s.toml", STUDY))
    assert whole.run("group").returncode == 0
    finding = about(whole)["Findings"][0]
    why = dict(finding["excluded"])
    assert "cannot be read as an image" in why["sub-01"]
    assert "no value that is finite and not zero" in why["sub-02"]
    assert "shape (9, 10, 7)" in why["sub-07"]
    assert "not one volume" in why["sub-08"]
    assert finding["n"] == {"a": 3, "b": 3}
    page = whole.page()
    assert all(who in page for who in why)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('mask = "absent.nii.gz"', "no file 'absent.nii.gz'"),
        ('derivative = "cat12"', "no derivative 'cat12'"),
    ],
)
def test_what_is_missing_blocks_the_maps_alone(tmp_path, line, said):
    whole = Whole(small(tmp_path), tmp_path / "out", written(tmp_path / "s.toml", f"{STUDY}{line}\n"))
    dry = whole.run("group", "--dry-run")
    assert said in dry.stdout + dry.stderr
    assert whole.run("group").returncode != 0
    assert said.partition("'")[0] in whole.page()
    checked = nociscope("check", whole.data, "--study", whole.study)
    assert said in checked.stdout


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (np.zeros((9, 10, 8)), "the mask holds no voxel above zero"),
        (np.ones((5, 5, 5)), "no map lies on the grid of the mask"),
    ],
)
def test_a_mask_that_cannot_be_is_an_error_that_says_so(tmp_path, mask, said):
    data = small(tmp_path)
    volume(data / "mask.nii.gz", mask)
    whole = Whole(data, tmp_path / "out", written(tmp_path / "s.toml", STUDY + 'mask = "mask.nii.gz"\n'))
    assert whole.run("group").returncode != 0
    assert said in whole.page()


def test_one_case_against_controls(tmp_path):
    data = small(tmp_path, "abbbbbbb", effect=5.0)
    study = STUDY.replace('contrast = ["a", "b"]', 'single_case = { cases = "a", controls = "b" }')
    whole = Whole(data, tmp_path / "out", written(tmp_path / "s.toml", study))
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    (finding,) = about(whole)["Findings"]
    assert finding["p_adjusted"] == pytest.approx(1 / 8)
    assert "genotype-unmatched" in {s["code"] for s in finding["safeguards"]}
    t = nibabel.load(whole.out / "group" / "h" / "sub-01_stat-t_statmap.nii.gz").get_fdata()
    assert t[2:5, 2:5, 2:5].min() > np.quantile(t, 0.9)
    check_page(whole)


def test_regions_of_a_label_image_are_asked_as_regions(tmp_path):
    data = small(tmp_path)
    labels = np.zeros((9, 10, 8))
    labels[2:5, 2:5, 2:5], labels[6:, 6:, 6:] = 3, 7
    volume(data / "labels.nii.gz", labels)
    names = 'labels = "labels.nii.gz"\nnames = { striatum = [3], other = [7] }\n'
    whole = Whole(data, tmp_path / "out", written(tmp_path / "s.toml", STUDY + names))
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    found = whole.findings("h")
    assert set(found) == {"striatum", "other"}
    image = nibabel.load(data / "sub-01" / "sub-01_suvr.nii.gz").get_fdata()
    point = next(p for p in found["striatum"]["points"] if p["participant"] == "sub-01")
    assert point["value"] == pytest.approx(image[2:5, 2:5, 2:5].mean(), rel=1e-6)
    assert found["striatum"]["p_adjusted"] == pytest.approx(2 / 70)
    assert found["other"]["p_adjusted"] > 0.05
    check_page(whole)
    written(tmp_path / "s.toml", STUDY + names.replace("[7]", "[8]"))
    assert whole.run("group").returncode != 0
    assert "no element of other in map.labels" in whole.page()


SURFACE = STUDY.replace("_suvr.nii.gz", "_suvr.shape.gii") + 'surface = "lh.surf.gii"\nstatistic = "tfce"\n'


def test_numbers_on_a_surface(tmp_path):
    pytest.importorskip("nilearn")
    from nilearn.datasets import load_fsaverage

    mesh = load_fsaverage("fsaverage5")["pial"].parts["left"]
    vertices, faces = np.asarray(mesh.coordinates, np.float32), np.asarray(mesh.faces, np.int32)
    data, rng, groups = tmp_path / "data", np.random.default_rng(2), "aaaabbbb"
    patch = np.linalg.norm(vertices - vertices[500], axis=1) < 20
    for who, group in zip(people(data, groups), groups, strict=True):
        values = 1 + 0.1 * rng.normal(size=len(vertices)) + 0.5 * patch * (group == "a")
        (data / who).mkdir()
        array = nibabel.gifti.GiftiDataArray(values.astype(np.float32), intent="NIFTI_INTENT_SHAPE")
        nibabel.save(nibabel.gifti.GiftiImage(darrays=[array]), data / who / f"{who}_suvr.shape.gii")
    arrays = [
        nibabel.gifti.GiftiDataArray(vertices, intent="NIFTI_INTENT_POINTSET"),
        nibabel.gifti.GiftiDataArray(faces, intent="NIFTI_INTENT_TRIANGLE"),
    ]
    nibabel.save(nibabel.gifti.GiftiImage(darrays=arrays), data / "lh.surf.gii")
    whole = Whole(data, tmp_path / "out", written(tmp_path / "s.toml", SURFACE))
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    found = about(whole)
    assert "mm2" in found["Notes"]["tfce"] or "mm²" in found["Notes"]["tfce"] or "area" in found["Notes"]["tfce"]
    p = nibabel.load(whole.out / "group" / "h" / "stat-pTfce_statmap.shape.gii").darrays[0].data
    assert (p[patch] <= 0.05).mean() > 0.9
    assert (p[~patch] <= 0.05).mean() < 0.1
    check_page(whole)
    assert "from the left" in whole.page()


def test_maps_of_two_sites_alone_and_together(tmp_path):
    data = small(tmp_path, "aaaabbbb" * 2)
    rows = (data / "participants.tsv").read_text(encoding="utf-8").splitlines()
    sites = ["site", *(["north"] * 8), *(["south"] * 8)]
    written(data / "participants.tsv", "\n".join(f"{r}\t{s}" for r, s in zip(rows, sites, strict=True)) + "\n")
    study = STUDY.replace('contrast = ["a", "b"]', 'contrast = ["a", "b"]\nreplicate = { pooling = "fixed" }')
    whole = Whole(data, tmp_path / "out", written(tmp_path / "s.toml", study))
    answer = whole.run("group")
    assert answer.returncode == 0, answer.stderr
    found = about(whole)
    assert found["Findings"][0]["details"]["sites"] == ["north", "south"]
    assert found["Notes"]["sites"] == "north 8, south 8"
    assert "Dice" in found["Notes"]["alike, north – south"]
    folder = whole.out / "group" / "h"
    p = nibabel.load(folder / "stat-pConjunction_statmap.nii.gz").get_fdata()
    assert (p[2:5, 2:5, 2:5] <= 0.05).all()
    assert (folder / "site-north_stat-t_statmap.nii.gz").is_file()
    check_page(whole)
    assert "south alone" in whole.page()
