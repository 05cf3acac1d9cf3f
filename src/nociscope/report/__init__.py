"""Findings and figures to HTML that opens from disk."""

from __future__ import annotations

from typing import Any

__all__ = ["render_cohort", "render_participant"]


def __getattr__(name: str) -> Any:
    """Load the renderer, and matplotlib with it, when a page is asked for: its records alone are light."""
    if name not in __all__:
        raise AttributeError(f"module 'nociscope.report' has no attribute {name!r}")
    from nociscope.report.render import render_cohort, render_participant

    return {"render_cohort": render_cohort, "render_participant": render_participant}[name]
