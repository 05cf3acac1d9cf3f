"""ComBat: features of several sites brought together, what people themselves differ in kept.

For a study: `harmonise_safeguards`, then `harmonised_test`, which repeats ComBat within every relabelling.
For arrays: `harmonised`. For a scikit-learn pipeline: `Combat`.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nociscope.core.errors import InputError, Refused, ShapeError
from nociscope.core.finding import Safeguard
from nociscope.stats.design import Array, column_rank
from nociscope.stats.safeguards import raised
from nociscope.stats.sites.combat_model import FEWEST_FEATURES, METHODS, CombatModel, CombatOptions, fit_combat
from nociscope.stats.sites.combat_permutation import combat_permutation_test, harmonised_test

__all__ = [
    "METHODS", "Combat", "CombatModel", "CombatOptions", "combat_permutation_test", "harmonise_safeguards",
    "harmonised", "harmonised_model", "harmonised_test",
]  # fmt: skip

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
    x, labels, columns = _checked(values, batch, covariates)
    return harmonised_model(x, labels, columns, options)[0].applied(x, labels, columns)


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
    x, labels, columns = _checked(values, batch, covariates)
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


def _checked(
    values: ArrayLike, batch: ArrayLike, covariates: ArrayLike | None
) -> tuple[NDArray[np.floating], NDArray[np.str_], Array]:
    x = np.asarray(values)
    x = x if x.dtype == np.float32 else np.asarray(x, dtype=np.float64)
    labels = np.asarray(batch).astype(str)
    if x.ndim != 2 or labels.shape != x.shape[:1]:
        raise ShapeError("values and sites do not fit", expected="(person, feature) and (person,)", got=x.shape)
    columns = np.zeros((len(x), 0)) if covariates is None else np.asarray(covariates, dtype=np.float64)
    columns = columns.reshape(len(x), -1)
    if not np.isfinite(columns).all():
        raise InputError("covariates are missing or infinite", do="leave these people out, by name")
    missing = np.flatnonzero(~np.isfinite(x).all(axis=0))
    if missing.size:
        shown = ", ".join(str(i) for i in missing[:5]) + (" …" if missing.size > 5 else "")
        raise InputError(
            f"{missing.size} features hold missing or infinite values: {shown}", expected="finite numbers",
            do="leave out these features, or the people without them",
        )  # fmt: skip
    return x, labels, columns


class Combat:
    """ComBat as a step of a scikit-learn pipeline; the table carries site and covariates in columns of its own.

    Fitted on the training people of a fold and applied to the others, it cannot leak. What is predicted must not be
    among the covariates: a test person's is unknown.

    Parameters
    ----------
    batch : column of the table that holds the site.
    covariates : columns whose effects are kept. Site and covariates do not come out of `transform`.
    method, mean_only, reference, tolerance : see `CombatOptions`.

    Attributes
    ----------
    model_ : `CombatModel`; ``model_.status`` names features without spread, which pass through as they are.
    safeguards_ : what was raised; ``site-few`` is also a warning.

    Examples
    --------
    >>> table = np.column_stack([np.repeat([0, 1], 12), np.random.default_rng(0).normal(size=(24, 5))])
    >>> Combat(batch=0).fit_transform(table).shape
    (24, 5)
    """

    def __init__(
        self,
        batch: int = 0,
        covariates: Sequence[int] = (),
        method: str = "parametric",
        mean_only: bool = False,
        reference: str = "",
        tolerance: float = 1e-4,
    ) -> None:
        self.batch = batch
        self.covariates = covariates
        self.method = method
        self.mean_only = mean_only
        self.reference = reference
        self.tolerance = tolerance

    def fit(self, x: ArrayLike, y: object = None) -> Combat:
        """Estimate sites from a table of shape (person, column); `y` is not looked at."""
        values, labels, columns = self._split(x)
        options = CombatOptions(self.method, self.mean_only, str(self.reference), self.tolerance)
        self.model_, self.safeguards_ = harmonised_model(values, labels, columns, options)
        self.n_features_in_ = int(np.shape(x)[1])
        for guard in self.safeguards_:
            warnings.warn(guard.message, UserWarning, stacklevel=2)
        return self

    def transform(self, x: ArrayLike) -> NDArray[np.floating]:
        """Values of people of sites that the fit has seen, shape (person, feature)."""
        if not self.__sklearn_is_fitted__():
            raise InputError("ComBat was not fitted", do="call fit first")
        if np.shape(x)[1] != self.n_features_in_:
            raise ShapeError("another table", expected=f"{self.n_features_in_} columns", got=np.shape(x)[1])
        return self.model_.applied(*self._split(x))

    def fit_transform(self, x: ArrayLike, y: object = None) -> NDArray[np.floating]:
        """`fit`, then `transform` of the same people."""
        return self.fit(x, y).transform(x)

    def get_feature_names_out(self, input_features: Sequence[str] | None = None) -> NDArray[np.object_]:
        """Names of what comes out."""
        names = input_features if input_features is not None else [f"x{i}" for i in range(self.n_features_in_)]
        return np.array([names[i] for i in self._places(len(names))], dtype=object)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters by name."""
        return {
            name: getattr(self, name) for name in inspect.signature(type(self).__init__).parameters if name != "self"
        }

    def set_params(self, **params: object) -> Combat:
        """Change parameters by name."""
        if strange := set(params) - set(self.get_params()):
            raise InputError("ComBat has no such parameter", expected=", ".join(self.get_params()), got=strange)
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def _places(self, width: int) -> list[int]:
        taken = {place % width for place in (self.batch, *self.covariates)}
        return [i for i in range(width) if i not in taken]

    def _split(self, x: ArrayLike) -> tuple[NDArray[np.floating], NDArray[np.str_], Array]:
        table = np.asarray(x)
        if table.ndim != 2:
            raise ShapeError("a table is needed", expected="(person, column)", got=table.shape)
        return _checked(
            table[:, self._places(table.shape[1])],
            np.array([_label(v) for v in table[:, self.batch]]),
            table[:, list(self.covariates)] if len(self.covariates) else None,
        )

    def __sklearn_is_fitted__(self) -> bool:
        """Whether `fit` was called."""
        return hasattr(self, "model_")

    def __sklearn_tags__(self) -> Any:
        """What scikit-learn asks of a step; imported there only, so that the package loads without it."""
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        return Tags(
            estimator_type="transformer", target_tags=TargetTags(required=False), transformer_tags=TransformerTags(),
            input_tags=InputTags(string=True),
        )  # fmt: skip


def _label(value: object) -> str:
    """Site as text; 2.0 and 2 are one site."""
    if isinstance(value, int | float | np.number):
        if not np.isfinite(value):
            raise InputError("somebody has no site", expected="a label or a number", got=value)
        return f"{value:g}"
    return str(value)
