"""What keeps the repository small, and its scripts honest."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools.figures import ROOT
from tools.large_files import LIMIT_BYTES, too_large


def test_a_large_file_is_refused_and_the_lock_is_not(tmp_path):
    for name, size in (("data.nii.gz", LIMIT_BYTES + 1), ("small.tsv", LIMIT_BYTES), ("uv.lock", LIMIT_BYTES + 1)):
        (tmp_path / name).write_bytes(b"0" * size)
    assert [p.name for p in too_large(tmp_path.iterdir())] == ["data.nii.gz"]


@pytest.mark.parametrize("script", [".ci/run", "tools/find-uv"])
def test_script_is_strict_executable_and_parses(script):
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    assert "set -euo pipefail" in path.read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_uv_on_the_path_is_taken(tmp_path):
    fake = tmp_path / "uv"
    fake.write_text("#!/bin/sh\n")
    fake.chmod(0o755)
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    found = subprocess.run([ROOT / "tools/find-uv"], capture_output=True, text=True, check=True, env=env).stdout
    assert Path(found.strip()) == fake


def test_without_uv_and_pip_the_way_out_is_named(tmp_path):
    (tmp_path / "tools").mkdir()
    script = tmp_path / "tools" / "find-uv"
    script.write_bytes((ROOT / "tools/find-uv").read_bytes())
    script.chmod(0o755)
    env = {"PATH": "/usr/bin:/bin", "PYTHON": "false"}
    done = subprocess.run([script], capture_output=True, text=True, check=False, env=env)
    if done.returncode == 0:
        pytest.skip("this system has uv in /usr/bin")
    assert "install uv" in done.stderr
