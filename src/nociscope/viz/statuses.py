"""Which numbers exist: participants down, models across, a share and a shape in each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from nociscope.core.records import Measure
from nociscope.core.status import FitStatus
from nociscope.viz.drawing import Drawing
from nociscope.viz.numbers import counted
from nociscope.viz.style import BLUE, GRID, INK, ORANGE, SMALL, TEXT, canvas, quiet

MOST_ROWS = 60
_KINDS = {
    "qst": "sensory testing", "tms": "stimulation", "outcome": "outcomes", "biosample": "biosamples",
}  # fmt: skip


def statuses(measures: Sequence[Measure]) -> Drawing:
    """Draw how many numbers stand without reservation, with one, or are missing.

    Rows are people and sessions, columns models, kinds of testing and instruments.
    """
    counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in measures:
        kind = 0 if row.status is FitStatus.OK else 1 if row.status.keeps_value else 2
        counts[_scan(row), _column(row)][kind] += 1
    scans = list(dict.fromkeys(scan for scan, _ in counts))
    methods = list(dict.fromkeys(method for _, method in counts))
    shown = scans[:MOST_ROWS]
    figure = canvas(0.95 + 0.2 * len(shown))
    height = figure.get_figheight()
    axes = quiet(figure.add_axes((0.3, 0.3 / height, 0.68, 1 - 0.95 / height)), grid="")
    for i, scan in enumerate(shown):
        for j, method in enumerate(methods):
            _cell(axes, j, i, counts.get((scan, method), [0, 0, 0]))
    _scales(axes, shown, methods)
    return Drawing(figure, "Which numbers exist", _words(counts, len(scans) - len(shown)))


def _scan(row: Measure) -> str:
    session = "" if row.session_id in ("", "n/a") else f" {row.session_id}"
    return f"{row.participant_id}{session}"


def _column(row: Measure) -> str:
    """A model of PET; a kind of testing; an instrument: hundreds of single measures would draw nothing."""
    if row.modality == "phenotype":
        return row.measure
    return _KINDS.get(row.modality, row.method)


def _cell(axes: Axes, column: int, row: int, count: Sequence[int]) -> None:
    total = sum(count)
    left = column - 0.42
    axes.add_patch(Rectangle((left, row - 0.36), 0.84, 0.72, facecolor="none", edgecolor=GRID, linewidth=0.6))
    for share, colour in ((count[0], BLUE), (count[1], ORANGE)):
        if share:
            width = 0.84 * share / total
            axes.add_patch(Rectangle((left, row - 0.36), width, 0.72, facecolor=colour, edgecolor="none", alpha=0.75))
            left += width
    text = "–" if total == 0 else "" if count[0] == total else f"{count[0]}/{total}"
    axes.text(column, row, text, ha="center", va="center", fontsize=SMALL - 0.5, color=INK)


def _scales(axes: Axes, scans: Sequence[str], methods: Sequence[str]) -> None:
    axes.set_xlim(-0.5, len(methods) - 0.5)
    axes.set_ylim(len(scans) - 0.5, -0.5)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(methods)), methods, rotation=40, ha="left", fontsize=SMALL)
    axes.set_yticks(range(len(scans)), scans, fontsize=TEXT)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _words(counts: dict[tuple[str, str], list[int]], hidden: int) -> str:
    good, caveat, missing = (sum(c[k] for c in counts.values()) for k in range(3))
    text = (
        f"{counted(good + caveat + missing, 'number')}: {good} without reservation (blue), {caveat} with a caveat "
        f"(orange), {missing} missing with a reason (empty). A cell that is not all blue says how many are."
    )
    return text + (f" {counted(hidden, 'further scan')} not drawn; all stand in the cohort table." if hidden else "")
