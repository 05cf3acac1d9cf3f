"""What a finding carries beside its p: equivalence, error types, a Bayesian estimate, single cases, mediation.

Import from the modules: this one stays empty so that `nociscope.stats.effects` can use `kurtosis` without the rest.
"""
