"""Currency by content: a task is current when its record's key matches and its outputs are those the record names.

No lock. Outputs are written into a folder of their own on the same file system, flushed, and moved into place; the
record is written last. Whatever is killed, whenever, the record either does not match, or everything is there.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil

from nociscope.core.errors import MalformedFile
from nociscope.io.write import write_text
from nociscope.pipeline.log import ENDINGS, InputFile, OutputFile, StepLog, read_log
from nociscope.pipeline.step import Logs, Need, Source, Step, Table
from nociscope.pipeline.task import Task

_STAGING = ".staging-"
_ABANDONED_S = 3600.0
_SETTLED_S = 2.0  # a file changed within this time may change again without its time showing it


@dataclass
class Store:
    """The output folder and what is known about its files.

    Parameters
    ----------
    root : output folder.
    rehash : read every file again instead of trusting size and time.
    """

    root: Path
    rehash: bool = False
    _memo: dict[tuple[str, int, int], str] = field(default_factory=dict)

    # records ------------------------------------------------------------------------------------------------------

    def record(self, task_log: str) -> StepLog | None:
        """The record of a task that was done; None where there is none that can be read."""
        try:
            return read_log(self.root / task_log)
        except MalformedFile:
            return None

    def any_record(self, task_log: str) -> tuple[Path, StepLog] | None:
        """The latest word on a task: done, failed, or blocked."""
        for ending in dict.fromkeys(ENDINGS.values()):
            path = self.root / task_log.replace(".json", ending)
            with contextlib.suppress(MalformedFile):
                return path, read_log(path)
        return None

    def keep(self, task: Task, log: StepLog) -> None:
        """Write a record; what it overtakes goes, together with outputs that nothing stands for any more."""
        old = self.record(task.log)
        path = self.root / task.log.replace(".json", ENDINGS[log.state])
        write_text(path, _lines(asdict(log)))
        for ending in dict.fromkeys(ENDINGS.values()):
            other = self.root / task.log.replace(".json", ending)
            if other != path:
                other.unlink(missing_ok=True)
        names = {o.name for o in log.outputs}
        for output in old.outputs if old else ():
            if output.name not in names:
                (self.root / output.name).unlink(missing_ok=True)

    # hashes -------------------------------------------------------------------------------------------------------

    def sha256(self, path: Path) -> str:
        """Hash of a file's bytes, read once per state of the file."""
        stat = path.stat()
        memo = (str(path), stat.st_size, stat.st_mtime_ns)
        if memo not in self._memo:
            with path.open("rb") as stream:
                self._memo[memo] = hashlib.file_digest(stream, "sha256").hexdigest()
        return self._memo[memo]

    def trusted(self, path: Path, known: InputFile | OutputFile | None) -> str:
        """Hash of a file, taken from an earlier record where size and time are as they were."""
        if known is not None and not self.rehash:
            stat = path.stat()
            if (stat.st_size, stat.st_mtime_ns) == (known.size, known.mtime_ns):
                return known.sha256
        return self.sha256(path)

    def input_files(self, role: str, need: Need, source: Source, known: Mapping[Any, InputFile]) -> list[InputFile]:
        """A source, its sidecars and companions, with their hashes."""
        files = []
        beside = [(p, f"{source.name} ← {p.name}") for p in (*source.sidecars, *source.companions)]
        for path, name in [(source.path, source.name)] * need.counts(source) + beside:
            part = part_digest(path, need, source)
            if part is not None:
                files.append(InputFile(role, source.dataset, name, part))
                continue
            sha256 = self.trusted(path, known.get((role, source.dataset, name)))
            stat = path.stat()
            settled = time.time() - stat.st_mtime > _SETTLED_S
            size, mtime_ns = (stat.st_size, stat.st_mtime_ns) if settled else (-1, -1)
            files.append(InputFile(role, source.dataset, name, sha256, size, mtime_ns))
        return files

    def outputs_stand(self, log: StepLog) -> tuple[str, StepLog]:
        """Why the outputs are not as recorded (empty where they are), and the record with fresh times."""
        fresh = []
        for output in log.outputs:
            path = self.root / output.name
            try:
                if self.trusted(path, output) != output.sha256:
                    return f"output {output.name} was changed", log
                fresh.append(replace(output, mtime_ns=path.stat().st_mtime_ns))
            except OSError:
                return f"output {output.name} is missing", log
        return "", replace(log, outputs=tuple(fresh))

    # outputs ------------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def staging(self) -> Iterator[Path]:
        """A folder on the output's file system that goes when the block ends."""
        self.root.mkdir(parents=True, exist_ok=True)
        prefix = f"{_STAGING}{socket.gethostname()}-{os.getpid()}-"
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=self.root))  # no folder above it that two could share
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def publish(self, folder: Path, make: str, declared: str) -> list[OutputFile]:
        """Move every file of a staging folder to its place; ``declared`` is the one that the make names."""
        moved = []
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = path.relative_to(folder).as_posix()
            with path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
                os.fsync(stream.fileno())
            stat = path.stat()
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
            main = name == declared or name.startswith(f"{declared}/")  # a make may be a folder
            moved.append(OutputFile(make, name, sha256, stat.st_size, stat.st_mtime_ns, main))
        return moved

    def sweep(self) -> None:
        """Remove staging folders whose process is gone, and parts of records that nobody finishes any more."""
        here = f"{_STAGING}{socket.gethostname()}-"
        for folder in self.root.glob(f"{here}*-*"):
            pid = folder.name.removeprefix(here).split("-")[0]
            if pid.isdigit() and _gone(int(pid), folder):
                shutil.rmtree(folder, ignore_errors=True)
        for part in (self.root / "logs").glob("*/.*.tmp"):
            with contextlib.suppress(OSError):
                if time.time() - part.stat().st_mtime > _ABANDONED_S:
                    part.unlink()


