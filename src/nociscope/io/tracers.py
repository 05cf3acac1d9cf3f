"""What is known of each tracer, one TOML file a tracer, every fact with its source or marked as open."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from nociscope.core.problem import Problem
from nociscope.io import units

_NUCLIDES = r"(11c|c11|18f|f18|15o|o15|64cu|cu64|68ga|ga68|89zr|zr89|13n|n13)"


@dataclass(frozen=True)
class Reference:
    """A reference or pseudo-reference region: a place of `nociscope.io.regions`, its kind, and a caveat."""

    place: str
    kind: str
    note: str = ""


@dataclass(frozen=True)
class Tracer:
    """A tracer.

    Parameters
    ----------
    name : as in the consensus nomenclature, such as ``[11C]PBR28``. ``label`` is the bare name, for file names.
    target : what it binds to. ``means``, ``does_not_mean`` : how its signal may and may not be read.
    radionuclide, half_life_min : nan and empty where unknown.
    window_min : usual SUV and SUVR window, min after injection. ``scan_min`` : usual length of a dynamic scan.
    models : preferred, in order. ``references`` : usable, in order of preference.
    genotype : ``rs6971`` or empty. ``genotype_note``, ``age``, ``sex`` : known effects, in words.
    dose_MBq, vt_range : usual, for plausibility checks; None where the literature leaves it open.
    sources : fact → citation keys, or ``unverified``. ``open`` : what the literature leaves open.
    known : False where nothing is assumed.
    """

    name: str
    label: str
    aliases: tuple[str, ...] = ()
    target: str = ""
    means: str = ""
    does_not_mean: str = ""
    warning: str = ""
    radionuclide: str = ""
    half_life_min: float = float("nan")
    window_min: tuple[float, float] | None = None
    scan_min: float | None = None
    models: tuple[str, ...] = ()
    references: tuple[Reference, ...] = ()
    genotype: str = ""
    genotype_note: str = ""
    age: str = ""
    sex: str = ""
    dose_MBq: tuple[float, float] | None = None
    vt_range: tuple[float, float] | None = None
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    known: bool = True

    @property
    def cites(self) -> tuple[str, ...]:
        """Every citation key, once, in order."""
        keys = (k for value in self.sources.values() for k in value if k != "unverified")
        return tuple(dict.fromkeys(keys))

    @property
    def reference_region(self) -> str:
        """The preferred reference; empty where there is none."""
        return self.references[0].place if self.references else ""

    @property
    def needs_genotype(self) -> bool:
        """Whether absolute contrasts are meaningless without rs6971."""
        return self.genotype == "rs6971"


@cache
def tracers() -> dict[str, Tracer]:
    """Every tracer that ships, by name."""
    folder = files("nociscope.io") / "tracer_files"
    texts = [f.read_text("utf-8") for f in sorted(folder.iterdir(), key=lambda f: f.name) if f.name.endswith(".toml")]
    return {t.name: t for t in map(_tracer, map(tomllib.loads, texts))}


def find_tracer(name: str) -> Tracer:
    """Return the tracer of a sidecar's ``TracerName`` or a study file's ``[pet.<tracer>]``.

    Brackets, hyphens, case and the radionuclide do not matter: ``PBR28``, ``[11C]PBR28``, ``11C-PBR28`` and
    ``C11 pbr-28`` are one. A name that is not known comes back with nothing assumed and ``known`` False.
    """
    wanted = key(name)
    for tracer in tracers().values():
        if wanted in {key(tracer.name), key(tracer.label), *map(key, tracer.aliases)} and _same_nuclide(name, tracer):
            return tracer
    return Tracer(name=name, label=re.sub(r"[^A-Za-z0-9]", "", name), known=False)


def unknown_tracer(tracer: Tracer, where: str) -> Problem:
    """Say what an unknown tracer means."""
    message = f"tracer {tracer.name!r} is not known: no model, window, reference or genotype rule is assumed"
    mend = "name models, reference_region and window_min in the study file, or mend TracerName"
    return Problem("tracer-unknown", where, message, ("genotype rules", "plausibility ranges"), mend)


def key(name: str) -> str:
    """Reduce a tracer name to what tells tracers apart."""
    text = re.sub(r"[^a-z0-9]", "", name.casefold())
    return re.sub(rf"^{_NUCLIDES}|{_NUCLIDES}$", "", text) or text


def _same_nuclide(name: str, tracer: Tracer) -> bool:
    """Whether the name, where it states a radionuclide, states this one: [18F]PBR28 is not [11C]PBR28."""
    stated = re.match(rf"[\[(]?{_NUCLIDES}", re.sub(r"[-\s^]", "", name.casefold()))
    return stated is None or units.radionuclide(stated[1]).name == tracer.radionuclide


def _tracer(raw: dict[str, Any]) -> Tracer:
    references = tuple(Reference(**r) for r in raw.pop("reference", ()))
    sources = {k: (v,) if isinstance(v, str) else tuple(v) for k, v in raw.pop("sources").items()}
    lists = {k: tuple(v) for k, v in raw.items() if isinstance(v, list)}
    half_life = units.radionuclide(raw["radionuclide"]).half_life_min
    return Tracer(**{**raw, **lists}, references=references, sources=sources, half_life_min=half_life)


def __getattr__(name: str) -> dict[str, Tracer]:
    """``TRACERS`` is read from the files when first asked for, not at import."""
    if name == "TRACERS":
        return tracers()
    raise AttributeError(name)
