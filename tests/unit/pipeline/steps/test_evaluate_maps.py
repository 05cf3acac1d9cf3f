"""The step over maps: tracers that are named, files that are written, a million voxels."""

import resource
import sys

import nibabel
import numpy as np
import pytest

from nociscope.core.errors import StudyError
from nociscope.core.hypothesis import Hypothesis
from nociscope.core.hypothesis_data import HypothesisData, Person
from nociscope.core.space import GraphSpace, VolumeSpace
from nociscope.pipeline.step import Provenance
from nociscope.pipeline.steps.evaluate_maps import with_tracer
from nociscope.pipeline.steps.map_output import MapOutcome, file_of, outcome_files
from nociscope.stats.maps.evaluate import evaluate_map

PROVENANCE = Provenance("evaluate-maps", "1", "nociscope", {}, (), {})

SMALL = {"override": ["floor-above-alpha"]}
"""So few people cannot reach 0.05: refused until the study file overrules it."""


def ask(**more):
    return Hypothesis(**({"name": "h", "measure": "SUVR", "contrast": ["a", "b"], "map": {}} | more))


def test_a_measure_of_pet_has_a_tracer_or_is_an_error():
    assert with_tracer(ask(), ["PBR28"]).tracer == "PBR28"
    assert with_tracer(ask(tracer="FEMPA"), ["PBR28"]).tracer == "FEMPA"
    assert with_tracer(ask(modality="func"), []).tracer == ""
    assert with_tracer(ask(measure="thickness"), []).tracer == ""
    for known in ([], ["PBR28", "FEMPA"]):
        with pytest.raises(StudyError, match="of which tracer is SUVR"):
            with_tracer(ask(), known)


def cohort(values):
    people = tuple(Person(f"sub-{i}", "a" if i < len(values) // 2 else "b") for i in range(len(values)))
    return HypothesisData(people, ("map",), "1", values=np.nanmean(values, axis=1, dtype=float)[:, None])


def test_p_in_an_image_is_never_above_what_it_is(tmp_path):
    rng = np.random.default_rng(0)
    values = rng.normal(size=(6, 27)).astype(np.float32)  # 20 relabellings: p are multiples of 1/20
    values[0, 5] = np.inf
    space = VolumeSpace(np.ones((3, 3, 3), bool), np.eye(4))
    result = evaluate_map(cohort(np.where(np.isfinite(values), values, 0)), values, space, ask(measure="X", **SMALL))
    assert result.notes["not finite"].startswith("1 elements")
    outcome_files(tmp_path / "finding.json", MapOutcome({"": result}, (), result.notes), PROVENANCE)
    kept = nibabel.load(tmp_path / "stat-pFwe_statmap.nii.gz").get_fdata()[space.mask]
    assert np.isnan(kept[5])
    exact = np.asarray(result.maps["p_fwe"])
    assert (kept[exact <= 0.1] <= 0.1).all()
    np.testing.assert_allclose(kept, exact, rtol=1e-6)


def test_names_are_bids_labels():
    space, graph = VolumeSpace(np.ones((1, 1, 1), bool), np.eye(4)), GraphSpace(("a", "b"), np.array([[0, 1]]))
    assert file_of("p_fwe", "", space) == "stat-pFwe_statmap.nii.gz"
    assert file_of("t", "sub-01", space) == "sub-01_stat-t_statmap.nii.gz"
    assert file_of("t", "", graph) == "connections.tsv"


@pytest.mark.slow
def test_a_million_voxels_of_five_people_fit_a_small_machine():
    rng = np.random.default_rng(0)
    values = rng.normal(2, 0.2, size=(5, 1_000_000)).astype(np.float32)
    space = VolumeSpace(np.ones((100, 100, 100), bool), np.eye(4))
    assert evaluate_map(cohort(values), values, space, ask(measure="X")).findings[0].status == "refused"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = evaluate_map(cohort(values), values, space, ask(measure="X", permutations=100_000, **SMALL))
    assert result.findings[0].n_permutations == 10  # there are no more, whatever is asked for
    assert result.findings[0].details["smallest_attainable_p"] == pytest.approx(1 / 10)
    if sys.platform == "linux":
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert grown < 1000  # MB
