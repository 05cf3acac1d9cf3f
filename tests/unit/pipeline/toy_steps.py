"""A small table of steps with every kind of need, for the engine's tests.

``scale`` (scan) → ``mean`` (participant) → ``total`` (group), and ``notes`` beside them. What a step does wrong, it
does because the input file says so: ``raise``, ``kill``, ``eat 500``, ``sleep 3``, ``exit``.
"""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

from nociscope.core.errors import InputError
from nociscope.core.problem import Problem
from nociscope.pipeline.log import read_logs
from nociscope.pipeline.step import Logs, Make, Need, Output, Produced, Query, Step, Table


def read_number(source):
    text = source.path.read_text().strip()
    if text == "unreadable":
        raise InputError("not a number", got=text)
    return text


def read_person(source):
    header, *rows = source.path.read_text().splitlines()
    own = next(r for r in rows if r.startswith(f"sub-{source.entities['sub']}\t"))
    return dict(zip(header.split("\t"), own.split("\t"), strict=True))


def read_values(sources):
    return {s.path.name: json.loads(s.path.read_text())["value"] for s in sources}


def write_value(path: Path, record, about):
    path.write_text(json.dumps({"value": record, "sources": about.sources, "software": about.software}))


def write_table(path: Path, record, about):
    path.write_text("value\n" + f"{record}\n")
    path.with_suffix(".json").write_text(json.dumps({"step": about.step, "sources": about.sources}))


def scaled(records, params):
    word = records["number"]
    pause = float(os.environ.get("TOY_PAUSE", "0"))
    time.sleep(pause)
    if word == "raise":
        raise RuntimeError("the number said so")
    if word == "kill":
        time.sleep(0.3)  # long enough for the memory to be looked at
        os.kill(os.getpid(), signal.SIGKILL)
    if word == "exit":
        os._exit(7)
    if word.startswith("eat"):
        held = [bytearray(os.urandom(1) * 10_000_000) for _ in range(int(word.split()[1]) // 10)]
        time.sleep(10)
        return {"scaled": len(held)}
    if word.startswith("sleep"):
        time.sleep(float(word.split()[1]))
        word = "0"
    if word == "say":
        print("a library that prints to standard output")
        os.write(1, b"and one that does so in C\n")
        word = "0"
    record = float(word) * params["factor"] + float(records.get("person", {}).get("offset", 0))
    problem = Problem("odd", "number", "odd number") if record % 2 else None
    return Produced({"scaled": record}, (problem,) if problem else (), (f"Numbers were scaled by {params['factor']}.",))


def averaged(records, params):
    values = list(records["values"].values())
    return {"mean": sum(values) / len(values)}


def added(records, params):
    return {"total": sum(records["values"].values()), "table": len(records["values"])}


def noted(records, params):
    return {"notes": sorted(f"{r.unit} {r.step} {r.state}" for r in records["logs"])}


def name(what):
    return lambda e: f"sub-{e['sub']}/" + "_".join(f"{k}-{v}" for k, v in e.items()) + f"_{what}.json"


SCALE = Step(
    name="scale",
    version="1",
    level="scan",
    needs={
        "number": Need(Query(suffix="pet", extension=".txt"), read_number),
        "person": Need(Table("participants.tsv", own_row=True), read_person, optional=True),
    },
    makes={"scaled": Make(name("scaled"), write_value)},
    params=lambda context: {"factor": 2.0 + context.seed},
    run=scaled,
)
MEAN = Step(
    name="mean",
    version="1",
    level="participant",
    needs={"values": Need(Output("scale", "scaled", many=True), read_values)},
    makes={"mean": Make(name("mean"), write_value)},
    run=averaged,
    methods="Scans were averaged.",
)
TOTAL = Step(
    name="total",
    version="1",
    level="group",
    needs={"values": Need(Output("mean", "mean", many=True), read_values)},
    makes={"total": Make("group/total.json", write_value), "table": Make("group/table.tsv", write_table)},
    run=added,
)
NOTES = Step(
    name="notes",
    version="1",
    level="group",
    needs={"logs": Need(Logs("*"), read_logs)},
    makes={"notes": Make("group/notes.json", write_value)},
    run=noted,
)

STEPS = (SCALE, MEAN, TOTAL, NOTES)
