"""Findings and figures to HTML that opens from disk."""

from nociscope.report.render import render_cohort, render_participant

__all__ = ["render_cohort", "render_participant"]
