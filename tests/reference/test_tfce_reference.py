"""Enhanced maps of other programs: PyPI tfce (exact), nilearn and PALM (stepped)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage, sparse

from nociscope.core.space import MeshSpace, VolumeSpace
from nociscope.stats.maps.tfce import enhancement

DATA = Path(__file__).parent / "data"
MASK = sum(x**2 for x in np.meshgrid(*(np.linspace(-1, 1, n) for n in (22, 26, 20)), indexing="ij")) <= 1
SPACE = VolumeSpace(MASK, np.eye(4))


def field(smoothness, seed=0):
    z = np.random.default_rng(seed).standard_normal(MASK.shape)
    z = ndimage.gaussian_filter(z, smoothness) if smoothness else z
    return (z / z.std() * MASK).astype(np.float32)


@pytest.mark.parametrize("smoothness", [0.0, 1.5, 3.0])
@pytest.mark.parametrize("connectivity", [6, 18, 26])
def test_exact_is_that_of_tfce_within_one_ulp(smoothness, connectivity):
    peer = pytest.importorskip("tfce")
    z = field(smoothness)
    ours = enhancement(SPACE, "exact-t", connectivity).maps(z[MASK])[0]
    theirs = peer.tfce(z, connectivity=connectivity)[MASK]
    assert np.abs(ours.view(np.int32).astype(np.int64) - theirs.view(np.int32)).max() <= 1


def test_exact_on_a_mesh_is_that_of_tfce_where_all_vertices_weigh_one():
    """The peer counts vertices and knows no areas."""
    peer = pytest.importorskip("tfce")
    n, rng = 16, np.random.default_rng(0)
    at = np.arange(n * n).reshape(n, n)
    right, down, across = np.roll(at, -1, 1), np.roll(at, -1, 0), np.roll(at, (-1, -1), (0, 1))
    faces = np.vstack([np.column_stack([q.ravel() for q in f]) for f in ((at, right, down), (right, across, down))])
    t = rng.standard_normal(n * n).astype(np.float32)
    how = enhancement(MeshSpace(rng.standard_normal((n * n, 3)), faces, np.ones(n * n, dtype=bool)))
    counted = replace(how, neighbours=replace(how.neighbours, weight=np.ones(n * n)))
    sides = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2)
    touching = sparse.coo_matrix((np.ones(len(sides)), sides.T), shape=(n * n, n * n))
    theirs = peer.tfce(t, adjacency=((touching + touching.T) > 0).tocsr(), E=1.0)
    assert counted.maps(t)[0] == pytest.approx(theirs, rel=1e-6)


@pytest.mark.parametrize(("connectivity", "order"), [(6, 1), (26, 3)])
def test_nilearn_convention_is_nilearn(connectivity, order):
    from nilearn.mass_univariate._utils import calculate_tfce

    for seed in range(3):
        z = field(1.5, seed)
        structure = ndimage.generate_binary_structure(3, order)
        theirs = calculate_tfce(z.astype(float)[..., None], structure)[..., 0][MASK]
        ours = enhancement(SPACE, "nilearn", connectivity).maps(z[MASK])[0]
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-5)


def test_palm_convention_is_palm():
    """Numbers of PALM 4b651c5 under Octave 7.3; `validation/palm/README.md` says how they were made.

    Round-off of its loop leaves out the topmost level, which only the peak reaches: at most one hundredth there.
    """
    kept = np.load(DATA / "palm_tfce.npz")
    shape = tuple(kept["shape"])
    mask = np.unpackbits(kept["mask"], count=int(np.prod(shape))).astype(bool).reshape(shape)
    for connectivity in (6, 18, 26):
        for side, alternative in (("two", "two-sided"), ("one", "greater")):
            how = enhancement(VolumeSpace(mask, np.eye(4)), "palm", connectivity, alternative)
            ours, theirs = np.abs(how.maps(kept["z"])[0]), kept[f"{side}{connectivity}"]
            assert np.corrcoef(ours, theirs)[0, 1] > 0.999999
            far = np.abs(ours - theirs) > 1e-4 * theirs.max()
            assert far.sum() <= 3 and np.abs(ours - theirs).max() < 0.012 * theirs.max()
