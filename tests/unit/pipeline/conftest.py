"""The toy study."""

from __future__ import annotations

import pytest

from tests.unit.pipeline.toy import Toy


@pytest.fixture
def toy(tmp_path):
    """Return three participants with two sessions, not yet run."""
    return Toy(tmp_path)
