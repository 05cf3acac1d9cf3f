"""A whole virtual cohort, one scan after the other. Pure: the same spec and seed give the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nociscope.simulate.cohort import Person, people, true_regions
from nociscope.simulate.scan import VirtualScan, virtual_scan
from nociscope.simulate.spec import Simulation


def virtual_people(spec: Simulation) -> tuple[Person, ...]:
    """Everybody in the cohort."""
    return people(spec, spec.people, np.random.default_rng([spec.seed, 0]))


def virtual_scans(spec: Simulation) -> Iterator[VirtualScan]:
    """Yield every scan; each person has a stream of random numbers of their own, so that order does not matter."""
    for number, person in enumerate(virtual_people(spec), start=1):
        body = np.random.default_rng([spec.seed, number, 0])
        for visit, (session, regions) in enumerate(true_regions(spec, person, body), start=1):
            yield virtual_scan(spec, person, session, regions, np.random.default_rng([spec.seed, number, visit]))
