"""A small truth for the tests of this folder."""

import pytest

from nociscope.simulate.spec import Simulation

SMALL = {
    "seed": 4,
    "people": 4,
    "cohort": {"groups": {"control": 1, "patient": 1}, "rs6971": {"HAB": 1, "MAB": 1}},
    "scan": {"frames": [[6, 10], [4, 60], [5, 300], [4, 900]]},
    "region": {
        "thalamus": {"VT": 5.5, "K1": 0.18, "volume_cm3": 14},
        "WB": {"VT": 4.2, "K1": 0.14, "volume_cm3": 1150},
    },
    "effect": [
        {"column": "rs6971", "level": "MAB", "ratio": 0.6},
        {"column": "group", "level": "patient", "ratio": 1.3, "regions": ["thalamus"]},
    ],
}


@pytest.fixture
def small():
    """Return a function that makes a small `Simulation`, with some keys replaced."""

    def make(**changes):
        merged = {
            k: {**v, **changes.get(k, {})} if isinstance(v, dict) and k != "region" else v for k, v in SMALL.items()
        }
        rest = {k: v for k, v in changes.items() if not (isinstance(SMALL.get(k), dict) and k != "region")}
        return Simulation.model_validate(merged | rest)

    return make
