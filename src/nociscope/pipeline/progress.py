"""What the user sees while it runs: a moving bar on a terminal, plain lines elsewhere. Always on standard error."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from nociscope.pipeline.execute import Outcome

_COLOUR = {"done": "green", "failed": "red", "blocked": "yellow", "skipped": "yellow"}


class Reporter:
    """Counts tasks and names those that did not end well; a context manager.

    Parameters
    ----------
    total : number of tasks. console : where to; default standard error.
    """

    def __init__(self, total: int, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self.total, self.count = total, 0
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(*columns, console=self.console, transient=True) if self.console.is_terminal else None
        self._row = self._bar.add_task("starting", total=total) if self._bar else None

    def __enter__(self) -> Reporter:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._bar.stop()

    def ended(self, outcome: Outcome) -> None:
        """One task came to its end."""
        self.count += 1
        if self._bar is not None and self._row is not None:
            self._bar.update(self._row, advance=1, description=f"{outcome.unit} {outcome.step}")
            if outcome.state in ("done", "current"):
                return
        self.console.print(self._line(outcome))

    def _line(self, outcome: Outcome) -> str:
        colour = _COLOUR.get(outcome.state, "dim")
        text = f"{self.count}/{self.total} {outcome.task} [{colour}]{outcome.state}[/] {outcome.seconds:.1f} s"
        return f"{text}: {escape(outcome.reason)}" if outcome.reason else text
