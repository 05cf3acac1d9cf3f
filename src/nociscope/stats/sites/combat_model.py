"""ComBat as a model: what each site adds to and multiplies every feature by, with people's own effects kept.

Values are y = mean + covariates × effects + spread × (location[site] + √scale[site] × noise); location and scale of
a site are drawn towards those of its other features by empirical Bayes (Johnson, Li & Rabinovic 2007; Fortin et al.
2018).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nociscope.core.errors import InputError
from nociscope.stats.design import Array
from nociscope.stats.sites.combat_pooling import (
    FEWEST_FEATURES,
    CombatOptions,
    SiteMoments,
    shrunken,
    site_design,
    site_moments,
)

__all__ = ["FEWEST_FEATURES", "CombatModel", "CombatOptions", "fit_combat"]

_BLOCK_FEATURES = 4096


@dataclass(frozen=True, eq=False)
class CombatModel:
    """A fitted ComBat that can be applied to other people of the same sites.

    Parameters
    ----------
    sites : labels, in the order of the site axis.
    covariate_means : shape (covariate,).
    moments : of the fit.
    location, scale : shape (site, feature), after pooling.
    status : shape (feature,), ``ok``, or ``constant``: without spread within sites, passed through as it is.
    reference : place of the reference site, or −1.
    """

    sites: tuple[str, ...]
    covariate_means: Array
    moments: SiteMoments
    location: Array
    scale: Array
    status: NDArray[np.str_]
    reference: int

    def applied(self, values: NDArray[np.floating], batch: NDArray[np.str_], covariates: Array) -> NDArray[np.floating]:
        """Values without what sites add and multiply, shape (person, feature); in blocks of features.

        Raises
        ------
        InputError
            A site that the fit has not seen.
        """
        index = self.site_index(batch)
        columns = covariates - self.covariate_means
        out = np.empty(values.shape, dtype=values.dtype if values.dtype == np.float32 else np.float64)
        for start in range(0, values.shape[1], _BLOCK_FEATURES):
            own = slice(start, start + _BLOCK_FEATURES)
            out[:, own] = self._block(np.asarray(values[:, own], dtype=np.float64), own, index, columns)
        return out

    def _block(self, y: Array, own: slice, index: NDArray[np.int64], columns: Array) -> Array:
        shrink = 1 / np.sqrt(self.scale[:, own])
        kept = np.vstack([self.moments.mean[own], self.moments.effects[:, own]])
        shift = self.moments.spread[own] * self.location[:, own]
        with_mean = np.column_stack([np.ones(len(y)), columns])
        out = np.empty_like(y)
        for site in np.unique(index):
            # (y - base - shift) * shrink + base, with base = with_mean @ kept, in two passes over the values
            members = np.flatnonzero(index == site)
            weights = kept * (1 - shrink[site])
            weights[0] -= shift[site] * shrink[site]
            out[members] = y[members] * shrink[site] + with_mean[members] @ weights
        still = self.status[own] != "ok"
        if still.any():
            out[:, still] = y[:, still]
        if self.reference >= 0:
            out[index == self.reference] = y[index == self.reference]
        return out

    def site_index(self, batch: NDArray[np.str_]) -> NDArray[np.int64]:
        """Places of labels among the sites of the fit."""
        known = {label: i for i, label in enumerate(self.sites)}
        if strange := sorted({str(b) for b in batch} - set(known)):
            raise InputError(
                f"the fit has not seen {', '.join(strange)}", expected=", ".join(self.sites), got=", ".join(strange),
                do="fit ComBat with people of every site",
            )  # fmt: skip
        return np.array([known[str(b)] for b in batch], dtype=np.int64)


def fit_combat(
    values: NDArray[np.floating], batch: NDArray[np.str_], covariates: Array, options: CombatOptions
) -> CombatModel:
    """Fit without any check of the design: `nociscope.stats.sites.combat.harmonised` checks first.

    Parameters
    ----------
    values : shape (person, feature), finite.
    batch : shape (person,).
    covariates : shape (person, covariate), kept; nothing of them is removed.
    """
    labels, index = np.unique(batch, return_inverse=True)
    reference = int(np.flatnonzero(labels == options.reference)[0]) if options.reference else -1
    sites = site_design(index.astype(np.int64), covariates, reference)
    blocks = range(0, values.shape[1], _BLOCK_FEATURES)
    parts = [site_moments(sites, np.asarray(values[:, b : b + _BLOCK_FEATURES], dtype=np.float64)) for b in blocks]
    moments = SiteMoments(
        *(
            np.concatenate([getattr(p, name) for p in parts], axis=-1)
            for name in ("effects", "mean", "spread", "location", "scale")
        )
    )
    live = moments.spread > 0
    location, scale = np.zeros_like(moments.location), np.ones_like(moments.scale)
    if live.any():
        # what has no spread says nothing about a site, and must not enter the prior of the others
        own = SiteMoments(*(getattr(moments, n)[..., live] for n in SiteMoments.__dataclass_fields__))
        location[:, live], scale[:, live] = shrunken(own, sites, options)
    status = np.where(live, "ok", "constant")
    return CombatModel(
        tuple(str(s) for s in labels), covariates.mean(axis=0), moments, location, scale, status, reference
    )
