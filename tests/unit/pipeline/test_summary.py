"""Exit codes, the summary and what moves on the screen."""

from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from nociscope.pipeline.execute import Outcome
from nociscope.pipeline.progress import Reporter
from nociscope.pipeline.summary import exit_code, lines, safeguard_lines
from nociscope.pipeline.task import Task


def outcome(unit, state, reason=""):
    return Outcome(f"{unit}_fit", unit, "fit", state, reason, log=f"logs/{unit}/x.json")


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ("", 0),
        ("done", 0),
        ("done current", 0),
        ("done failed", 1),
        ("done blocked", 1),
        ("failed", 1),
        ("failed skipped", 1),
        ("blocked", 2),
        ("blocked skipped", 2),
    ],
)
def test_exit_code(states, code):
    assert exit_code([outcome(f"sub-{i}", s) for i, s in enumerate(states.split())]) == code


def test_the_summary_names_who_is_not_complete_and_why():
    text = lines([outcome("sub-1", "done"), outcome("sub-2", "failed", "killed"), outcome("sub-3", "current")])
    assert text[0] == "2 of 3 units complete (1 done, 1 current, 1 failed)"
    assert text[1] == "  sub-2: fit failed: killed (logs/sub-2/x.json)"
    assert len(text) == 2


def test_those_that_wait_are_named():
    text = lines([outcome("sub-1", "done")], ["sub-2"])
    assert text[0].startswith("1 of 2")
    assert "sub-2" in text[1]


def test_plain_lines_without_a_terminal_and_no_markup_from_names():
    stream = io.StringIO()
    with Reporter(2, Console(file=stream, width=200)) as reporter:
        reporter.ended(outcome("sub-1", "done"))
        reporter.ended(outcome("sub-2", "failed", "[bold]odd[/bold]"))
    assert stream.getvalue().splitlines() == [
        "1/2 sub-1_fit done 0.0 s",
        "2/2 sub-2_fit failed 0.0 s: [bold]odd[/bold]",
    ]


def test_a_bar_on_a_terminal_and_lines_only_for_trouble():
    stream = io.StringIO()
    with Reporter(2, Console(file=stream, width=200, force_terminal=True)) as reporter:
        reporter.ended(outcome("sub-1", "done"))
        reporter.ended(outcome("sub-2", "failed", "it broke"))
    assert "it broke" in stream.getvalue()
    assert "1/2 sub-1_fit" not in stream.getvalue()


def guard(code, severity, message, overridden=False, short=""):
    return {"code": code, "severity": severity, "message": message, "overridden": overridden, "short": short}


def test_the_summary_says_what_the_findings_cannot_show(tmp_path):
    shared = guard("sex-not-separable", "warn", "Sex cannot be told.")
    findings = {
        "one": [
            [shared, guard("floor", "note", "Small.")],
            [shared, guard("selected", "warn", "One of 3.", short="Picked.")],
            [shared, guard("selected", "warn", "One of 4.", short="Picked.")],
        ],
        "two": [
            [shared, guard("site-aliased", "refuse", "Sites.")],
            [shared, guard("lab-included", "refuse", "T/T.", True)],
        ],
    }
    for name, own in findings.items():
        (tmp_path / name).mkdir()
        content = {"Findings": [{"hypothesis": name, "safeguards": s} for s in own]}
        (tmp_path / name / "finding.json").write_text(json.dumps(content))
    task = Task(
        "evaluate", "group", "group", {}, outputs={n: f"{n}/finding.json" for n in findings} | {"page": "x.html"}
    )
    done = Outcome(task.id, "group", "evaluate", "done")
    assert safeguard_lines([task], [done], tmp_path) == [
        "What these 5 findings cannot show (the documentation explains each code under Safeguards):",
        "  refused site-aliased: Sites. [two: 1 of 5 findings]",
        "  overruled lab-included: T/T. [two: 1 of 5 findings]",
        "  warning sex-not-separable: Sex cannot be told.",
        "  warning selected: Picked. [one: 2 of 5 findings]",
        "  noted: floor",
    ]
    assert safeguard_lines([task], [Outcome(task.id, "group", "evaluate", "failed")], tmp_path) == []
