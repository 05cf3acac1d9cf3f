"""Genotype and, later, cytokines."""

from nociscope.models.biosample.rs6971 import BindingStatus, Genotype, binding_status, column_problems, genotype

__all__ = ["BindingStatus", "Genotype", "binding_status", "column_problems", "genotype"]
