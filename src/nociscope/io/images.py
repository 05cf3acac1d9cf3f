"""Volumes, surfaces and numbers on vertices: NIfTI, GIFTI and FreeSurfer's own, through nibabel.

nibabel and nilearn are imported when the first image is met: whoever has none does not pay for them.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import MalformedFile, MissingFile
from nociscope.core.image import VertexValues, Volume
from nociscope.io.write import write_bytes

VOLUMES = (".nii", ".nii.gz", ".mgz", ".mgh")
VERTICES = (".func.gii", ".shape.gii", ".gii")


def read_volume(path: Path) -> Volume:
    """Read one three-dimensional image; a fourth axis of length one is dropped.

    Raises
    ------
    MissingFile
        There is no such file.
    MalformedFile
        Not an image that nibabel knows, several volumes, or a header without a usable affine.
    """
    import nibabel

    try:
        image = nibabel.load(path)
        values = np.asarray(image.dataobj, dtype=np.float32)
    except FileNotFoundError as error:
        raise MissingFile("no such image", where=str(path)) from error
    except Exception as error:  # nibabel raises whatever the decoder of a format raises
        raise MalformedFile(
            "cannot be read as an image", got=f"{type(error).__name__}: {error}", where=str(path)
        ) from error
    values = (
        values.reshape(values.shape[:3]) if values.ndim > 3 and values.size == np.prod(values.shape[:3]) else values
    )
    if values.ndim != 3:
        raise MalformedFile(
            "not one volume", expected="three axes", got=values.shape, where=str(path),
            do="give one three-dimensional image for each person",
        )  # fmt: skip
    affine = np.asarray(image.affine, dtype=np.float64)
    if not np.isfinite(affine).all() or abs(np.linalg.det(affine[:3, :3])) < 1e-9:
        raise MalformedFile("no usable affine", got=affine.tolist(), where=str(path), do="mend the header")
    return Volume(values, affine)


def read_vertex_values(path: Path) -> VertexValues:
    """Read numbers on the vertices of a surface: GIFTI, or FreeSurfer's curvature format.

    Raises
    ------
    MissingFile, MalformedFile
        There is no such file; it does not hold one number for each vertex.
    """
    import nibabel

    if not path.is_file():
        raise MissingFile("no such surface file", where=str(path))
    try:
        if path.suffix == ".gii":
            arrays = nibabel.load(path).darrays
            values = np.asarray(arrays[0].data) if len(arrays) == 1 else np.zeros((0, 0))
        else:
            values = nibabel.freesurfer.read_morph_data(path)
    except Exception as error:  # as above
        raise MalformedFile("cannot be read as numbers on vertices", got=str(error), where=str(path)) from error
    if values.ndim != 1:
        raise MalformedFile("not one number for each vertex", got=values.shape, where=str(path))
    return VertexValues(values.astype(np.float32))


def read_mesh(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Read a surface.

    Returns
    -------
    vertices : shape (vertex, 3), mm. faces : shape (triangle, 3).

    Raises
    ------
    MissingFile, MalformedFile
        There is no such file; it is not a surface.
    """
    import nibabel

    if not path.is_file():
        raise MissingFile("no such surface", where=str(path))
    try:
        if path.suffix == ".gii":
            vertices, faces = nibabel.load(path).agg_data(("pointset", "triangle"))
        else:
            vertices, faces = nibabel.freesurfer.read_geometry(path)
    except Exception as error:  # as above
        raise MalformedFile("cannot be read as a surface", got=str(error), where=str(path)) from error
    return np.asarray(vertices, dtype=np.float64), np.asarray(faces, dtype=np.int64)


def smoothed(volume: Volume, fwhm_mm: float) -> Volume:
    """Gaussian smoothing; voxels that are not finite stay so and do not spread.

    The sum of weights over finite voxels divides the result, so that the edge of a masked image does not darken.
    """
    if fwhm_mm == 0:
        return volume
    finite = np.isfinite(volume.values)
    weight = _gaussian(finite.astype(np.float32), volume.affine, fwhm_mm)
    blurred = _gaussian(np.where(finite, volume.values, 0).astype(np.float32), volume.affine, fwhm_mm)
    out = np.divide(blurred, weight, out=np.full_like(blurred, np.nan), where=finite & (weight > 0))
    return Volume(out, volume.affine)


def _gaussian(values: NDArray[np.float32], affine: NDArray[np.float64], fwhm_mm: float) -> NDArray[np.float32]:
    import nibabel
    from nilearn.image import smooth_img

    image = smooth_img(nibabel.Nifti1Image(values, affine), fwhm_mm)
    return np.asarray(image.dataobj, dtype=np.float32)


def write_volume(path: Path, values: NDArray[np.generic], affine: NDArray[np.float64], description: str = "") -> None:
    """Write a NIfTI-1 image, compressed without a time stamp so that the same numbers give the same bytes.

    Parameters
    ----------
    values : shape (x, y, z), float or integer. description : at most 79 letters, kept in the header.
    """
    import nibabel

    kept = values.astype(np.float32 if np.issubdtype(values.dtype, np.floating) else np.int32)
    image = nibabel.Nifti1Image(kept, affine)
    image.header["descrip"] = description.encode("ascii", "replace")[:79]
    image.header.set_xyzt_units("mm")
    content = image.to_bytes()
    write_bytes(path, gzip.compress(content, mtime=0) if path.name.endswith(".gz") else content)


def write_vertex_values(path: Path, values: NDArray[np.generic], name: str) -> None:
    """Write numbers on vertices as GIFTI, shape (vertex,)."""
    import nibabel

    array = nibabel.gifti.GiftiDataArray(
        values.astype(np.float32), intent="NIFTI_INTENT_SHAPE", datatype="NIFTI_TYPE_FLOAT32", meta={"Name": name}
    )
    write_bytes(path, nibabel.gifti.GiftiImage(darrays=[array]).to_bytes())
