"""A SLURM controller for the tests of this folder, brought up once."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("slurm_controller", Path(__file__).with_name("controller.py"))
controller = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(controller)


@pytest.fixture(scope="session")
def slurm():
    """Bring up a private SLURM and point the environment at it, or skip where its packages are not installed."""
    if reason := controller.why_not():
        pytest.skip(f"no SLURM here: {reason}")
    with controller.private_slurm() as environment, pytest.MonkeyPatch.context() as patch:
        for name in ("SLURM_CONF", "PATH"):
            patch.setenv(name, environment[name])
        for name in [n for n in os.environ if n.startswith("SBATCH_")]:
            patch.delenv(name)
        yield environment
