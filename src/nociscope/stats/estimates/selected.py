"""What a region that was picked for its effect shows in people who did not take part in the picking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import RangeError
from nociscope.stats.deletion import each_left_out
from nociscope.stats.design import Array, Design
from nociscope.stats.linear import fit, fit_by


@dataclass(frozen=True, eq=False)
class CrossFitted:
    """An estimate whose region was chosen by other people than those who make it.

    Parameters
    ----------
    estimate : in the unit of the contrast, positive where people left out go the way of those who chose.
    naive : size of the contrast in the region that all people choose: too large on average.
    region : that region. chosen : shape (person,), the region chosen without each person; −1 where none could be.
    agreement : share of persons without whom the same region is chosen.
    """

    estimate: float
    naive: float
    region: int
    chosen: NDArray[np.int64]
    agreement: float


def cross_fitted_estimate(design: Design, y: Array) -> CrossFitted:
    """Leave each person out, choose the region of the largest t and its sign among the others, measure in that person.

    With x̃ and ỹ what the nuisance columns, fitted to the others, leave of a person's regressor and value, the estimate
    is Σ s x̃ ỹ / Σ x̃², ỹ in the region chosen and s the sign there. Choosing depends on what the nuisance columns leave
    of the others, which for normal errors of one spread is independent of ỹ: the effect of the regions chosen is
    estimated without bias.

    Parameters
    ----------
    design : of one contrast. y : shape (person, region), without missing values.

    Raises
    ------
    RangeError
        Nobody can be left out, or several contrasts at once.
    """
    if design.interest.ndim != 1:
        raise RangeError("only one contrast can be cross-fitted", expected="one column", got=design.interest.shape)
    everybody = fit(design, y)
    region = int(np.argmax(np.abs(everybody.t)))
    chosen = np.full(design.n, -1, dtype=np.int64)
    top = bottom = 0.0
    for i, others, a in each_left_out(design):
        kept = np.delete(y, i, axis=0)
        t = fit_by(a, kept).t
        chosen[i] = int(np.argmax(np.abs(t)))
        x, value = _left_over(design, i, others, kept[:, chosen[i]], float(y[i, chosen[i]]))
        top += float(np.sign(t[chosen[i]])) * x * value
        bottom += x**2
    if not bottom > 0:
        raise RangeError("nobody can be left out", expected="a design that stands without any one person", got=design.n)
    agreement = float(np.mean(chosen[chosen >= 0] == region))
    return CrossFitted(top / bottom, float(np.abs(everybody.estimate[region])), region, chosen, agreement)


def _left_over(design: Design, i: int, others: Design, values: Array, value: float) -> tuple[float, float]:
    """What the nuisance columns of the others leave of a person's regressor and value."""
    both = np.column_stack([others.interest, values])
    solved = np.linalg.lstsq(others.nuisance, both, rcond=None)[0] if others.nuisance.size else np.zeros((0, 2))
    held = design.nuisance[i] @ solved
    return float(design.interest[i] - held[0]), float(value - held[1])
