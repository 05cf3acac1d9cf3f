"""Genotype and, later, cytokines."""
