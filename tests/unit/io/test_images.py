"""Volumes and surfaces come back as they were written; what cannot be one is named."""

import nibabel
import numpy as np
import pytest

from nociscope.core.errors import MalformedFile, MissingFile
from nociscope.core.image import Volume
from nociscope.io.images import (
    read_mesh,
    read_vertex_values,
    read_volume,
    smoothed,
    write_vertex_values,
    write_volume,
)

AFFINE = np.diag([2.0, 2.0, 2.0, 1.0])


def test_a_volume_comes_back(tmp_path):
    values = np.random.default_rng(0).normal(size=(4, 5, 6)).astype(np.float32)
    write_volume(tmp_path / "a.nii.gz", values, AFFINE)
    again = read_volume(tmp_path / "a.nii.gz")
    np.testing.assert_array_equal(again.values, values)
    np.testing.assert_array_equal(again.affine, AFFINE)
    assert again.voxel_mm3 == pytest.approx(8)


def test_the_same_numbers_give_the_same_bytes(tmp_path):
    values = np.ones((2, 2, 2), np.float32)
    for name in ("a.nii.gz", "b.nii.gz"):
        write_volume(tmp_path / name, values, AFFINE)
    assert (tmp_path / "a.nii.gz").read_bytes() == (tmp_path / "b.nii.gz").read_bytes()


def test_a_last_axis_of_one_is_dropped_and_a_longer_one_named(tmp_path):
    nibabel.save(nibabel.Nifti1Image(np.ones((3, 3, 3, 1), np.float32), AFFINE), tmp_path / "one.nii")
    nibabel.save(nibabel.Nifti1Image(np.ones((3, 3, 3, 2), np.float32), AFFINE), tmp_path / "two.nii")
    assert read_volume(tmp_path / "one.nii").values.shape == (3, 3, 3)
    with pytest.raises(MalformedFile, match="not one volume"):
        read_volume(tmp_path / "two.nii")


def test_a_file_that_is_no_image_is_named(tmp_path):
    (tmp_path / "a.nii").write_bytes(b"not an image")
    with pytest.raises(MalformedFile, match="cannot be read as an image"):
        read_volume(tmp_path / "a.nii")
    with pytest.raises(MissingFile):
        read_volume(tmp_path / "absent.nii")


def test_numbers_on_vertices_come_back(tmp_path):
    write_vertex_values(tmp_path / "a.shape.gii", np.arange(5.0), "t")
    np.testing.assert_array_equal(read_vertex_values(tmp_path / "a.shape.gii").values, np.arange(5.0))
    with pytest.raises(MissingFile):
        read_vertex_values(tmp_path / "absent.shape.gii")


def test_a_real_surface_is_read(open_data):
    vertices, faces = read_mesh(open_data("head-t1w-surfaces") / "wm_lh.gii")
    assert vertices.shape[1] == faces.shape[1] == 3
    assert faces.max() == len(vertices) - 1


def test_smoothing_keeps_a_constant_and_does_not_spread_gaps():
    values = np.full((12, 12, 12), 3.0, np.float32)
    values[:4] = np.nan
    out = smoothed(Volume(values, AFFINE), 6.0).values
    assert np.isnan(out[:4]).all()
    np.testing.assert_allclose(out[4:], 3.0, rtol=1e-5)


def test_smoothing_has_the_width_that_is_asked_for():
    values = np.zeros((41, 41, 41), np.float32)
    values[20, 20, 20] = 1
    line = smoothed(Volume(values, AFFINE), 8.0).values[:, 20, 20].astype(float)
    mm = 2.0 * (np.arange(41) - 20)
    spread = np.sqrt((line * mm**2).sum() / line.sum())
    assert spread * np.sqrt(8 * np.log(2)) == pytest.approx(8.0, rel=0.02)
