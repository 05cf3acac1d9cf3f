"""``[[hypothesis]]`` of the study file: what can be asked, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Level = str


class Section(BaseModel):
    """Base of all sections: frozen, and strict about keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Equivalence(Section):
    """``equivalence``: a margin within which a difference does not matter, declared before looking."""

    margin: float = Field(gt=0, description="largest effect that does not matter; the bounds are ± this")
    scale: Literal["measure", "standardised"] = Field(
        "standardised", description="measure: in the unit of the estimate; standardised: in the unit of the effect size"
    )


class Replication(Section):
    """``replicate``: the same question in each site, and what sites say together."""

    across: str = Field("site", description="column that says where somebody was measured")
    at_least: int = Field(2, ge=1, description="u of the partial conjunction: an effect in at least u sites")
    pooling: Literal["random", "fixed"] = Field(
        "random", description="random: Hartung–Knapp and a prediction interval; two sites support only fixed"
    )


class SingleCase(Section):
    """``single_case``: each person of one group against the controls (Crawford & Howell 1998)."""

    cases: Level = Field(description="group whose members are looked at one by one")
    controls: Level = Field(description="group that they are held against")
    match: list[str] = Field(
        default_factory=list, description="columns in which a control must be as the case, such as rs6971 and site"
    )


class Mediation(Section):
    """``mediate``: cause → through → measure. With one visit it describes, it does not explain."""

    cause: str = Field(description="column, or groups.variable with two levels")
    through: str = Field(description="column or measure of the mediator")
    levels: list[Level] = Field(default_factory=list, max_length=2, description="[a, b] where the cause is a label")


class Prediction(Section):
    """``predict``: can the measure tell people apart whom it has not seen."""

    outcome: str = Field(description="column of two labels, or of numbers")
    positive: Level = Field("", description="label that counts as positive; default: the last in sorted order")
    features: list[str] = Field(
        default_factory=list, description="columns beside the regions of the measure; default: the regions alone"
    )
    baseline: list[str] | None = Field(
        None, description="columns of the model without the measure; default: the covariates of the study"
    )
    estimator: Literal["ridge", "lasso", "elastic-net", "svm"] = Field("ridge", description="penalised, always scaled")
    folds: Literal["auto", "leave-pair-out", "repeated-k-fold", "leave-site-out"] = "auto"
    k: int = Field(5, ge=2, le=20)
    repeats: int = Field(20, ge=1, le=1000)
    permutations: int = Field(500, ge=0, le=100_000, description="of the outcome, through the whole pipeline")
    within: str = Field("", description="column whose levels stay together in a fold, such as a family or a site")


class MapSettings(Section):
    """``map``: the question is asked in every voxel, vertex or connection."""

    derivative: str = Field("", description="data set of the maps; default: our own output, then any derivative")
    entities: dict[str, str] = Field(
        default_factory=dict, description='which file of a person, such as {suffix = "mimap", space = "MNI152Lin"}'
    )
    files: str = Field(
        "",
        description='names that are not BIDS, such as "func/{participant}/{participant}_suvr.nii.gz"; '
        "{session} where there are sessions, * for any letters",
    )
    mask: str = Field("", description="file, relative to the data set; default: voxels where everybody has a value")
    surface: str = Field("", description="mesh of the vertices, relative to the data set; GIFTI")
    labels: str = Field(
        "", description="image of whole numbers on the grid of the maps: the mean within each of `names` is asked about"
    )
    names: dict[str, list[int]] = Field(
        default_factory=dict, description="region to its numbers in `labels`, such as { caudate = [11, 50] }"
    )
    nodes: list[str] = Field(
        default_factory=list, description="of matrices: nodes whose connections are asked about; default: all"
    )
    smoothing_fwhm_mm: float = Field(0.0, ge=0, description="Gaussian, on volumes only")
    statistic: Literal["max-t", "cluster-extent", "cluster-mass", "tfce"] = "max-t"
    convention: Literal["exact-t", "exact-z", "palm", "randomise", "nilearn"] = Field(
        "exact-t", description="which statistic is meant by TFCE; named in every output"
    )
    connectivity: Literal[6, 18, 26] = 26
    forming_p: float = Field(0.001, gt=0, lt=0.1, description="threshold that forms clusters, one-sided p of t")
    tail: Literal["none", "gpd", "gamma"] = Field(
        "none", description="approximation of the far tail of a drawn null; refused where the design is enumerated"
    )

    @model_validator(mode="after")
    def _regions_have_names(self) -> MapSettings:
        if bool(self.labels) != bool(self.names):
            raise ValueError("map.labels and map.names go together: an image, and what its numbers are called")
        return self


