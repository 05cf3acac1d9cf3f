"""Figures about being right: agreement with peers, recovery of known truth, coverage of intervals."""
