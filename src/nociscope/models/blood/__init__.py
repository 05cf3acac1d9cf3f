"""Arterial blood: from samples to the input function."""
