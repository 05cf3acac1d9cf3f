"""An instrument or a set of criteria as data: what its file says, and nothing that could run."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from nociscope.core.errors import InputError

OPERATORS = ("sum", "mean", "wsum", "percent_of_max", "count_ge", "max", "lookup", "bin", "expr")
"""What a score may do with its inputs; a file cannot name anything else."""

MISSING_RULES = ("complete", "prorate", "percent_of_answered", "bounded", "unticked")
"""What may become of unanswered items.

``complete``: no score. ``prorate``: mean of what was answered, times the number of items. ``percent_of_answered``: the
denominator shrinks. ``bounded``: no score unless the bounds agree. ``unticked``: an item that is not ticked is zero;
with ``min_valid = 0`` a blank is an answer like any other, and leaves no doubt.
"""

RAW, SCORED = "raw", "scored"
"""How reversed items stand in a table: as people ticked them, or turned round already."""

NUMBER, CLOCK, YES_NO = "number", "clock", "yes_no"


@dataclass(frozen=True)
class Reference:
    """Where a rule comes from.

    Parameters
    ----------
    supports : what of the file it backs. verified : date when that was read there, empty where nobody could.
    doi_verified : date when the DOI was seen to belong to this source.
    """

    cite: str
    doi: str = ""
    url: str = ""
    supports: tuple[str, ...] = ()
    verified: str = ""
    doi_verified: str = ""


@dataclass(frozen=True)
class Item:
    """One question or input.

    Parameters
    ----------
    column : its name in the table.
    low, high : least and most that it can be, as entered.
    integer : whether a decimal is a mistake.
    allowed : the values that it can have, where not all between low and high.
    reverse : low + high − x is scored.
    kind : ``number``, ``clock`` (time of day, hours 0 to 24) or ``yes_no``.
    recode : text as entered → number.
    words : what it is, for a sentence; never the wording of a question.
    """

    column: str
    low: float
    high: float
    integer: bool = True
    allowed: tuple[float, ...] = ()
    reverse: bool = False
    kind: str = NUMBER
    recode: Mapping[str, float] = field(default_factory=dict)
    words: str = ""

    @property
    def levels(self) -> tuple[float, ...]:
        """Every value that it can have, empty where there are infinitely many."""
        if self.allowed:
            return self.allowed
        return tuple(float(v) for v in range(int(self.low), int(self.high) + 1)) if self.integer else ()


@dataclass(frozen=True)
class Missing:
    """What becomes of unanswered items.

    Parameters
    ----------
    rule : one of `MISSING_RULES`. min_valid : answers that it needs.
    official : false where the authors of the instrument gave no such rule.
    round_up : whether a filled score is raised to the next whole number.
    """

    rule: str = "complete"
    min_valid: int = 0
    official: bool = False
    round_up: bool = False

    def __post_init__(self) -> None:
        if self.rule not in MISSING_RULES:
            raise InputError("unknown rule for missing items", expected=", ".join(MISSING_RULES), got=self.rule)


@dataclass(frozen=True)
class ScoreRule:
    """How one score is made.

    Parameters
    ----------
    id : its name; ``total`` where there is one.
    inputs : columns of items, or ids of earlier scores.
    op : one of `OPERATORS`.
    weights : of ``wsum``. scale, offset : applied last, scale · x + offset.
    at_least : of ``count_ge``. item_max : most that one input can be, of ``percent_of_max``.
    edges, values : of ``bin``; value i holds below edge i (``closed`` says on which side an edge itself falls).
    table : of ``lookup``; se : standard error beside each value of the table.
    expr : of ``expr``; monotone in every input.
    low, high : range of the score. unit : ``1`` is unitless.
    missing : official rule, or ``complete``. optional : rule that a study may ask for by name.
    hidden : an intermediate that is not reported.
    preset : empty, or the name by which a study asks for this variant in place of the score with the same id.
    """

    id: str
    inputs: tuple[str, ...]
    op: str
    low: float
    high: float
    weights: tuple[float, ...] = ()
    scale: float = 1.0
    offset: float = 0.0
    at_least: float = 1.0
    item_max: float = 1.0
    edges: tuple[float, ...] = ()
    values: tuple[float, ...] = ()
    closed: str = "right"
    table: Mapping[float, float] = field(default_factory=dict)
    se: Mapping[float, float] = field(default_factory=dict)
    expr: str = ""
    unit: str = "1"
    missing: Missing = Missing()
    optional: Missing | None = None
    hidden: bool = False
    name: str = ""
    preset: str = ""

    def __post_init__(self) -> None:
        if self.op not in OPERATORS:
            raise InputError(f"score {self.id!r} has an unknown op", expected=", ".join(OPERATORS), got=self.op)


@dataclass(frozen=True)
class Band:
    """Ranges of a score with their labels: label i holds from edge i up to the next one.

    ``preset`` is empty for the default; a study asks for another by its name.
    """

    score: str
    edges: tuple[float, ...]
    labels: tuple[str, ...]
    preset: str = ""
    supports: str = ""

    def __post_init__(self) -> None:
        if len(self.edges) != len(self.labels) or list(self.edges) != sorted(self.edges):
            raise InputError(
                f"band of {self.score!r}", expected="as many labels as rising edges",
                got=f"{len(self.edges)} edges, {len(self.labels)} labels",
            )  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """The first condition that holds gives the value. ``inputs`` are scores or items that the conditions name."""

    id: str
    cases: tuple[tuple[str, str], ...]
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vector:
    """A test that the file carries: answers and what must come out; ``fill`` is the answer to every other item."""

    answers: Mapping[str, object]
    expect: Mapping[str, float] = field(default_factory=dict)
    band: Mapping[str, str] = field(default_factory=dict)
    rule: Mapping[str, str] = field(default_factory=dict)
    low: Mapping[str, float] = field(default_factory=dict)
    high: Mapping[str, float] = field(default_factory=dict)
    status: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    optional: bool = False
    preset: str = ""
    fill: float = math.nan


@dataclass(frozen=True)
class Instrument:
    """A questionnaire, or a set of criteria (which has no scores).

    Parameters
    ----------
    id : in lower case; also the name of its table. name : as people write it. version : year or edition.
    construct, recall, direction, respondent : what it is about.
    licence : what may be done with the form; no file holds item text.
    sha256 : of the file, kept beside every score.
    unavailable : why it cannot be scored, such as weights that nobody could read; empty otherwise.
    uses : ids of criteria whose inputs and rules these build on.
    """

    id: str
    name: str
    version: str
    construct: str
    licence: str
    items: tuple[Item, ...]
    scores: tuple[ScoreRule, ...] = ()
    bands: tuple[Band, ...] = ()
    rules: tuple[Rule, ...] = ()
    references: tuple[Reference, ...] = ()
    vectors: tuple[Vector, ...] = ()
    recall: str = ""
    direction: str = ""
    respondent: str = ""
    languages: tuple[str, ...] = ()
    sha256: str = ""
    unavailable: str = ""
    uses: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of its items, in order."""
        return tuple(item.column for item in self.items)

    def item(self, column: str) -> Item:
        """One item by its column."""
        return next(item for item in self.items if item.column == column)

    def score(self, score_id: str) -> ScoreRule:
        """One score by its id."""
        return next(rule for rule in self.scores if rule.id == score_id)

    @property
    def presets(self) -> tuple[str, ...]:
        """Published variants of bands or scores that a study may ask for by name."""
        named = (*(s.preset for s in self.scores), *(b.preset for b in self.bands))
        return tuple(dict.fromkeys(name for name in named if name))

    def score_rules(self, preset: str = "") -> tuple[ScoreRule, ...]:
        """Scores under a preset: its own in place of those with the same id.

        Raises
        ------
        InputError
            There is no such preset.
        """
        self._check(preset)
        own = {s.id for s in self.scores if s.preset == preset and preset}
        return tuple(s for s in self.scores if s.preset == preset or (not s.preset and s.id not in own))

    def score_bands(self, preset: str = "") -> dict[str, Band]:
        """Score id → its bands under a preset; those of the preset before the default ones."""
        self._check(preset)
        return {b.score: b for name in ("", preset) for b in self.bands if b.preset == name}

    def _check(self, preset: str) -> None:
        if preset and preset not in self.presets:
            raise InputError(
                f"{self.name} has no preset {preset!r}", expected=", ".join(self.presets) or "none: it has no presets"
            )