class Hypothesis(Section):
    """``[[hypothesis]]``: one question, asked in one way.

    Exactly one of `KINDS` says what is asked. The other keys say of whom, holding what constant, exchanging whom with
    whom, corrected over what.
    """

    name: str = Field(
        min_length=1, pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$", description="names the folder of the finding"
    )
    question: str = Field("", description="in words, for the report")
    measure: str = Field("", description="symbol, such as VT or SUVR")
    model: str = Field("", description="needed where several models give the measure")
    regions: list[str] = Field(default_factory=list, description="default: all")
    tracer: str = Field("", description="needed where several tracers give the measure")
    modality: str = Field("", description="needed where several modalities give the measure, such as func and anat")
    accept: list[str] = Field(
        default_factory=list, description="statuses beside ok whose numbers enter, such as prorated or censored"
    )
    map: MapSettings | None = Field(None, description="ask in every voxel, vertex or connection instead of regions")

    contrast: list[Level] = Field(
        default_factory=list, description="[a, b]: a minus b; three levels or more: do any of them differ (F)"
    )
    by: str = Field("", description="column of the contrast; default: groups.variable")
    correlate: str = Field("", description="column of participants.tsv, phenotype or another measure")
    method: Literal["pearson", "spearman"] = "pearson"
    paired: list[str] = Field(default_factory=list, max_length=2, description="[a, b] sessions: a minus b")
    retest: list[str] = Field(default_factory=list, description="two or more sessions of the same condition")
    repeated: list[str] = Field(
        default_factory=list, description="sessions of different conditions: do any of them differ within people (F)"
    )
    formula: str = Field("", description='Wilkinson notation of the whole model, such as "group * sex + age"')
    test: str = Field(
        "", description='of a formula: a term ("group:sex"), or weights of coefficients ("group[fm] - group[clbp]")'
    )
    single_case: SingleCase | None = None
    mediate: Mediation | None = None
    predict: Prediction | None = None
    joint: list[str] = Field(
        default_factory=list, description="names of other hypotheses about the same people, tested together"
    )

    sessions: list[str] = Field(
        default_factory=list,
        description="sessions to use; several are averaged within a person. Default: all",
    )
    change: list[str] = Field(
        default_factory=list,
        max_length=2,
        description="[a, b] sessions: the question is about a minus b of each person",
    )
    covariates: list[str] | None = Field(None, description="instead of [covariates] use")
    separately_by: str = Field(
        "", description="column, such as sex: the interaction is tested, and each level is shown beside it"
    )
    equivalence: Equivalence | None = Field(None, description="margin for two one-sided tests")
    replicate: Replication | None = Field(None, description="the same contrast in each site, then together")
    harmonise: str = Field("", description="column of ComBat, such as site; repeated within every permutation")

    scheme: Literal["", "permute", "flip", "both"] = Field(
        "", description="what the null exchanges; default: permute between people, flip within a person"
    )
    permutation_method: Literal["freedman-lane", "dekker", "huh-jhun"] = "freedman-lane"
    stratify: str = Field("", description="permute only within levels of this column")
    blocks: str = Field("", description="whole blocks of people, such as families or pairs, change places together")
    spread: Literal["groups", "equal"] = Field("groups", description="whether groups may differ in spread")
    alternative: Literal["two-sided", "greater", "less"] = "two-sided"
    family: str = Field("", description="hypotheses of one family share a correction; default: the hypothesis alone")
    adjust: Literal["max", "step-down", "holm", "fdr", "none"] = Field("max", description="over regions of the family")
    permutations: int = Field(10_000, ge=100, le=1_000_000, description="when the design is too large to enumerate")
    override: list[str] = Field(default_factory=list, description="codes of safeguards to overrule; the report says so")

    @model_validator(mode="after")
    def _one_question(self) -> Hypothesis:
        asked = [kind for kind in KINDS if getattr(self, kind)]
        if len(asked) != 1:
            raise ValueError(
                f"hypothesis {self.name!r} asks {asked or 'nothing'}: give exactly one of {', '.join(KINDS)}"
            )
        if asked[0] in ("contrast", "paired", "retest", "repeated") and len(getattr(self, asked[0])) < 2:
            raise ValueError(f"hypothesis {self.name!r}: {asked[0]} needs two levels or more")
        if not self.measure and asked[0] != "joint":
            raise ValueError(f"hypothesis {self.name!r} names no measure")
        return self

    @model_validator(mode="after")
    def _fits_together(self) -> Hypothesis:
        for key, kinds in ONLY_WITH.items():
            if getattr(self, key) and self.kind not in kinds:
                raise ValueError(f"hypothesis {self.name!r}: {key} goes with {', '.join(kinds)}, not with {self.kind}")
        if nonsense := next((said for said, applies in NONSENSE.items() if applies(self)), ""):
            raise ValueError(f"hypothesis {self.name!r}: {nonsense}")
        return self

    @property
    def kind(self) -> str:
        """Which of `KINDS` is asked."""
        return next(kind for kind in KINDS if getattr(self, kind))


