"""Kinetic models of PET curves: one file a model, one line each in `MODELS`.

``fit("2TCM", tacs, input_function)`` fits every region; see `fit`.
"""

from __future__ import annotations

from nociscope.core.errors import InputError
from nociscope.core.records import InputFunction, KineticFit, Tacs
from nociscope.models.pet.averaging import average_fits
from nociscope.models.pet.base import KineticModel
from nociscope.models.pet.criteria import akaike_weights, average, interval
from nociscope.models.pet.delay import DelayFit, fit_delay
from nociscope.models.pet.frtm import FRTM
from nociscope.models.pet.logan import LOGAN
from nociscope.models.pet.logan_reference import LOGAN_REFERENCE
from nociscope.models.pet.ma1 import MA1
from nociscope.models.pet.ma2 import MA2
from nociscope.models.pet.mrtm1 import MRTM1
from nociscope.models.pet.mrtm2 import MRTM2
from nociscope.models.pet.one_tissue import ONE_TISSUE
from nociscope.models.pet.options import FitOptions
from nociscope.models.pet.patlak import PATLAK
from nociscope.models.pet.patlak_reference import PATLAK_REFERENCE
from nociscope.models.pet.regional import fit_model
from nociscope.models.pet.srtm import SRTM
from nociscope.models.pet.srtm2 import SRTM2
from nociscope.models.pet.suv import SUV
from nociscope.models.pet.suvr import SUVR
from nociscope.models.pet.two_tissue import TWO_TISSUE
from nociscope.models.pet.two_tissue_endothelium import TWO_TISSUE_ENDOTHELIUM
from nociscope.models.pet.two_tissue_irreversible import TWO_TISSUE_IRREVERSIBLE
from nociscope.models.pet.weights import frame_weights

MODELS: dict[str, KineticModel] = {
    model.name: model
    for model in (
        ONE_TISSUE,
        TWO_TISSUE,
        TWO_TISSUE_ENDOTHELIUM,
        TWO_TISSUE_IRREVERSIBLE,
        LOGAN,
        MA1,
        MA2,
        PATLAK,
        SRTM,
        SRTM2,
        FRTM,
        MRTM1,
        MRTM2,
        LOGAN_REFERENCE,
        PATLAK_REFERENCE,
        SUV,
        SUVR,
    )
}

__all__ = [
    "MODELS",
    "DelayFit",
    "FitOptions",
    "KineticModel",
    "akaike_weights",
    "average",
    "average_fits",
    "fit",
    "fit_delay",
    "frame_weights",
    "interval",
]


def fit(
    model: str,
    tacs: Tacs,
    input_: InputFunction | None = None,
    *,
    reference: str | None = None,
    options: FitOptions = FitOptions(),  # noqa: B008  # frozen
    seed: int = 0,
) -> tuple[KineticFit, ...]:
    """Fit one model to every region of a scan.

    Parameters
    ----------
    model : a name of `MODELS`.
    tacs : curves, (region, frame), kBq/mL, frames in min.
    input_ : arterial input; without it, arterial models answer ``missing_blood`` for every region.
    reference : region of reference models and SUVR; several joined by ``+`` are averaged by volume.
    options : see `FitOptions`.
    seed : of random starts and bootstrap draws; the same seed gives the same numbers.

    Returns
    -------
    One `KineticFit` a region, in the order of ``tacs.regions``. A region that cannot be fitted carries a status
    and nan; it does not stop the others.

    Raises
    ------
    InputError
        The model is unknown, a reference model was asked for without a reference, or the noise model lacks what
        it needs.
    """
    if model not in MODELS:
        raise InputError(f"no kinetic model {model!r}", expected=f"one of {', '.join(MODELS)}", got=model)
    return fit_model(MODELS[model], tacs, input_, reference, options, seed)
