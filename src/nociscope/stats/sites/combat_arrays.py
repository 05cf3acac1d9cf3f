"""ComBat of plain arrays: what stands against it, and the harmonised values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nociscope.core.errors import InputError, Refused, ShapeError
from nociscope.core.finding import Safeguard
from nociscope.stats.design import Array, column_rank
from nociscope.stats.safeguards import raised
from nociscope.stats.sites.combat_model import CombatModel, fit_combat
from nociscope.stats.sites.combat_pooling import FEWEST_FEATURES, CombatOptions

FEWEST_PEOPLE = 3
FEW_PEOPLE = 10

_DEFAULT = CombatOptions()


def harmonise_safeguards(
    batch: ArrayLike, kept: Mapping[str, ArrayLike], override: Iterable[str] = ()
) -> tuple[Safeguard, ...]:
    """Say what stands against harmonising these people.

    Parameters
    ----------
    batch : shape (person,), site of everybody.
    kept : name to columns, shape (person,) or (person, column), of what people differ in and ComBat must keep: what
        is asked and the covariates. The intercept is not among them.

    Returns
    -------
    tuple of Safeguard
        ``site-too-small`` and ``site-group-confounded`` refuse; ``site-few`` warns.
    """
    labels, counts = np.unique(np.asarray(batch).astype(str), return_counts=True)
    small = {str(s): int(c) for s, c in zip(labels, counts, strict=True) if c < FEWEST_PEOPLE}
    few = {str(s): int(c) for s, c in zip(labels, counts, strict=True) if FEWEST_PEOPLE <= c < FEW_PEOPLE}
    out = []
    if small:
        out.append(raised("site-too-small", override, {"sites": _counted(small)}))
    if few:
        out.append(raised("site-few", override, {"sites": _counted(few)}))
    if names := _confounded(np.asarray(batch).astype(str), kept):
        out.append(raised("site-group-confounded", override, {"names": " and ".join(names)}))
    return tuple(out)


def _counted(sites: Mapping[str, int]) -> str:
    return ", ".join(f"{site} ({count})" for site, count in sites.items())


def _confounded(batch: NDArray[np.str_], kept: Mapping[str, ArrayLike]) -> list[str]:
    """Names of columns that sites reproduce, or, where only all together are at fault, all names."""
    if np.unique(batch).size < 2:
        return []
    base = (batch[:, None] == np.unique(batch)).astype(np.float64)
    columns = {name: _varying(column) for name, column in kept.items()}
    alone = [name for name, column in columns.items() if _adds_less(base, column)]
    if alone or not columns:
        return alone
    together = np.hstack(list(columns.values()))
    own = column_rank(np.hstack([np.ones((batch.size, 1)), together])) - 1
    return list(columns) if column_rank(np.hstack([base, together])) < base.shape[1] + own else []


def _varying(column: ArrayLike) -> Array:
    """Columns that differ between people, centred."""
    values = np.asarray(column, dtype=np.float64)
    values = values.reshape(values.shape[0], -1)
    return np.asarray(values[:, np.ptp(values, axis=0) > 0] - values[:, np.ptp(values, axis=0) > 0].mean(axis=0))


def _adds_less(base: Array, column: Array) -> bool:
    """Whether columns say less within sites than they say alone."""
    own = column_rank(np.hstack([np.ones((base.shape[0], 1)), column])) - 1
    return bool(column_rank(np.hstack([base, column])) < base.shape[1] + own)


def harmonised(
    values: ArrayLike, batch: ArrayLike, covariates: ArrayLike | None = None, options: CombatOptions = _DEFAULT
) -> NDArray[np.floating]:
    """Values without what sites add and multiply, shape (person, feature); see `harmonised_model`."""
    x, labels, columns = checked(values, batch, covariates)
    return _model(x, labels, columns, options)[0].applied(x, labels, columns)


def harmonised_model(
    values: ArrayLike, batch: ArrayLike, covariates: ArrayLike | None = None, options: CombatOptions = _DEFAULT
) -> tuple[CombatModel, tuple[Safeguard, ...]]:
    """Fit ComBat (Johnson, Li & Rabinovic 2007; Fortin et al. 2018).

    Parameters
    ----------
    values : shape (person, feature); float32 and float64 stay what they are, all sums are float64.
    batch : shape (person,), site of everybody.
    covariates : shape (person, column), numbers whose effects are kept: age, an indicator of sex, the group.

    Raises
    ------
    Refused
        A site with fewer than 3 people (``site-too-small``), or covariates that sites reproduce
        (``site-group-confounded``).
    InputError
        Missing values, one site only, too few features to pool, an unknown reference site.
    """
    return _model(*checked(values, batch, covariates), options)


def _model(
    x: NDArray[np.floating], labels: NDArray[np.str_], columns: Array, options: CombatOptions
) -> tuple[CombatModel, tuple[Safeguard, ...]]:
    sites = np.unique(labels)
    if sites.size < 2:
        raise InputError("nothing to harmonise", expected="two sites or more", got=", ".join(sites.tolist()))
    if options.reference and options.reference not in sites:
        raise InputError("no such reference site", expected=", ".join(sites.tolist()), got=options.reference)
    if options.method != "separate" and x.shape[1] < FEWEST_FEATURES:
        raise InputError(
            "too few features to learn from one another", expected=f"{FEWEST_FEATURES} or more", got=x.shape[1],
            do="choose method='separate'",
        )  # fmt: skip
    safeguards = harmonise_safeguards(labels, {f"covariate {i}": column for i, column in enumerate(columns.T)})
    for guard in safeguards:
        if guard.severity == "refuse":
            raise Refused(guard.message, code=guard.code)
    return fit_combat(x, labels, columns, options), safeguards


def checked(
    values: ArrayLike, batch: ArrayLike, covariates: ArrayLike | None
) -> tuple[NDArray[np.floating], NDArray[np.str_], Array]:
    """Values, labels and covariates as arrays that fit together, finite."""
    x = np.asarray(values)
    x = x if x.dtype == np.float32 else np.asarray(x, dtype=np.float64)
    labels = np.asarray(batch).astype(str)
    if x.ndim != 2 or labels.shape != x.shape[:1]:
        raise ShapeError("values and sites do not fit", expected="(person, feature) and (person,)", got=x.shape)
    columns = np.zeros((len(x), 0)) if covariates is None else np.asarray(covariates, dtype=np.float64)
    columns = columns.reshape(len(x), -1)
    if not np.isfinite(columns).all():
        raise InputError("covariates are missing or infinite", do="leave these people out, by name")
    with np.errstate(invalid="ignore", over="ignore"):
        suspect = np.flatnonzero(~np.isfinite(x.sum(axis=0)))  # one pass, without a table of answers
    missing = suspect[~np.isfinite(x[:, suspect]).all(axis=0)]
    if missing.size:
        shown = ", ".join(str(i) for i in missing[:5]) + (" …" if missing.size > 5 else "")
        raise InputError(
            f"{missing.size} features hold missing or infinite values: {shown}", expected="finite numbers",
            do="leave out these features, or the people without them",
        )  # fmt: skip
    return x, labels, columns
