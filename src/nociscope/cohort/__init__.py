"""Derivatives to one tidy table and its data dictionary."""
