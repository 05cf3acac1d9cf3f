"""Everything that a report shows, as frozen records: the pipeline fills them, the templates print them.

Hrefs are relative to the ``report/`` folder (``../sub-01/pet/…``). Times are minutes, activities kBq/mL, as in
`nociscope.core.records`. Nothing here is rounded and nothing is computed from it but text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nociscope.core.blood import CurveFit
from nociscope.core.estimate import Estimate
from nociscope.core.finding import Finding, Safeguard
from nociscope.core.map_result import Cluster
from nociscope.core.map_view import MapView
from nociscope.core.problem import Problem
from nociscope.core.records import Array, Blood, InputFunction, KineticFit, Measure, Scan, Tacs
from nociscope.core.scores import PersonScores, SideVerdict
from nociscope.core.tms import SessionMap
from nociscope.viz.records import Truth


@dataclass(frozen=True)
class Sentence:
    """A methods sentence as a step wrote it, with keys of `nociscope.core.citations.CITATIONS`."""

    text: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """Methods sentences under one heading, such as ``Kinetic models``."""

    heading: str
    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Failure:
    """A participant (or one step of it) that did not finish.

    Parameters
    ----------
    participant_id, step : who and where.
    cause : the error's sentence, or how the process died.
    peak_memory_mb : nan where unknown.
    log_href : the log of the step; empty where there is none.
    """

    participant_id: str
    step: str
    cause: str
    peak_memory_mb: float = float("nan")
    log_href: str = ""


@dataclass(frozen=True)
class Software:
    """One program or package with its version."""

    name: str
    version: str


@dataclass(frozen=True)
class Provenance:
    """How the page came to be.

    ``generated`` is a text from the pipeline's clock, not printed where empty. ``inputs`` are (file, SHA-256) of
    what was read, where the pipeline wishes to print it.
    """

    version: str
    command: str = ""
    generated: str = ""
    seed: int = 0
    seconds: float = float("nan")
    peak_memory_mb: float = float("nan")
    machine: str = ""
    software: tuple[Software, ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class StudyFacts:
    """The ``[study]`` section of the study file, and what the tracers mean.

    ``meaning`` and ``caveats`` come from the tracer's file: what the signal means and what it does not. ``targets``
    are what the tracers bind to; only where TSPO is among them does the page speak of TSPO signal.
    """

    name: str
    title: str = ""
    description: str = ""
    preregistration: str = ""
    meaning: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """One thing known about a person: label, text as in the table, unit where it has one."""

    label: str
    text: str
    unit: str = ""


@dataclass(frozen=True)
class Person:
    """A row of the people table.

    ``page`` is the href of the person's report; empty where none was written. ``numbers`` counts the rows of the
    cohort table, ``missing`` those without a value; ``failed`` names steps that did not finish.
    """

    participant_id: str
    facts: tuple[Fact, ...] = ()
    scans: int = 0
    page: str = ""
    numbers: int = 0
    missing: int = 0
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class BloodResults:
    """What the blood gave.

    Parameters
    ----------
    input_function : None where none could be made; ``notes`` and the problems then say why.
    blood : raw samples, drawn as points.
    parts : curves that were fitted to the blood, by symbol, as in `nociscope.core.blood.BloodResult`.
    delay : arrival in tissue after arrival at the sampler, min; None where there is none.
    profile : (2, step) or None; delays that were tried and their weighted residual sum of squares.
    href : the ``inputfunction`` derivative.
    """

    input_function: InputFunction | None
    blood: Blood | None = None
    parts: Mapping[str, CurveFit] = field(default_factory=dict)
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    delay: Estimate | None = None
    profile: Array | None = None
    notes: tuple[str, ...] = ()
    href: str = ""


@dataclass(frozen=True, eq=False)
class ScanReport:
    """One scan with all that was made of it.

    Parameters
    ----------
    label : such as ``ses-test``; unique within a person.
    fits : model → one fit per region.
    hrefs : model → its ``kinpar`` derivative.
    preferred : models drawn in the open; the others stand folded.
    truth : true values where the data are simulated.
    window_min : of SUV and SUVR, min after injection; None where there is none.
    reference : reference region of the ratios; empty where there is none.
    """

    label: str
    scan: Scan
    tacs: Tacs | None = None
    tacs_href: str = ""
    blood: BloodResults | None = None
    fits: Mapping[str, tuple[KineticFit, ...]] = field(default_factory=dict)
    hrefs: Mapping[str, str] = field(default_factory=dict)
    preferred: tuple[str, ...] = ()
    truth: tuple[Truth, ...] = ()
    window_min: tuple[float, float] | None = None
    reference: str = ""


@dataclass(frozen=True, eq=False)
class ScoreReport:
    """What was scored from the tables of one person.

    Parameters
    ----------
    sensory, stimulation, answers : None where the person has no such table.
    maps : motor maps with what was read from them.
    scales : instrument as named in a score → scale → what the scale is called.
    words : criteria as named in a decision → input → what it is. yes_no : the same → inputs answered by yes or no.
    titles : criteria as named in a decision → name as people write it.
    hrefs : ``sensory``, ``stimulation``, ``answers``, ``maps`` → the derivative.
    verdicts : (session, body site, side) → loss and gain, where a reference gave z.
    """

    sensory: PersonScores | None = None
    stimulation: PersonScores | None = None
    answers: PersonScores | None = None
    maps: tuple[SessionMap, ...] = ()
    scales: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    yes_no: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    hrefs: Mapping[str, str] = field(default_factory=dict)
    verdicts: Mapping[tuple[str, str, str], SideVerdict] = field(default_factory=dict)

    @property
    def cites(self) -> tuple[str, ...]:
        """Keys of everything that these scores and grades refer to, once."""
        found = [f for f in (self.sensory, self.stimulation, self.answers) if f is not None]
        keys = (c for f in found for entries in (f.rows, f.decisions) for _, entry in entries for c in entry.cites)
        return tuple(dict.fromkeys(keys))


@dataclass(frozen=True, eq=False)
class ParticipantReport:
    """The page of one person."""

    participant_id: str
    study: StudyFacts
    provenance: Provenance
    facts: tuple[Fact, ...] = ()
    problems: tuple[Problem, ...] = ()
    scans: tuple[ScanReport, ...] = ()
    failures: tuple[Failure, ...] = ()
    methods: tuple[Paragraph, ...] = ()
    index_href: str = "index.html"
    scores: ScoreReport = ScoreReport()


@dataclass(frozen=True)
class MapReport:
    """What a hypothesis over maps has beside its findings.

    Parameters
    ----------
    views : pictures, of several cases one each.
    clusters : largest first.
    notes : every convention that the numbers depend on.
    files : what stands in a map, and its href.
    """

    views: tuple[MapView, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    files: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class HypothesisReport:
    """One hypothesis and its findings, one per region.

    Parameters
    ----------
    name : as in the study file.
    question : in words; empty lets the page build a sentence from the finding.
    href : ``../group/<name>/finding.json``.
    table_href : ``../group/<name>/table.tsv``; empty where there is none.
    tracers : whose numbers they are; empty where the measure is not from PET.
    map : of a hypothesis over maps.
    """

    name: str
    findings: tuple[Finding, ...]
    question: str = ""
    href: str = ""
    table_href: str = ""
    tracers: tuple[str, ...] = ()
    map: MapReport | None = None


@dataclass(frozen=True)
class Grade:
    """What one rule of a set of criteria says of one person; several grades where unknown inputs leave them open."""

    participant: str
    title: str
    grades: tuple[str, ...]


@dataclass(frozen=True)
class CohortReport:
    """The page of the whole study.

    ``groups`` is participant → group, for what is summarised by group; ``grades`` are those of everybody.
    ``measures`` is the cohort table; ``measures_href`` its file. ``tables`` are further links (data dictionary …),
    label and href.
    """

    study: StudyFacts
    provenance: Provenance
    people: tuple[Person, ...] = ()
    problems: tuple[Problem, ...] = ()
    hypotheses: tuple[HypothesisReport, ...] = ()
    safeguards: tuple[Safeguard, ...] = ()
    measures: tuple[Measure, ...] = ()
    measures_href: str = "../cohort/measures.tsv"
    truth: tuple[Truth, ...] = ()
    failures: tuple[Failure, ...] = ()
    methods: tuple[Paragraph, ...] = ()
    tables: tuple[tuple[str, str], ...] = ()
    groups: Mapping[str, str] = field(default_factory=dict)
    grades: tuple[Grade, ...] = ()
