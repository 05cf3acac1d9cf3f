"""The smallest dynamic image that holds a virtual scan: one voxel a region.

Raw PET-BIDS needs an image beside its sidecar. Nothing analyses this one; the curves stand in the derivatives.
"""

from __future__ import annotations

import gzip
import struct

from nociscope.core.records import Array

_FLOAT32, _MM_AND_S = 16, 10
_EDGE_MM = 2.0


def one_voxel_a_region(activity: Array) -> bytes:
    """Return a gzipped NIfTI-1 file of shape (region, 1, 1, frame), the same bytes every time.

    Parameters
    ----------
    activity : (region, frame), in the unit that the sidecar names.
    """
    regions, frames = activity.shape
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 4, regions, 1, 1, frames, 1, 1, 1)
    struct.pack_into("<2h", header, 70, _FLOAT32, 32)
    struct.pack_into("<8f", header, 76, 1.0, _EDGE_MM, _EDGE_MM, _EDGE_MM, 1.0, 0.0, 0.0, 0.0)
    struct.pack_into("<3f", header, 108, 352.0, 1.0, 0.0)
    struct.pack_into("<B", header, 123, _MM_AND_S)
    struct.pack_into("<2h", header, 252, 0, 1)
    for row in range(3):
        struct.pack_into("<4f", header, 280 + 16 * row, *(_EDGE_MM if row == column else 0.0 for column in range(4)))
    struct.pack_into("<4s", header, 344, b"n+1\0")
    return gzip.compress(bytes(header) + activity.astype("<f4").tobytes(order="F"), mtime=0)
