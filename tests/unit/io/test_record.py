"""Records come back from JSON as they were."""

import math

import numpy as np
import pytest

from nociscope.core.blood import BloodResult, Candidate, CurveFit
from nociscope.core.errors import MalformedFile
from nociscope.core.estimate import Estimate
from nociscope.core.map_result import Cluster
from nociscope.core.records import Blood, Frames, InputFunction, KineticFit, Samples, Scan
from nociscope.core.status import FitStatus
from nociscope.io.record import from_plain, read_record, to_plain, write_record

LINE = np.array([0.0, 1.0])
CANDIDATE = Candidate("hill", 5, 3, 0.1, 1.0, math.inf, 0.5, True, FitStatus.OK)
RECORDS = [
    Scan("PBR28", "C11", 20.4, dose_status=FitStatus.MISSING_DOSE, entities={"sub": "1"}),
    KineticFit(
        "2TCM", "THA", FitStatus.OK, {"VT": Estimate(1.0, 0.1)}, Frames([0, 1], [1, 2]),
        np.array([1.0, np.nan]), LINE, LINE, np.array([True, False]),
    ),
    BloodResult(
        FitStatus.OK, InputFunction([0, 1], [0, 1], [0, 1]), Blood(None, None, Samples([0, 1], [1, 0.9])),
        {"p": CurveFit("p", "hill", FitStatus.OK, {}, LINE, LINE, LINE, LINE, candidates=(CANDIDATE,))},
    ),
]  # fmt: skip


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: type(r).__name__)
def test_round_trip(record, tmp_path):
    write_record(tmp_path / "r.json", record, Sources=["bids::x"])
    assert repr(read_record(tmp_path / "r.json", type(record))) == repr(record)


def test_another_kind_of_record_is_named(tmp_path):
    write_record(tmp_path / "r.json", RECORDS[0])
    with pytest.raises(MalformedFile, match="does not hold a KineticFit"):
        read_record(tmp_path / "r.json", KineticFit)


def test_names_of_nodes_stay_texts_where_places_may_be_numbers():
    for place in (("1", "2"), (1.0, -2.5, 3.0)):
        cluster = Cluster(1, 1, 3, 3.0, "1", 9.0, 0, place, 4.0, 0.01)
        assert from_plain(Cluster, to_plain(cluster)) == cluster
