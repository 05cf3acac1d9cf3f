"""``run``: from the options of the command line to results and an exit code."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from rich.console import Console

from nociscope import __version__
from nociscope.core.errors import DatasetError, InputError, NociscopeError
from nociscope.core.study import Study
from nociscope.io.index import index_dataset
from nociscope.io.names import write_description
from nociscope.io.people import read_people
from nociscope.pipeline.assess import assess
from nociscope.pipeline.code import step_code
from nociscope.pipeline.execute import Outcome, current, run_task
from nociscope.pipeline.executors import Fleet, Harvest, executor
from nociscope.pipeline.floors import floor_lines
from nociscope.pipeline.hypothesis_log import remember, resolved
from nociscope.pipeline.job import Job, step_table
from nociscope.pipeline.plan import Selection, plan
from nociscope.pipeline.progress import Reporter
from nociscope.pipeline.sources import Finder
from nociscope.pipeline.step import Step
from nociscope.pipeline.store import Store
from nociscope.pipeline.summary import exit_code, lines, safeguard_lines
from nociscope.pipeline.task import GROUP, Plan, Task

STEPS = "nociscope.pipeline.steps.table:STEPS"
TELL_HISTORY = ("report-cohort",)
"""Steps that are told which hypotheses were ever asked of the output folder."""


@dataclass(frozen=True)
class RunConfig:
    """Options of ``nociscope run``.

    Parameters
    ----------
    bids_dir, output_dir, level : as on the command line.
    study_file : None: defaults. participant_labels, session_labels : without prefix; empty: all.
    steps : only these and what they need; empty: all.
    derivatives : label → folder, for those outside ``bids_dir/derivatives``.
    jobs : participants at a time. executor : ``local``, ``slurm``, ``dask``.
    work_dir : scratch; default ``.work`` in the output folder.
    seed : overrides the study file's. dry_run : say what would run, and why.
    fail_fast : start no participant after the first failure.
    mem_mb : memory for all participants at a time together. timeout_s : for one step.
    rehash : read all files again. table : where the steps are.
    scheduler : address of a Dask scheduler. wait : stay until a SLURM array has ended.
    """

    bids_dir: Path
    output_dir: Path
    level: Literal["participant", "group"] | str = "participant"
    study_file: Path | None = None
    participant_labels: tuple[str, ...] = ()
    session_labels: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    derivatives: Mapping[str, Path] = field(default_factory=dict)
    jobs: int = 1
    executor: str = "local"
    work_dir: Path | None = None
    seed: int | None = None
    dry_run: bool = False
    fail_fast: bool = False
    mem_mb: int | None = None
    timeout_s: float | None = None
    rehash: bool = False
    table: str = STEPS
    scheduler: str = ""
    wait: bool = False


@dataclass(frozen=True)
class RunResult:
    """What a run came to: ``outcomes`` of all tasks, units still ``pending``, and reasons of a dry run."""

    exit_code: int
    outcomes: tuple[Outcome, ...] = ()
    pending: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def ran(self) -> tuple[str, ...]:
        """Ids of the tasks that were really done this time."""
        return tuple(o.task for o in self.outcomes if o.state == "done")


def run(config: RunConfig, console: Console | None = None) -> RunResult:
    """Bring an output folder up to date.

    Raises
    ------
    NociscopeError
        The call, the study file or the dataset cannot be used at all (exit code 2). Trouble with single participants
        is never raised: it is in the result.
    """
    _check(config)
    console = console or Console(stderr=True, highlight=False, soft_wrap=True)
    store = Store(config.output_dir.absolute(), config.rehash)
    steps = step_table(config.table)
    chosen = _with_history(planned(config, steps), config, store)
    tasks = [t for t in chosen.tasks if (t.unit == GROUP) == (config.level == "group")]
    _say_floors(config, console)
    if config.dry_run:
        reasons = why(chosen.tasks, tasks, steps, store)
        _show_reasons(tasks, reasons, console)
        return RunResult(0, reasons={t.id: reasons[t.id] for t in tasks})
    store.root.mkdir(parents=True, exist_ok=True)
    store.sweep()
    write_description(store.root, __version__, {"raw": config.bids_dir.absolute().as_uri()})
    blocked = [run_task(t, steps[t.step], store) for t in tasks if t.blocked]
    reasons = why(chosen.tasks, tasks, steps, store)
    if stale := [t.unit for t in chosen.tasks if t not in tasks and reasons[t.id] and config.level == "group"]:
        who = ", ".join(dict.fromkeys(stale))
        console.print(f"not up to date: {who}; run the participant level to mend that", markup=False)
    calm = [_calm(t, steps[t.step], store) for t in tasks if not reasons[t.id]]
    harvest = _execute(config, [t for t in tasks if reasons[t.id] and not t.blocked], console)
    outcomes = (*blocked, *calm, *harvest.outcomes)
    for line in (*harvest.notes, *lines(outcomes, harvest.pending), *safeguard_lines(tasks, outcomes, store.root)):
        console.print(line, markup=False)
    return RunResult(exit_code(outcomes, harvest.pending), outcomes, harvest.pending)


def _say_floors(config: RunConfig, console: Console) -> None:
    """Say before anything is computed what the smallest p of each hypothesis can be."""
    study = _study(config.study_file)
    if config.level != "group" or not study.hypothesis:
        return
    try:
        people = read_people(config.bids_dir.absolute())
    except NociscopeError:  # the plan says what is wrong with the tables, and where
        return
    for line in floor_lines(study, people):
        console.print(line, markup=False)


def _with_history(found: Plan, config: RunConfig, store: Store) -> Plan:
    """Keep the hypotheses in the log of all that were ever asked, and tell the pages of their number."""
    pages = [t for t in found.tasks if t.step in TELL_HISTORY and not t.blocked]
    if config.level != "group" or not pages:
        return found
    asked = resolved(_study(config.study_file))
    named = config.study_file.name if config.study_file else ""
    ever = list(remember(store.root, asked, named, write=not config.dry_run))
    told = [replace(t, params={**t.params, "ever_asked": ever}) if t in pages else t for t in found.tasks]
    return replace(found, tasks=tuple(told))


def planned(config: RunConfig, steps: Mapping[str, Step]) -> Plan:
    """The plan for these options; reads names and sidecars, writes nothing."""
    index = index_dataset(
        config.bids_dir, config.derivatives, config.participant_labels or None, config.session_labels or None
    )
    study = _study(config.study_file)
    seed = study.study.seed if config.seed is None else config.seed
    codes = {step.name: step_code(step) for step in steps.values()}
    return plan(Finder(index), study, tuple(steps.values()), codes, Selection(config.steps, seed))


def why(all_tasks: Sequence[Task], tasks: Sequence[Task], steps: Mapping[str, Step], store: Store) -> dict[str, str]:
    """Reason for each task to run, empty where it is up to date.

    A task behind one that will run has that as its reason: what it gets is not known yet. Tasks of the other level
    do not run, so their state is no reason.
    """
    running = {t.id for t in tasks if not t.blocked}
    reasons: dict[str, str] = {}
    for task in all_tasks:
        first = next((a for a in task.after if a in running and reasons.get(a)), None)
        reasons[task.id] = (
            f"{first} will run" if first and task.id in running else reason(task, steps[task.step], store)
        )
    return reasons


def reason(task: Task, step: Step, store: Store) -> str:
    """Why a task would run; empty where it is up to date."""
    if task.blocked:
        return f"cannot run: {task.blocked}"
    try:
        return assess(task, step, store).reason
    except DatasetError as error:
        return f"cannot run: {error}"
    except Exception as error:  # a file that vanished or cannot be read: the run itself will record it
        return f"cannot be read: {type(error).__name__}: {error}"


def _execute(config: RunConfig, tasks: Sequence[Task], console: Console) -> Harvest:
    """Hand the units with work to the executor."""
    if not tasks and config.executor != "slurm":
        return Harvest(())
    work = (config.work_dir or config.output_dir / ".work").absolute()
    work.mkdir(parents=True, exist_ok=True)
    limit = config.mem_mb / config.jobs if config.mem_mb else None
    jobs = [
        Job(unit, found, config.table, config.output_dir.absolute(), config.rehash, limit, config.timeout_s)
        for unit, found in Plan(tuple(tasks)).units().items()
    ]
    run_jobs = executor(config.executor)
    with Reporter(len(tasks), console) as reporter:
        fleet = Fleet(config.jobs, work, config.fail_fast, reporter.ended, config.scheduler, config.wait)
        if config.executor == "slurm":  # its files outlive this process
            return run_jobs(jobs, fleet)
        folder = Path(tempfile.mkdtemp(prefix="jobs-", dir=work))
        try:
            return run_jobs(jobs, replace(fleet, work_dir=folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _calm(task: Task, step: Step, store: Store) -> Outcome:
    """Outcome of a task that was found up to date."""
    found = assess(task, step, store)
    assert found.log is not None
    return current(task, found.log, store)


def _show_reasons(tasks: Sequence[Task], reasons: Mapping[str, str], console: Console) -> None:
    width = max((len(t.id) for t in tasks), default=0)
    for task in tasks:
        console.print(f"{task.id:<{width}}  {reasons[task.id] or 'up to date'}", markup=False)
    ready = sum(not reasons[t.id] for t in tasks)
    console.print(f"{len(tasks)} tasks: {ready} up to date, {len(tasks) - ready} would run or cannot")


def _study(path: Path | None) -> Study:
    if path is None:
        return Study()
    from nociscope.io.study import read_study

    return read_study(path)


def _check(config: RunConfig) -> None:
    if config.level not in ("participant", "group"):
        raise InputError("no such level", expected="participant or group", got=config.level)
    if config.jobs < 1:
        raise InputError("--jobs is too small", expected="1 or more", got=config.jobs)
    if config.output_dir.absolute() == config.bids_dir.absolute():
        raise InputError("results would go into the raw dataset", got=str(config.output_dir), do="give another folder")
