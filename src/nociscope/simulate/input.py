"""A realistic arterial input: bolus, whole blood, metabolism, and how a study would have sampled it.

The shape follows a fast bolus with two slow exponentials (Feng et al. 1993, doi:10.1016/0020-7101(93)90049-C), the
parent fraction a Hill curve. Defaults were chosen so that peak, late level and area resemble published
[11C]PBR28 blood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nociscope.core.records import Array, Samples
from nociscope.simulate.spec import BloodTruth

STEP_S = 0.5
"""Grid of all that is computed here, s."""


@dataclass(frozen=True)
class TrueInput:
    """Parameters of one scan's blood; activities in kBq/mL, times in min after injection."""

    arrival: float
    bolus: float
    bolus_rate: float
    middle: float
    middle_rate: float
    tail: float
    tail_rate: float
    half_metabolised: float
    hill: float
    parent_floor: float
    plasma_to_blood: tuple[float, float, float]

    def plasma(self, t: Array) -> Array:
        """Total activity in plasma, (sample,), kBq/mL."""
        s = np.clip(t - self.arrival, 0, None)
        fast = (self.bolus * s - self.middle - self.tail) * np.exp(-self.bolus_rate * s)
        slow = self.middle * np.exp(-self.middle_rate * s) + self.tail * np.exp(-self.tail_rate * s)
        out: Array = np.where(t > self.arrival, fast + slow, 0.0)
        return out

    def parent_fraction(self, t: Array) -> Array:
        """Unmetabolised fraction of plasma activity, (sample,)."""
        s = np.clip(t, 0, None) ** self.hill
        out: Array = 1 - (1 - self.parent_floor) * s / (s + self.half_metabolised**self.hill)
        return out

    def aif(self, t: Array) -> Array:
        """Parent tracer in arterial plasma, (sample,), kBq/mL."""
        return self.plasma(t) * self.parent_fraction(t)

    def whole_blood(self, t: Array) -> Array:
        """Activity in whole blood, (sample,), kBq/mL."""
        start, end, constant = self.plasma_to_blood
        return self.plasma(t) / (end - (end - start) * np.exp(-np.clip(t, 0, None) / constant))


def draw_input(truth: BloodTruth, dose_per_kg: float, rng: np.random.Generator) -> TrueInput:
    """Draw one scan's blood.

    Parameters
    ----------
    truth : the ``[blood]`` section.
    dose_per_kg : injected dose over body weight, MBq/kg; every activity is proportional to it.
    rng : source of the variation between scans.
    """

    def around(spread: tuple[float, float]) -> float:
        mean, sd = spread
        return float(np.clip(rng.normal(mean, sd), mean / 3, mean * 3))

    def activity(value: float) -> float:
        return float(value * dose_per_kg * np.exp(rng.normal(0, truth.variation)))

    return TrueInput(
        arrival=around(truth.arrival),
        bolus=activity(truth.bolus),
        bolus_rate=truth.bolus_rate,
        middle=activity(truth.middle),
        middle_rate=truth.middle_rate,
        tail=activity(truth.tail),
        tail_rate=truth.tail_rate,
        half_metabolised=around(truth.half_metabolised),
        hill=around(truth.hill),
        parent_floor=around(truth.parent_floor),
        plasma_to_blood=truth.plasma_to_blood,
    )


def autosampler(truth: BloodTruth, blood: TrueInput, half_life_min: float, rng: np.random.Generator) -> Samples:
    """Whole blood as a sampler sees it each second: smeared by its line, with counting noise that grows with decay."""
    fine = np.arange(0, truth.autosampler_min * 60 + STEP_S / 2, STEP_S)
    smeared = dispersed(blood.whole_blood(fine / 60), truth.dispersion_s)
    seconds = np.arange(1, int(truth.autosampler_min * 60) + 1)
    clean = np.interp(seconds, fine, smeared)
    sd = truth.autosampler_noise * np.sqrt(
        np.clip(clean, 0.05, None) * np.exp(np.log(2) / half_life_min * seconds / 60)
    )
    return Samples(seconds / 60, clean + rng.normal(0, sd))


def dispersed(values: Array, constant_s: float) -> Array:
    """Smear a curve that starts at zero, (sample,) every `STEP_S`, by ``exp(-t/constant)/constant``.

    Exact for a piecewise-linear curve.
    """
    x = STEP_S / constant_s
    decay = np.exp(-x)
    old, new = (1 - decay) / x - decay, 1 - (1 - decay) / x
    arriving = old * values[:-1] + new * values[1:]
    out = np.zeros(values.size)
    for i, drop in enumerate(arriving, start=1):
        out[i] = decay * out[i - 1] + drop
    return out


MANUAL_MIN = (
    0.67,
    1.67,
    2.67,
    3.67,
    4.67,
    5.67,
    6.67,
    7.67,
    8.67,
    10.17,
    15.0,
    20.0,
    30.0,
    40.0,
    50.0,
    60.0,
    75.0,
    89.5,
)
PARENT_MIN = (1.0, 3.0, 5.0, 10.5, 20.5, 40.5, 60.5, 89.5)


def manual_samples(
    truth: BloodTruth, blood: TrueInput, end_min: float, rng: np.random.Generator
) -> tuple[Samples, Samples, Samples]:
    """Whole blood, plasma and parent fraction drawn by hand, at times that differ, the last one at the scan's end.

    Without a sampler the first minutes are drawn by hand every ten seconds.
    """
    early = () if truth.autosampler_min else tuple(np.arange(1, 18) / 6)
    times = np.array(sorted({*early, *(t for t in MANUAL_MIN if t < end_min), end_min - 0.5}))
    parents = np.array([t for t in PARENT_MIN if t <= end_min])
    pipetting = 1 + rng.normal(0, truth.sample_cv, (2, times.size))
    measured = blood.parent_fraction(parents) + rng.normal(0, truth.parent_sd, parents.size)
    return (
        Samples(times, blood.whole_blood(times) * pipetting[0]),
        Samples(times, blood.plasma(times) * pipetting[1]),
        Samples(parents, np.clip(measured, 0.001, 1.0)),
    )
