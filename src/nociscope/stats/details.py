"""What only one kind of finding has: means, spreads, and what a figure draws beside the points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import special

from nociscope.core.hypothesis_data import HypothesisData
from nociscope.core.study import Hypothesis
from nociscope.stats.analysis import Analysis
from nociscope.stats.asked import Question
from nociscope.stats.design import Array, Design
from nociscope.stats.linear import Algebra, algebra

BAND_POINTS = 25
"""Places along the other variable at which the band of a line is given."""


def question_details(asked: Question, done: Analysis, level: float) -> tuple[dict[str, object], ...]:
    """Numbers beside the estimate, one set a region; plain numbers and lists of them."""
    drawn = _drawn(asked, level)
    return tuple(_of_region(asked, done, region) | _column(drawn, region) for region in range(asked.values.shape[1]))


def _of_region(asked: Question, done: Analysis, region: int) -> dict[str, object]:
    out: dict[str, object] = {
        "minimal_detectable_effect": done.detectable,
        "residual_sd": float(done.spread[region]),
    }
    if done.without[region]:
        estimates = [value for value, _ in done.without[region].values()]
        out |= {"leave_one_out_low": min(estimates), "leave_one_out_high": max(estimates)}
    if asked.kind == "contrast":
        out["p_pooled"] = float(done.pooled.p[region])
    if asked.per_level:
        out["levels"] = list(asked.per_level)
    return out


def _drawn(asked: Question, level: float) -> dict[str, Array]:
    """What a figure draws beside the points, shapes (group or place, region)."""
    if asked.per_level:
        return _of_levels(asked, level) | (_of_cells(asked, level) if asked.groups else {})
    if asked.kind == "contrast":
        return _of_groups(asked, level)
    if asked.kind == "formula":
        return _of_cells(asked, level) if asked.groups else {}
    # ranks have no line on the scale of the points
    return band(asked.design, asked.values, level) if asked.effect == "pearson_r" else {}


def _column(drawn: Mapping[str, Array], region: int) -> dict[str, object]:
    return {name: [float(v) for v in values[:, region]] for name, values in drawn.items()}


def axis_details(data: HypothesisData, hypothesis: Hypothesis, asked: Question) -> dict[str, object]:
    """Unit of the values where the estimate has another, and label of the other variable of a correlation."""
    if hypothesis.kind != "correlate":
        return {} if asked.unit == data.unit else {"value_unit": data.unit}
    name, unit = data.predictor_name or hypothesis.correlate, data.predictor_unit
    return {"x_label": f"{name} ({unit})" if unit not in ("", "1") else name, "value_unit": data.unit}


def _members(asked: Question) -> list[NDArray[np.bool_]]:
    """Who is in each group, in the order of ``n``."""
    labels = np.array(asked.groups)
    return [labels == group for group in asked.n]


def _of_groups(asked: Question, level: float) -> dict[str, Array]:
    """Means and SDs, as they are and at the mean of the covariates, in the order of ``n``.

    The intervals belong to the adjusted means where there are covariates, else to the means as they are.
    """
    y, members = asked.values, _members(asked)
    plain = np.stack([own / own.sum() for own in members])
    adjusted = adjusted_mean_weights(asked.design, [int(np.argmax(own)) for own in members])
    out = {
        "means": plain @ y,
        "sds": np.stack([y[own].std(axis=0, ddof=1) for own in members]),
        "adjusted_means": adjusted @ y,
    }
    ends = interval_of(algebra_of_means(asked.design), adjusted if asked.covariates else plain, y, level)
    return out if ends is None else out | {"means_ci_low": ends[0], "means_ci_high": ends[1]}


def _of_cells(asked: Question, level: float) -> dict[str, Array]:
    """Means and SDs of joint levels as they are, each with the t interval of its own people."""
    y, members = asked.values, _members(asked)
    means = np.stack([y[own].mean(axis=0) for own in members])
    sds = np.stack([y[own].std(axis=0, ddof=1) for own in members])
    size = np.array([own.sum() for own in members])[:, None]
    half = special.stdtrit(size - 1, 0.5 + level / 2) * sds / np.sqrt(size)
    return {"means": means, "sds": sds, "means_ci_low": means - half, "means_ci_high": means + half}


def _of_levels(asked: Question, level: float) -> dict[str, Array]:
    """What is found in each level of ``separately_by``, in the same model; never its p."""
    weights = np.stack(list(asked.per_level.values())) @ _solver(asked.design)
    out = {"level_estimates": weights @ asked.values}
    ends = interval_of(algebra_of_means(asked.design), weights, asked.values, level)
    return out if ends is None else out | {"level_ci_low": ends[0], "level_ci_high": ends[1]}


def algebra_of_means(design: Design) -> Algebra:
    """Algebra whose residuals and leverage are those of the whole model, whatever it asks."""
    if not design.is_joint:
        return algebra(design)
    rest = np.column_stack([design.questions[:, 1:], design.nuisance])
    spread = np.argmax(design.spread_groups, axis=0).astype(np.int64)
    return algebra(replace(design, interest=design.questions[:, 0], nuisance=rest, spread=spread))


def band(design: Design, y: Array, level: float) -> dict[str, Array]:
    """Fitted line at the mean of the covariates with its pointwise interval, over the range of the other variable.

    Parameters
    ----------
    y : shape (person, region).

    Returns
    -------
    dict
        ``band_x``, ``band_mid``, ``band_low``, ``band_high``, shapes (place, region); nothing where the line rests
        on somebody who has no residual.
    """
    x = np.linspace(design.interest.min(), design.interest.max(), BAND_POINTS)
    held = np.broadcast_to(design.nuisance.mean(axis=0), (x.size, design.nuisance.shape[1]))
    weights = np.column_stack([x, held]) @ _solver(design)
    ends = interval_of(algebra(design), weights, y, level)
    if ends is None:
        return {}
    places = np.repeat(x[:, None], y.shape[1], axis=1)
    return {"band_x": places, "band_mid": weights @ y, "band_low": ends[0], "band_high": ends[1]}


def adjusted_mean_weights(design: Design, member: Sequence[int] = ()) -> Array:
    """Weights of the mean of each group at the mean of the covariates, shape (group, person).

    Parameters
    ----------
    member : one person of each group; default: of the two groups that a design of one column codes.
    """
    member = member or [int(np.argmax(design.interest)), int(np.argmin(design.interest))]
    at_mean = design.nuisance.mean(axis=0)
    return np.stack([np.r_[design.questions[i], at_mean] for i in member]) @ _solver(design)


def interval_of(a: Algebra, weights: Array, y: Array, level: float) -> tuple[Array, Array] | None:
    """Intervals of linear combinations of what a model fits, with the error of the estimate itself.

    HC2 errors and Satterthwaite degrees of freedom, so that a mean without covariates has the t interval of its own
    group. None where one of them rests on somebody who has no residual.

    Parameters
    ----------
    weights : shape (combination, person), in the column space of the design.
    y : shape (person, region).

    Returns
    -------
    tuple of array or None
        Lower and upper ends, shapes (combination, region).
    """
    squared = (a.residual_maker @ y) ** 2
    half = []
    for row in weights:
        other = replace(a, weights=row)
        if other.rests_on_fully_fitted:
            return None
        error = np.sqrt(other.error_weights @ squared)
        with np.errstate(invalid="ignore"):  # a group of equal values has neither error nor degrees of freedom
            reach = special.stdtrit(other.error_dof(squared), 0.5 + level / 2) * error
        half.append(np.where(error > 0, reach, 0.0))
    middle = weights @ y
    return middle - np.array(half), middle + np.array(half)


def _solver(design: Design) -> Array:
    """Matrix that turns values into coefficients, shape (column, person); columns scaled as for the rank."""
    matrix = design.matrix
    length = np.linalg.norm(matrix, axis=0)
    return np.asarray(np.linalg.pinv(matrix / length, rcond=1e-10) / length[:, None])
