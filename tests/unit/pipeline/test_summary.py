"""Exit codes, the summary and what moves on the screen."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from nociscope.pipeline.execute import Outcome
from nociscope.pipeline.progress import Reporter
from nociscope.pipeline.summary import exit_code, lines


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
