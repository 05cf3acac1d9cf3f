"""One virtual scan: person and truth in, curves and blood out. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nociscope.core.records import Blood, Frames, Tacs
from nociscope.simulate.cohort import Person, TrueRegion
from nociscope.simulate.input import STEP_S, TrueInput, autosampler, draw_input, manual_samples
from nociscope.simulate.spec import BloodTruth, ScanTruth, Simulation
from nociscope.simulate.tacs import frame_means, noise_sd, running_integral, tissue_integral


@dataclass(frozen=True, eq=False)
class VirtualScan:
    """A scan and what is true about it.

    ``auc`` is the area under the true parent input over the scan, kBq min/mL; ``blood`` is None where none was drawn.
    """

    person: Person
    session: str
    dose_MBq: float
    tacs: Tacs
    blood: Blood | None
    regions: tuple[TrueRegion, ...]
    input: TrueInput
    delay_min: float
    auc: float


def scan_frames(scan: ScanTruth) -> Frames:
    """Frames of the ``[count, seconds]`` pairs, from injection on."""
    seconds = np.repeat([s for _, s in scan.frames], [n for n, _ in scan.frames])
    ends = np.cumsum(seconds)
    return Frames((ends - seconds) / 60, ends / 60)


def virtual_scan(
    spec: Simulation, person: Person, session: str, regions: tuple[TrueRegion, ...], rng: np.random.Generator
) -> VirtualScan:
    """Draw dose, blood, delay and noise of one scan, and compute its curves."""
    dose = round(float(np.clip(rng.normal(*spec.scan.dose_MBq), 50, 1000)), 1)
    blood = draw_input(spec.blood or BloodTruth(), dose / person.body_weight, rng)
    delay = round(float(np.clip(rng.normal(*spec.scan.delay_min), -0.5, 0.5)), 4)
    tacs, auc = _curves(spec, person, regions, (blood, delay), rng)
    samples = _samples(spec, blood, float(tacs.frames.end[-1]), rng) if spec.blood else None
    return VirtualScan(person, session, dose, tacs, samples, regions, blood, delay, auc)


def _curves(
    spec: Simulation,
    person: Person,
    regions: tuple[TrueRegion, ...],
    arrival: tuple[TrueInput, float],
    rng: np.random.Generator,
) -> tuple[Tacs, float]:
    blood, delay = arrival
    frames = scan_frames(spec.scan)
    grid = np.arange(0, frames.end[-1] * 60 + STEP_S / 2, STEP_S) / 60
    tissue = tissue_integral(regions, blood.aif(grid - delay))
    vessels = running_integral(blood.whole_blood(grid - delay))
    means = frame_means((1 - spec.scan.vB) * tissue + spec.scan.vB * vessels, frames)
    volumes = np.array([spec.region[r.region].volume_cm3 for r in regions])
    sd = noise_sd(means, frames, spec.scan.half_life_min, spec.scan.noise / np.sqrt(volumes))
    gain = spec.cohort.sites.get(person.site, 1.0)
    activity = gain * (means + rng.normal(0, 1, means.shape) * sd)
    names = tuple(r.region for r in regions)
    auc = float(running_integral(blood.aif(grid))[-1])
    return Tacs(activity, frames, names, volumes_mm3=volumes * 1000), auc


def _samples(spec: Simulation, blood: TrueInput, end_min: float, rng: np.random.Generator) -> Blood:
    truth = spec.blood or BloodTruth()
    whole, plasma, parent = manual_samples(truth, blood, end_min, rng)
    line = autosampler(truth, blood, spec.scan.half_life_min, rng) if truth.autosampler_min else None
    return Blood(whole, plasma, parent, line, dispersion_min=truth.dispersion_s / 60)
