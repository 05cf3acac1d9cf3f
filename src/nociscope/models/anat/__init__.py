"""Anatomy: what is computed from volumes and thicknesses."""
