"""Everything on disk about one scan, in one call: what a step is given to work on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nociscope.core.errors import AmbiguousQuery, MissingFile
from nociscope.core.problem import Problem
from nociscope.core.records import Blood, InputFunction, Scan, Tacs
from nociscope.core.study import PetSettings, Study
from nociscope.io import choice
from nociscope.io.blood import read_blood, read_input_function
from nociscope.io.index import RAW, File, Index, ScanKey, Sidecar
from nociscope.io.people import People
from nociscope.io.sidecar import ARTERIAL, REFERENCE, read_scan
from nociscope.io.study import pet_settings
from nociscope.io.tacs import combine_regions, read_tacs, read_volumes
from nociscope.io.tracers import Tracer, find_tracer


@dataclass(frozen=True)
class LoadedScan:
    """One scan with all that belongs to it.

    Parameters
    ----------
    tacs : with the study's combined regions, the reference and the whole brain added where they had to be made.
    blood, input_function : None where there is none or it is unusable; the problems say which.
    whole_brain, reference : names of regions in ``tacs``; ``reference`` is empty where there is none.
    sources : what was read → path relative to the dataset.
    problems : an ``error`` among them means that the scan must not be analysed.
    """

    key: ScanKey
    scan: Scan
    tacs: Tacs
    tracer: Tracer
    settings: PetSettings
    blood: Blood | None = None
    input_function: InputFunction | None = None
    whole_brain: str = ""
    reference: str = ""
    sources: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether no problem is an error."""
        return not any(p.severity == "error" for p in self.problems)

    def blocked(self, label: str) -> tuple[Problem, ...]:
        """Problems that forbid a model or measure."""
        return tuple(p for p in self.problems if label in p.blocks or "all" in p.blocks)


def load_scan(index: Index, key: ScanKey, people: People, study: Study) -> LoadedScan:
    """Read one scan: sidecar, curves, blood and input function.

    Raises
    ------
    DatasetError, InputError
        What cannot be read at all: no sidecar, no curves, several of them, a malformed table.
    """
    about = raw_sidecar(index, key)
    tracer = find_tracer(str(about.data.get("TracerName") or key.trc or "unknown"))
    settings = pet_settings(study, tracer.name if tracer.known else str(about.data.get("TracerName", "")))
    scan, problems = read_scan(about, key, people, settings.correction, tracer)
    file = _curves(index, key, settings)
    sources = {"sidecar": index.relative(about.paths[-1]), "tacs": index.relative(file.path)}
    volumes = _volumes(index, file, sources)
    described = choice.curve_sidecar(index.sidecar(file), key, settings.correction, file.path.name)
    tacs, found = read_tacs(file.path, described, scan, volumes)
    tacs, whole_brain, reference, made = _places(tacs, settings, tracer, key)
    blood, function, trouble = _arterial(index, key, scan, settings, sources)
    return LoadedScan(
        key, scan, tacs, tracer, settings, blood, function, whole_brain, reference, sources,
        (*problems, *found, *made, *trouble),
    )  # fmt: skip


def raw_sidecar(index: Index, key: ScanKey) -> Sidecar:
    """Return the metadata of a scan's raw image.

    Raises
    ------
    MissingFile
        There is none.
    """
    files = [f for f in index.for_scan(key, "pet", dataset=RAW) if _same(f, key)]
    if not files:
        raise MissingFile(
            "no PET sidecar", expected=f"{key.label}_pet.json", where=str(index.root),
            do="add the raw dataset's sidecar: timing, decay and dose stand there",
        )  # fmt: skip
    sidecar = index.sidecar(files[0])
    if not sidecar.paths:
        raise MissingFile("an image without sidecar", expected=f"{key.label}_pet.json", where=str(files[0].path))
    return sidecar


def _same(file: File, key: ScanKey) -> bool:
    return all(file.entities.get(k, "") == getattr(key, k) for k in ("task", "trc", "rec", "run"))


def _curves(index: Index, key: ScanKey, settings: PetSettings) -> File:
    """The curves: ``desc-preproc`` of a derivative, and the entities that the study names."""
    if file := choice.curves(index.for_scan(key, "tacs", extension=".tsv"), settings.curves):
        return file
    raise MissingFile(
        "no curves", expected=f"derivatives/*/…/{key.label}_desc-preproc_tacs.tsv", where=str(index.root),
        got=", ".join(d for d in index.datasets if d != RAW) or "no derivative dataset",
        do="run petprep, or name its output with --derivatives petprep=DIR",
    )  # fmt: skip


