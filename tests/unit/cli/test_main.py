"""The program as a user meets it: real processes, exit codes, and nothing heavy behind --help."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nociscope.cli import main as program
from nociscope.cli import trouble
from nociscope.core.errors import InputError

HEAVY = ("numpy", "pandas", "numba", "scipy", "matplotlib", "pyarrow", "duckdb", "jinja2", "bids2table", "nibabel")
PROBE = """
import json, sys, time
from nociscope.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit as left:
    code = left.code
print(json.dumps([code or 0, time.process_time(), sorted(m for m in sys.modules if "." not in m)]))
"""


def nociscope(*argv, **kwargs):
    return subprocess.run(
        [sys.executable, "-m", "nociscope.cli.main", *map(str, argv)],
        capture_output=True, text=True, timeout=60, check=False, **kwargs,
    )  # fmt: skip


def probe(*argv):
    done = subprocess.run([sys.executable, "-c", PROBE, *argv], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("verb", [[], *[[verb] for verb in program.COMMANDS]])
def test_help_imports_nothing_heavy(verb):
    code, _, modules = probe(*verb, "--help")
    assert code == 0
    assert [m for m in HEAVY if m in modules] == []


def test_help_takes_at_most_three_tenths_of_a_cpu_second():
    assert min(probe("--help")[1] for _ in range(3)) <= 0.3


def test_help_lists_every_verb_with_a_whole_sentence():
    out = nociscope("--help").stdout
    for verb in program.COMMANDS:
        line = next(text for text in out.splitlines() if text.strip().startswith(verb + " "))
        assert line.endswith("."), line
        assert not line.endswith("..."), line


def test_no_verb_shows_the_help():
    done = nociscope()
    assert done.returncode == 2
    assert "Usage" in done.stdout + done.stderr


def test_an_unusable_dataset_ends_with_2_and_says_what_to_do(tmp_path):
    done = nociscope("check", tmp_path / "nowhere")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "do:" in done.stderr


def fails(error):
    def command():
        raise error

    return command


def leave(monkeypatch, error, *argv):
    monkeypatch.setitem(program.COMMANDS, "measures", fails(error))
    with pytest.raises(SystemExit) as left:
        program.main(["measures", *argv])
    return left.value.code


def test_a_known_error_is_printed_in_its_parts(monkeypatch, capsys):
    error = InputError("too hot", expected="a number below 50", got=51, do="cool it", where="sub-01")
    assert leave(monkeypatch, error) == 2
    assert capsys.readouterr().err.splitlines() == [
        "nociscope: too hot",
        "  where:    sub-01",
        "  expected: a number below 50",
        "  got:      51",
        "  do:       cool it",
    ]


def test_an_unknown_error_is_one_line_and_a_log(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(trouble.tempfile, "tempdir", None)
    assert leave(monkeypatch, ZeroDivisionError("division\nby zero")) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError: division by zero" in line
    log = line.rpartition(" ")[2]
    assert log.startswith(str(tmp_path))
    text = Path(log).read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "nociscope measures" in text


def test_stopping_is_not_a_failure_of_the_program(monkeypatch, capsys):
    assert leave(monkeypatch, KeyboardInterrupt()) == 130
    assert "run the same command again" in capsys.readouterr().err


def test_verbose_adds_the_traceback(capsys):
    try:
        raise InputError("too hot")
    except InputError as error:
        assert trouble.told(error, ["run", "--verbose"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_a_closed_pipe_is_no_crash():
    reader = subprocess.Popen(
        f"{sys.executable} -m nociscope.cli.main measures | head -1",
        shell=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    out, err = reader.communicate(timeout=60)
    assert out.startswith("symbol\t")
    assert err == ""
