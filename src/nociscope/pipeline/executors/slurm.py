"""A SLURM cluster: one array, one task per participant, and nobody who has to stay.

``sbatch`` is called and the command returns. How it went is in files: the same command, run again, reads them.
``squeue`` is asked only to tell what still waits from what is lost, and may stay silent; ``sacct`` is never needed.
Options of the site (partition, account, time limit) come from the ``SBATCH_*`` variables that sbatch itself reads.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nociscope.core.errors import InputError
from nociscope.io.write import write_json
from nociscope.pipeline.execute import Outcome, outcome_json
from nociscope.pipeline.executors import Fleet, Harvest
from nociscope.pipeline.job import Job, read_job, write_job
from nociscope.pipeline.supervise import lost, run_supervised

CHUNK = 1000  # SLURM's MaxArraySize is 1001 unless the site changed it
SUPERVISOR_MB = 200  # for the process that watches, beside the one that works
_ALIVE = frozenset({"PENDING", "RUNNING", "COMPLETING", "CONFIGURING", "REQUEUED", "RESIZING", "SUSPENDED", "STOPPED"})


@dataclass(frozen=True)
class Submission:
    """One array: its folder holds the jobs by number, their endings and what they said."""

    folder: Path
    job_id: str
    units: tuple[str, ...]

    def ending(self, i: int) -> Path:
        """Where task ``i`` of the array leaves its outcomes when it is through."""
        return self.folder / f"{i}.end.json"

    def so_far(self, i: int) -> Path:
        """Where it leaves them one by one."""
        return self.folder / f"{i}.outcomes.jsonl"


@dataclass(frozen=True)
class State:
    """What is known about a submission. ``bad``: units that ended badly, or are lost."""

    outcomes: tuple[Outcome, ...]
    pending: tuple[str, ...]
    bad: tuple[str, ...]
    notes: tuple[str, ...] = ()


def execute(jobs: Sequence[Job], fleet: Fleet) -> Harvest:
    """Collect what earlier calls submitted, submit what is new, and stay only if asked to.

    Units that failed are shown first and submitted again by the next call.
    """
    base = fleet.work_dir / "slurm"
    open_ones = submissions(base)
    earlier = [collect(s) for s in open_ones]
    held = {unit for s in open_ones for unit in s.units}  # also those that ended while we looked
    fresh = [job for job in jobs if job.unit not in held]
    made = [submit(fresh[i : i + CHUNK], base, fleet.jobs) for i in range(0, len(fresh), CHUNK)]
    notes = [note for state in earlier for note in state.notes]
    notes += [f"submitted {len(s.units)} units as SLURM array {s.job_id}" for s in made]
    if any(state.bad for state in earlier):
        notes.append("units that failed are submitted again by the next call")
    outcomes = [o for state in earlier for o in state.outcomes]
    pending = [u for state in earlier for u in state.pending] + [u for s in made for u in s.units]
    if fleet.wait:
        outcomes, pending = outcomes + [o for s in submissions(base) for o in wait(s)], []
    asked = {task.id for job in jobs for task in job.tasks}
    latest = {o.task: o for o in outcomes if o.task in asked}
    return Harvest(tuple(latest.values()), tuple(pending), tuple(notes))


def submit(jobs: Sequence[Job], base: Path, at_a_time: int) -> Submission:
    """Hand the units to SLURM.

    Raises
    ------
    InputError
        There is no sbatch here, or it refuses.
    """
    base.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{time.time_ns():020d}-", dir=base))
    for i, job in enumerate(jobs):
        write_job(folder / f"{i}.job.json", job)
    words = [
        "sbatch", "--parsable", f"--array=0-{len(jobs) - 1}%{at_a_time}", "--job-name=nociscope",
        "--cpus-per-task=1", f"--output={folder}/%a.log", f"--chdir={folder}",
    ]  # fmt: skip
    if jobs[0].mem_mb:
        words.append(f"--mem={int(jobs[0].mem_mb) + SUPERVISOR_MB}M")
    words += ["--wrap", f"exec '{sys.executable}' -m {__name__} '{folder}' $SLURM_ARRAY_TASK_ID"]
    answer = _sbatch(words)
    submission = Submission(folder, answer.split(";")[0].strip(), tuple(job.unit for job in jobs))
    write_json(folder / "submission.json", {"job_id": submission.job_id, "units": list(submission.units)})
    return submission


def _sbatch(words: Sequence[str]) -> str:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(_absolute(os.environ.get("PYTHONPATH", "")))}
    try:
        return subprocess.run(words, check=True, capture_output=True, text=True, env=environment).stdout
    except FileNotFoundError as error:
        raise InputError(
            "there is no sbatch here", do="call from a login node of the cluster, or use --executor local"
        ) from error
    except subprocess.CalledProcessError as error:
        raise InputError(
            "sbatch refuses", got=error.stderr.strip(), do="set SBATCH_PARTITION, SBATCH_ACCOUNT …"
        ) from error


def _absolute(search_path: str) -> list[str]:
    return [str(Path(p).absolute()) for p in search_path.split(os.pathsep) if p]


def submissions(base: Path) -> list[Submission]:
    """Arrays whose outcome nobody has collected yet, oldest first."""
    found = []
    for path in sorted(base.glob("*/submission.json")):
        if not (path.parent / "collected").exists():
            data = json.loads(path.read_text(encoding="utf-8"))
            found.append(Submission(path.parent, data["job_id"], tuple(data["units"])))
    return found


def collect(submission: Submission) -> State:
    """Read how the units ended; when none waits any more the submission is put away."""
    alive = queued(submission.job_id)
    outcomes: list[Outcome] = []
    pending: list[str] = []
    for i, unit in enumerate(submission.units):
        if submission.ending(i).exists():
            outcomes += _read(submission.so_far(i))
        elif alive is None or i in alive:
            pending.append(unit)
        else:
            outcomes += _mourn(submission, i)
    notes = ("squeue does not answer; what has not ended is taken as waiting",) if alive is None and pending else ()
    if not pending:
        (submission.folder / "collected").touch()
    bad = dict.fromkeys(o.unit for o in outcomes if o.state not in ("done", "current"))
    return State(tuple(outcomes), tuple(pending), tuple(bad), notes)


def wait(submission: Submission, every_s: float = 1.0) -> tuple[Outcome, ...]:
    """Stay until the array has ended."""
    while (state := collect(submission)).pending:
        time.sleep(every_s)
    return state.outcomes


def queued(job_id: str, tries: int = 3, every_s: float = 1.0) -> set[int] | None:
    """Numbers of the array's tasks that wait or run; None when SLURM does not say."""
    words = ["squeue", "-h", "-r", "-j", job_id, "-o", "%K %T"]
    for attempt in range(tries):
        try:
            answer = subprocess.run(words, check=False, capture_output=True, text=True, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            answer = None
        if answer and answer.returncode == 0:
            pairs = re.findall(r"^(\d+) (\w+)$", answer.stdout, re.MULTILINE)
            return {int(i) for i, state in pairs if state in _ALIVE}
        if answer and "Invalid job id" in answer.stderr:  # SLURM has forgotten it: it ended long ago
            return set()
        if attempt + 1 < tries:
            time.sleep(every_s)
    return None


def _mourn(submission: Submission, i: int) -> list[Outcome]:
    """Outcomes of a unit whose array task is gone without an ending: the step it was in is lost."""
    known = _read(submission.so_far(i))
    said = submission.folder / f"{i}.log"
    words = said.read_text(encoding="utf-8", errors="replace")[-2000:] if said.exists() else ""
    cause = "lost: the SLURM job ended without a word (time limit, memory or node); ask for more with SBATCH_TIMELIMIT"
    job = read_job(submission.folder / f"{i}.job.json")
    if submission.ending(i).exists():  # it came to its end while we looked
        return _read(submission.so_far(i))
    return [*known, *lost(job, len(known), cause, words)]


def _read(path: Path) -> list[Outcome]:
    """Outcomes one by one; a line that was cut short does not count."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            found.append(Outcome(**json.loads(line)))
        except ValueError:
            break
    return found


def serve(folder: Path, i: int) -> int:
    """Run unit ``i`` of an array in a watched child; the exit code is for SLURM's own books."""
    submission = Submission(folder, os.environ.get("SLURM_ARRAY_JOB_ID", ""), ())
    job = read_job(folder / f"{i}.job.json")
    with submission.so_far(i).open("a", encoding="utf-8") as stream, tempfile.TemporaryDirectory() as scratch:

        def ended(outcome: Outcome) -> None:
            stream.write(json.dumps(outcome_json(outcome)) + "\n")
            stream.flush()

        outcomes = run_supervised(job, Path(scratch), ended)
        os.fsync(stream.fileno())
    write_json(submission.ending(i), {"unit": job.unit})
    return int(_any_bad(outcomes))


def _any_bad(outcomes: Iterable[Outcome]) -> bool:
    return any(o.state not in ("done", "current") for o in outcomes)


if __name__ == "__main__":
    raise SystemExit(serve(Path(sys.argv[1]), int(sys.argv[2])))
