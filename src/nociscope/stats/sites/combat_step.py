"""ComBat as a step of a scikit-learn pipeline."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nociscope.core.errors import InputError, ShapeError
from nociscope.stats.design import Array
from nociscope.stats.sites.combat_arrays import checked, harmonised_model
from nociscope.stats.sites.combat_pooling import CombatOptions


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
        return checked(
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