def _volumes(index: Index, curves: File, sources: dict[str, str]) -> dict[str, float] | None:
    """Volumes of the same segmentation, of the same person, where petprep wrote them."""
    found = index.find(sub=curves.entities["sub"], suffix="morph", extension=".tsv")
    if (own := choice.volumes(found, curves)) is None:
        return None
    sources["volumes"] = index.relative(own.path)
    return read_volumes(own.path)


def _places(tacs: Tacs, settings: PetSettings, tracer: Tracer, key: ScanKey) -> tuple[Tacs, str, str, list[Problem]]:
    """Add the regions that the study asks for, a whole brain and a reference."""
    tacs, problems = combine_regions(tacs, settings.combine, key.label)
    drawn = tacs.regions
    parts = choice.whole_brain(settings.whole_brain, drawn)
    tacs, whole_brain, found = choice.with_place(tacs, settings.whole_brain or choice.WHOLE_BRAIN, parts, key.label)
    problems += found
    wanted = settings.reference_region or tracer.reference_region
    reference = ""
    if wanted:
        tacs, reference, found = choice.with_place(tacs, wanted, choice.place(wanted, drawn), key.label)
        problems += found
    if not reference:
        message = (
            f"reference region {wanted!r} is not in the curves" if wanted else "the tracer has no reference region"
        )
        mend = f"set reference_region to one of: {', '.join(drawn[:20])}{' …' if len(drawn) > 20 else ''}"
        problems.append(Problem("reference-absent", key.label, message, REFERENCE, mend))
    absent = [r for r in settings.regions if r not in tacs.regions]
    if absent:
        message = f"regions that the study asks for are not in the curves: {', '.join(absent)}"
        problems.append(Problem("region-missing", key.label, message, tuple(absent), "mend regions in the study file"))
    return tacs, whole_brain, reference, problems


def _arterial(
    index: Index, key: ScanKey, scan: Scan, settings: PetSettings, sources: dict[str, str]
) -> tuple[Blood | None, InputFunction | None, list[Problem]]:
    """Raw blood and the input function, as ``[pet.<tracer>.input] source`` asks."""
    source, problems = settings.input.source, list[Problem]()
    function = blood = None
    if source in ("auto", "derivative"):
        function = _function(index, key, scan, sources, problems)
    if source in ("auto", "blood"):
        blood = _blood(index, key, scan, sources, problems)
    if function is not None:  # the input is there: what raw blood lacks blocks nothing
        problems = [p if p.where == sources.get("inputfunction") else _unblocked(p) for p in problems]
    if function is None and blood is None and source != "none":
        message = "no input function and no usable blood"
        problems.append(Problem("blood-missing", key.label, message, ARTERIAL, "add blood, or use reference models"))
    if source == "none":
        problems.append(Problem("blood-unused", key.label, "input.source is none", ARTERIAL, severity="note"))
    return blood, function, problems


def _function(
    index: Index, key: ScanKey, scan: Scan, sources: dict[str, str], problems: list[Problem]
) -> InputFunction | None:
    files = [f for f in index.for_scan(key, "inputfunction", extension=".tsv") if "desc" not in f.entities]
    if not files:
        return None
    if len(files) > 1:
        raise AmbiguousQuery(
            "several input functions for one scan", got=", ".join(index.relative(f.path) for f in files),
            where=key.label, do="keep one derivative dataset",
        )  # fmt: skip
    function, found = read_input_function(files[0].path, index.sidecar(files[0]), scan)
    sources["inputfunction"] = index.relative(files[0].path)
    problems += [Problem(p.code, sources["inputfunction"], p.message, p.blocks, p.mend, p.severity) for p in found]
    return None if any(p.blocks for p in found) else function


def _blood(index: Index, key: ScanKey, scan: Scan, sources: dict[str, str], problems: list[Problem]) -> Blood | None:
    recordings = {}
    for recording in ("manual", "autosampler"):
        files = index.for_scan(key, "blood", dataset=RAW, recording=recording, extension=[".tsv", ".tsv.gz"])
        if files:
            recordings[recording] = (files[0].path, index.sidecar(files[0]))
            sources[f"blood_{recording}"] = index.relative(files[0].path)
    if not recordings:
        return None
    blood, found = read_blood(recordings.get("manual"), recordings.get("autosampler"), scan)
    problems += found
    return None if any(p.blocks for p in found) else blood


def _unblocked(problem: Problem) -> Problem:
    return Problem(problem.code, problem.where, problem.message, (), problem.mend, "note")
