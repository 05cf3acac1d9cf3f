"""A small BIDS dataset and the options to run the toy steps over it, in this process or in one of its own."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from unittest import mock

from rich.console import Console

from nociscope.pipeline.execute import Outcome
from nociscope.pipeline.run import RunConfig, RunResult, run

ROOT = Path(__file__).resolve().parents[3]
TABLE = "tests.unit.pipeline.toy_steps:STEPS"


class Toy:
    """Six participants with two sessions, one number each: participant ``i`` has ``i`` in both."""

    def __init__(self, folder: Path, participants: int = 3, sessions: str = "ab") -> None:
        self.folder, self.said = folder, ""
        self.data, self.out = folder / "data", folder / "out"
        self.data.mkdir(parents=True)
        (self.data / "dataset_description.json").write_text('{"Name": "toy", "BIDSVersion": "1.10.0"}')
        names = [f"{i:02d}" for i in range(participants)]
        for name in names:
            for session in sessions:
                self.put(name, session, str(int(name)))
        rows = "".join(f"sub-{name}\t0\n" for name in names)
        (self.data / "participants.tsv").write_text(f"participant_id\toffset\n{rows}")
        self.config = RunConfig(bids_dir=self.data, output_dir=self.out, table=TABLE)

    def path(self, sub: str, ses: str) -> Path:
        return self.data / f"sub-{sub}" / f"ses-{ses}" / "pet" / f"sub-{sub}_ses-{ses}_pet.txt"

    def put(self, sub: str, ses: str, text: str) -> Path:
        path = self.path(sub, ses)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def value(self, name: str) -> object:
        return json.loads((self.out / name).read_text())["value"]

    def run(self, **options) -> RunResult:
        """Run in this process; what the user would see is kept in ``said``."""
        stream = io.StringIO()
        with mock.patch.dict(os.environ, PYTHONPATH=str(ROOT)):
            result = run(replace(self.config, **options), Console(file=stream, width=300))
        self.said = stream.getvalue()
        return result

    def start(self, environment: Mapping[str, str] = {}, **options) -> subprocess.Popen[str]:
        """Run in a process group of its own; the result comes as JSON on standard output."""
        words = [sys.executable, "-m", "tests.unit.pipeline.toy", str(self.folder), json.dumps(options)]
        return subprocess.Popen(
            words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT), **environment}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0,
        )  # fmt: skip

    def logs(self) -> list[Path]:
        return sorted(p for p in (self.out / "logs").rglob("*.json") if not p.name.startswith("."))


def states(result: RunResult) -> dict[str, str]:
    return {o.task: o.state for o in result.outcomes}


def outcome(result: RunResult, task: str) -> Outcome:
    return next(o for o in result.outcomes if o.task == task)


def kill_group(process: subprocess.Popen[str]) -> None:
    """SIGKILL to the whole group: nobody gets to tidy up."""
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def main(folder: str, options: str) -> None:
    toy = Toy.__new__(Toy)
    toy.folder = Path(folder)
    toy.data, toy.out = toy.folder / "data", toy.folder / "out"
    config = RunConfig(bids_dir=toy.data, output_dir=toy.out, table=TABLE, jobs=2)
    toy.config = replace(config, **json.loads(options))
    result = run(toy.config)
    print(json.dumps({"exit_code": result.exit_code, "states": states(result)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