def _lines(record: Mapping[str, Any]) -> str:
    """JSON with one line a field: to be read by people, at a third of the price of a full indent."""
    fields = (f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in record.items())
    return "{\n" + ",\n".join(fields) + "\n}\n"


def _gone(pid: int, folder: Path) -> bool:
    """Whether the process that made a folder is no more; a number may have passed to a younger process."""
    try:
        process = psutil.Process(pid)
        return bool(process.status() == psutil.STATUS_ZOMBIE or process.create_time() > folder.stat().st_mtime)
    except (psutil.NoSuchProcess, OSError):
        return True


def key(task: Task, step: Step, inputs: tuple[InputFile, ...]) -> str:
    """SHA-256 over everything that decides what the outputs are. Paths are relative, so a dataset may move."""
    parts = {
        "step": step.name,
        "version": step.version,
        "code": task.code,
        "params": task.params,
        "inputs": sorted([i.role, i.dataset, i.name, i.sha256] for i in inputs),
        "outputs": dict(task.outputs),
    }
    return hashlib.sha256(canonical(parts).encode()).hexdigest()


def canonical(data: Any) -> str:
    """JSON in the one form that equal data have."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def part_digest(path: Path, need: Need, source: Source) -> str | None:
    """Hash of the part of a file that counts; None where the whole file does.

    Of a table asked for by ``own_row`` the header and the participant's rows count; of a record what does not depend
    on when and where it was made.
    """
    select = need.choices[0]
    if isinstance(select, Logs):
        return hashlib.sha256(canonical(read_log(path).stable()).encode()).hexdigest()
    if isinstance(select, Table) and select.own_row and "sub" in source.entities and path.suffix == ".tsv":
        header, *rows = path.read_bytes().splitlines() or [b""]
        if header.removeprefix(b"\xef\xbb\xbf").split(b"\t")[0].strip() == b"participant_id":
            own = f"sub-{source.entities['sub']}".encode()
            kept = [header, *(row for row in rows if row.split(b"\t")[0].strip() == own)]
            return hashlib.sha256(b"\n".join(kept)).hexdigest()
    return None
