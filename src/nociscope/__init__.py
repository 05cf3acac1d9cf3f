"""nociscope: pain imaging, sensory testing and the clinic in one analysis.

The same engine as the command line, without files: ``nociscope.pet`` (kinetic models), ``nociscope.blood`` (input
functions), ``nociscope.qst`` (sensory testing), ``nociscope.tms`` (magnetic stimulation and reflexes),
``nociscope.stats`` (inference for few people), ``nociscope.read_cohort`` (the table of a finished run),
``nociscope.score`` (questionnaires and criteria), ``nociscope.to_frame`` (records as a pandas table), and the records
that go in and come out. Everything is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nociscope import stats
    from nociscope.cohort.answers import score
    from nociscope.cohort.files import read_cohort
    from nociscope.cohort.frame import to_frame
    from nociscope.core.estimate import Estimate
    from nociscope.core.finding import Finding
    from nociscope.core.records import Blood, Frames, InputFunction, KineticFit, Samples, Scan, Tacs
    from nociscope.core.status import FitStatus
    from nociscope.models import blood, pet, tms
    from nociscope.models import psychophysics as qst

__version__ = "0.1.0"

_PLACES = {
    "pet": "nociscope.models.pet",
    "blood": "nociscope.models.blood",
    "qst": "nociscope.models.psychophysics",
    "tms": "nociscope.models.tms",
    "stats": "nociscope.stats",
    "read_cohort": "nociscope.cohort.files",
    "score": "nociscope.cohort.answers",
    "to_frame": "nociscope.cohort.frame",
    "Estimate": "nociscope.core.estimate",
    "Finding": "nociscope.core.finding",
    "FitStatus": "nociscope.core.status",
    **dict.fromkeys(
        ("Blood", "Frames", "InputFunction", "KineticFit", "Samples", "Scan", "Tacs"), "nociscope.core.records"
    ),
}
_ROOMS = ("pet", "blood", "qst", "tms", "stats")

__all__ = [
    "Blood",
    "Estimate",
    "Finding",
    "FitStatus",
    "Frames",
    "InputFunction",
    "KineticFit",
    "Samples",
    "Scan",
    "Tacs",
    "__version__",
    "blood",
    "pet",
    "qst",
    "read_cohort",
    "score",
    "stats",
    "tms",
    "to_frame",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for, so that ``import nociscope`` stays quick."""
    if name not in _PLACES:
        raise AttributeError(f"module 'nociscope' has no attribute {name!r}")
    module = import_module(_PLACES[name])
    return module if name in _ROOMS else getattr(module, name)


def __dir__() -> list[str]:
    return __all__
