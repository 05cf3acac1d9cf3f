"""Files of site sums: there and back, nothing of a person inside, and what is not such a file."""

from __future__ import annotations

import json

import numpy as np
import pytest

from nociscope.core.errors import MalformedFile
from nociscope.io.federated import read_site_sums, write_site_sums
from nociscope.stats.sites.federated import SiteSums


@pytest.fixture
def sums():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(20, 3)), rng.normal(size=(20, 2))
    x_c, y_c = x - x.mean(axis=0), y - y.mean(axis=0)
    cross = x_c.T @ x_c
    return SiteSums(
        "Bochum", {"measure": "VT", "covariates": {"age": "number"}}, ("pain − control", "age", "sex=F"),
        ("1", "", "1"), ("thalamus", "S1"), 20, {"group=pain": 10, "group=control": 10}, {"covariate age missing": 1},
        x.mean(axis=0), (cross + cross.T) / 2, y.mean(axis=0), x_c.T @ y_c, (y_c**2).sum(axis=0),
    )  # fmt: skip


def test_there_and_back(tmp_path, sums):
    write_site_sums(tmp_path / "a.json", sums)
    back = read_site_sums(tmp_path / "a.json")
    for name in SiteSums.__dataclass_fields__:
        assert np.array_equal(getattr(back, name), getattr(sums, name)) or getattr(back, name) == getattr(sums, name)


def changed(path, sums, **keys):
    write_site_sums(path, sums)
    content = json.loads(path.read_text(encoding="utf-8")) | keys
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("keys", "match"),
    [
        ({"Version": 2}, "not a file of site sums"), ({"Format": "x"}, "not a file of site sums"),
        ({"Question": {"measure": "SUV"}}, "changed by hand"), ({"Means": [1, 2]}, "cannot be read"),
        ({"Squares": [1e-9, 1e-9]}, "no people can have"), ({"N": 0}, "sums of nobody"),
        ({"Cross": [[1, 2, 3], [0, 1, 0], [0, 0, 1]]}, "not symmetric"), ({"N": "many"}, "cannot be read"),
        ({"RegionMeans": ["n/a", 1]}, "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(tmp_path, sums, keys, match):
    with pytest.raises(MalformedFile, match=match):
        read_site_sums(changed(tmp_path / "a.json", sums, **keys))
