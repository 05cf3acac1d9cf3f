"""Every hypothesis that is asked in each voxel, vertex or connection: maps, clusters, findings and safeguards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nociscope import __version__
from nociscope.cohort.map_view import map_view
from nociscope.cohort.maps import MapSet, Mesh, map_set, region_rows, rows, values_of
from nociscope.cohort.select import ABSOLUTE, RATIOS, select
from nociscope.core.errors import InputError, StudyError
from nociscope.core.hypothesis import Hypothesis, MapSettings
from nociscope.core.map_result import MapResult
from nociscope.core.map_view import MapView
from nociscope.core.study import Study
from nociscope.io import names
from nociscope.io.file import File
from nociscope.io.images import read_mesh
from nociscope.io.index import Index
from nociscope.io.maps import Content, MapFile, chosen, map_file, owner, read_map
from nociscope.io.people import People
from nociscope.pipeline.step import Chosen, Context, Make, Need, Params, Produced, Source, Step
from nociscope.pipeline.steps import read
from nociscope.pipeline.steps.evaluate_hypotheses import cohort_view
from nociscope.pipeline.steps.map_output import MapOutcome, outcome_files
from nociscope.pipeline.steps.settings import study_sections

SHOWN = ("hedges_g", "dz", "r", "standardised", "z_cc", "partial_eta_squared", "F", "t")
"""Maps in the order in which one is chosen for the figure."""

OUTLINED = ("p_tail", "p_tfce", "p_cluster", "p_step_down", "p_fwe")


@dataclass(frozen=True, eq=False)
class Images:
    """What the study file asks to read: by hypothesis its maps, mask, surface and labels."""

    maps: Mapping[str, tuple[MapFile, ...]]
    masks: Mapping[str, Content]
    meshes: Mapping[str, Mesh]
    labels: Mapping[str, Content]


def run(records: Mapping[str, Any], params: Params) -> Produced:
    """Bring the maps of each hypothesis together and test them; what cannot be asked is said of all at once."""
    study = Study(**params["study"], hypothesis=params["hypotheses"])
    people: People = records.get("people", People({}))
    made: dict[str, MapOutcome] = {}
    faults: list[str] = []
    for hypothesis in study.hypothesis:
        try:
            made[hypothesis.name] = _answered(hypothesis, records["images"], people, study, params["seed"])
        except (InputError, StudyError) as error:
            faults.append(str(error))
    if faults:
        raise StudyError(
            f"{len(faults)} of {len(study.hypothesis)} hypotheses with a map cannot be asked: {' '.join(faults)}",
            do="mend them in the study file and run the group level again",
        )
    return Produced(made, methods=tuple(dict.fromkeys(_told(outcome) for outcome in made.values())))


def _answered(hypothesis: Hypothesis, images: Images, people: People, study: Study, seed: int) -> MapOutcome:
    from nociscope.stats import TestSettings  # brings scipy.stats: only who tests pays for it
    from nociscope.stats.maps.evaluate import evaluate_map

    about, name = study.study, hypothesis.name
    settings = TestSettings(seed=seed, ci_level=about.ci_level, alpha=about.alpha, software=f"nociscope {__version__}")
    labels = images.labels.get(name)
    maps = map_set(images.maps.get(name, ()), hypothesis, images.masks.get(name, labels), images.meshes.get(name))
    if labels is not None:
        return _of_regions(maps, labels, hypothesis, people, study, settings)
    data = select(cohort_view(rows(maps, hypothesis), people, study), hypothesis).data
    data = replace(data, excluded=(*data.excluded, *_absent(maps, people, hypothesis, study)))
    values = values_of(maps, data, hypothesis, data.sessions or _sessions(maps, hypothesis))
    notes = {"elements": maps.mask_words} | _smoothing(hypothesis)
    if hypothesis.kind == "single_case":
        from nociscope.stats.maps.single_case import evaluate_cases

        results = evaluate_cases(data, values, maps.space, hypothesis, settings)
    elif hypothesis.replicate is not None:
        from nociscope.stats.maps.replication import replicate_map

        results = replicate_map(data, values, maps.space, hypothesis, settings)
    else:
        results = {"": evaluate_map(data, values, maps.space, hypothesis, settings)}
    background = _mean(values)
    results = {case: replace(r, notes=notes | dict(r.notes)) for case, r in results.items()}
    views = tuple(view for r in results.values() if (view := _view(r, background, about.alpha)) is not None)
    return MapOutcome(results, views, next(iter(results.values())).notes)


def _of_regions(
    maps: MapSet, labels: Any, hypothesis: Hypothesis, people: People, study: Study, settings: Any
) -> MapOutcome:
    """The same question about the mean within each region of a label image."""
    from nociscope.stats.evaluate import evaluate

    asked = hypothesis.model_copy(update={"map": None})
    data = select(cohort_view(region_rows(maps, hypothesis, labels), people, study), asked).data
    data = replace(data, excluded=(*data.excluded, *_absent(maps, people, hypothesis, study)))
    blank = np.zeros(maps.space.size, dtype=np.int32)
    notes = {"regions": f"means within {len(data.regions)} regions of map.labels"} | _smoothing(hypothesis)
    found = tuple(evaluate(data, asked, settings))
    return MapOutcome({"": MapResult(found, maps.space, {}, blank, notes=notes)}, (), notes)


def _mean(values: Any) -> Any:
    """Mean over whoever has a value, shape (element,), without a warning where nobody has."""
    known = np.isfinite(values)
    total = np.where(known, values, 0).sum(axis=0, dtype=np.float64)
    return np.divide(total, known.sum(axis=0), out=np.full(total.shape, np.nan), where=known.any(axis=0))


def _smoothing(hypothesis: Hypothesis) -> dict[str, str]:
    width = (hypothesis.map or MapSettings()).smoothing_fwhm_mm
    return {"smoothing": f"Gaussian, {width:g} mm FWHM"} if width else {}


def _absent(maps: MapSet, people: People, hypothesis: Hypothesis, study: Study) -> list[tuple[str, str]]:
    """Who has no map, or one that does not fit; of a question about groups only their members."""
    left_out = list(maps.left_out)
    known = {who for who, _ in maps.values} | {who for who, _ in left_out}
    single = hypothesis.single_case
    column = hypothesis.by or study.groups.variable
    wanted = {single.cases, single.controls} if single else set(hypothesis.contrast)
    for label in people.participants:
        who = f"sub-{label}"
        if who not in known and (not wanted or str(people.row(label).get(column)) in wanted):
            left_out.append((who, "no map was found"))
    return left_out


def _sessions(maps: MapSet, hypothesis: Hypothesis) -> tuple[str, ...]:
    """Sessions that are averaged: those asked for, or all; the study file may leave out ``ses-``."""
    asked = {s if s.startswith("ses-") else f"ses-{s}" for s in hypothesis.sessions}
    found = sorted({session for _, session in maps.values})
    return tuple(s for s in found if not asked or s in asked)


def _view(result: MapResult, background: Any, alpha: float) -> MapView | None:
    shown = next((name for name in SHOWN if name in result.maps), "")
    corrected = next((name for name in OUTLINED if name in result.maps), "")
    if not shown or not corrected:
        return None
    return map_view(result, shown, corrected, background, alpha)


def _told(outcome: MapOutcome) -> str:
    """One sentence for the methods section: how it was tested, and every convention."""
    finding = next(iter(outcome.results.values())).findings[0]
    if finding.status != "ok":
        return f"{finding.kind.capitalize()} over maps: {finding.method}."
    notes = "; ".join(f"{key}: {text}" for key, text in outcome.notes.items())
    return f"{finding.kind.capitalize()} over maps. {notes[:1].upper()}{notes[1:]}."


def _asked(study: Study) -> list[Hypothesis]:
    """Hypotheses with a map; one about PET has a tracer, so that what is known of it guards the finding."""
    return [with_tracer(h, list(study.pet)) for h in study.hypothesis if h.map is not None]


def with_tracer(hypothesis: Hypothesis, tracers: Sequence[str]) -> Hypothesis:
    """Name the tracer of a measure from PET: the only one of the study file, or an error."""
    if hypothesis.tracer or hypothesis.modality or hypothesis.measure not in RATIOS | ABSOLUTE:
        return hypothesis
    if len(tracers) != 1:
        raise StudyError(
            f"hypothesis {hypothesis.name!r}: of which tracer is {hypothesis.measure}?",
            do='write tracer = "…", or modality = "…" where it is not from PET',
        )
    return hypothesis.model_copy(update={"tracer": tracers[0]})


def _choose(study: Study, index: Index) -> list[File]:
    """Files of all hypotheses, each once."""
    files = [f for h in study.hypothesis if h.map is not None for f in chosen(index, h.map)]
    return list({f.path: f for f in files}.values())


def _read(sources: tuple[Source, ...], params: Params) -> Images:
    """Read every file once, whoever needs it."""
    contents: dict[str, MapFile] = {}
    maps: dict[str, tuple[MapFile, ...]] = {}
    masks: dict[str, Content] = {}
    meshes: dict[str, Mesh] = {}
    labels: dict[str, Content] = {}
    for hypothesis in (Hypothesis(**h) for h in params["hypotheses"]):
        settings = hypothesis.map or MapSettings()
        own: list[MapFile] = []
        for source in sources:
            whose = owner(settings, source.dataset, source.name, source.entities)
            if source.name == settings.mask:
                masks[hypothesis.name] = read_map(source.path)
            elif source.name == settings.labels:
                labels[hypothesis.name] = read_map(source.path)
            elif source.name == settings.surface:
                meshes[hypothesis.name] = read_mesh(source.path)
            elif whose is not None:
                if source.uri not in contents:
                    contents[source.uri] = map_file(source.path, whose, source.name)
                own.append(contents[source.uri])
        maps[hypothesis.name] = tuple(own)
    return Images(maps, masks, meshes, labels)


def _params(context: Context) -> Params:
    wanted = _asked(context.study)
    if several := sorted({h.family for h in wanted if h.family}):
        raise StudyError(
            f"a hypothesis with a map is a family of its own; it cannot share {', '.join(several)}",
            do="leave out family: the correction over the map is its own",
        )
    return {**study_sections(context), "hypotheses": [h.model_dump() for h in wanted]}


def _makes(params: Params) -> dict[str, Make]:
    return {
        name: Make(names.build("group", {"hypothesis": name, "table": "finding", "extension": "json"}), outcome_files)
        for name in (h["name"] for h in params["hypotheses"])
    }


STEP = Step(
    name="evaluate-maps",
    version="1",
    level="group",
    needs={
        "images": Need(Chosen(_choose, "maps named by the study file"), _read, optional=True, with_params=True),
        "people": Need(read.EVERYONE, read.people, optional=True),
    },
    makes=_makes,
    params=_params,
    run=run,
)