KINDS = (
    "contrast", "correlate", "paired", "retest", "repeated", "formula", "single_case", "mediate", "predict", "joint",
)  # fmt: skip
"""What a hypothesis can ask."""

BETWEEN: tuple[str, ...] = ("contrast", "correlate", "formula")
"""Questions between people whose null may permute, flip, or both."""

NONSENSE: dict[str, Callable[[Hypothesis], bool]] = {
    "permuting between people says nothing about a change within them; leave scheme out, or flip": (
        lambda h: h.kind == "paired" and h.scheme in ("permute", "both")
    ),
    "both permuting and flipping needs a question between people": (
        lambda h: h.scheme == "both" and h.kind not in BETWEEN
    ),
    "a formula is the whole model: write the covariates into it": lambda h: h.kind == "formula" and bool(h.covariates),
    "huh-jhun mixes people, so that strata and blocks are lost; take freedman-lane or dekker": (
        lambda h: h.permutation_method == "huh-jhun" and bool(h.stratify or h.blocks)
    ),
    "sign flips leave everybody in place: stratify says nothing; take it as a covariate": (
        lambda h: h.scheme == "flip" and bool(h.stratify)
    ),
    "an F has no direction: leave alternative out": (
        lambda h: h.kind == "contrast" and len(h.contrast) > 2 and h.alternative != "two-sided"
    ),
    "an F has no margin: equivalence needs two levels": lambda h: len(h.contrast) > 2 and h.equivalence is not None,
    "the margin would be that of an interaction: ask equivalence and separately_by apart": (
        lambda h: bool(h.separately_by) and h.equivalence is not None
    ),
    "ranks have no interaction: separately_by goes with pearson": (
        lambda h: bool(h.separately_by) and h.method == "spearman"
    ),
    "separately_by needs a contrast of two levels": lambda h: bool(h.separately_by) and len(h.contrast) > 2,
    "ComBat is repeated within sites: no flips, no ranks, no F": (
        lambda h: (
            bool(h.harmonise)
            and (h.scheme in ("flip", "both") or h.method == "spearman" or len(h.contrast) > 2 or bool(h.blocks))
        )
    ),
    "sites that are harmonised cannot replicate one another": lambda h: bool(h.harmonise) and h.replicate is not None,
    "a level stands twice": (lambda h: any(len({*x}) < len(x) for x in (h.contrast, h.paired, h.repeated, h.change))),
    "change needs two sessions": lambda h: len(h.change) == 1,
    "change names its sessions: leave sessions out": lambda h: bool(h.change and h.sessions),
}
"""What cannot be asked, and whether a hypothesis asks it."""

ONLY_WITH = {
    "test": ("formula",),
    "change": ("contrast", "correlate", "formula", "single_case", "mediate", "predict"),
    "equivalence": ("contrast", "correlate", "paired"),
    "replicate": ("contrast", "correlate"),
    "separately_by": ("contrast", "correlate"),
    "map": ("contrast", "correlate", "paired", "formula", "single_case"),
    "harmonise": ("contrast", "correlate", "formula", "predict"),
    "stratify": ("contrast", "correlate", "formula", "predict"),
    "blocks": ("contrast", "correlate", "paired", "formula", "predict"),
}
"""Keys that only some kinds of question can have."""
