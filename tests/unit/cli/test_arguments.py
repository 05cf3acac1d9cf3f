"""BIDS-App ways of writing the call, before parsing."""

import pytest

from nociscope.cli.arguments import rewritten

COMMANDS = ("run", "check", "demo")
POSITIONAL = ["data", "out", "participant"]


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (POSITIONAL, ["run", *POSITIONAL]),
        (["data", "out", "group", "--jobs", "2"], ["run", "data", "out", "group", "--jobs", "2"]),
        (["run", *POSITIONAL], ["run", *POSITIONAL]),
        (["--seed", "3", *POSITIONAL], ["run", "--seed", "3", *POSITIONAL]),
        (["check", "data"], ["check", "data"]),
        (["--help"], ["--help"]),
        (["--version"], ["--version"]),
        ([], []),
    ],
)
def test_the_verb_may_be_left_out(argv, expected):
    assert rewritten(argv, COMMANDS) == expected


@pytest.mark.parametrize(
    "words",
    [
        ["--participant-label", "01", "02"],
        ["--participant_label", "01", "02"],
        ["--participant-label=01", "02"],
        ["--participant-label", "01", "--participant-label", "02"],
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_several_labels_after_one_option(words, first):
    argv = ["run", *words, *POSITIONAL] if first else ["run", *POSITIONAL, *words]
    labels = ["--participant-label", "01", "--participant-label", "02"]
    assert rewritten(argv, COMMANDS) == (["run", *labels, *POSITIONAL] if first else ["run", *POSITIONAL, *labels])


def test_the_next_option_ends_the_labels():
    argv = ["run", *POSITIONAL, "--session-label", "a", "b", "--steps", "fit", "--dry-run"]
    assert rewritten(argv, COMMANDS)[4:] == [
        "--session-label", "a", "--session-label", "b", "--steps", "fit", "--dry-run",
    ]  # fmt: skip


def test_an_option_without_a_value_stays_for_the_parser_to_refuse():
    assert rewritten(["run", *POSITIONAL, "--steps"], COMMANDS)[-1] == "--steps"


def test_nothing_is_rewritten_after_two_dashes():
    argv = ["run", "--", "data", "--steps", "participant"]
    assert rewritten(argv, COMMANDS) == argv
