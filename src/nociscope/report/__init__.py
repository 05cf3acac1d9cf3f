"""Findings and figures to HTML that opens from disk."""
