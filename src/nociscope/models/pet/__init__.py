"""Kinetic models of PET curves."""
