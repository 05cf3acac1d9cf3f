"""The reporting table of TRIPOD+AI, filled in as far as a program can know (Collins et al. 2024)."""

from __future__ import annotations

from collections.abc import Mapping

TO_WRITE = "to be written by the authors"
"""What stands where only people know the answer."""

ITEMS = (
    ("1", "title"),
    ("2", "abstract"),
    ("3a", "background: context and existing models"),
    ("3b", "background: target population, intended use and users"),
    ("3c", "background: known inequalities in health"),
    ("4", "objectives: development, evaluation or both"),
    ("5a", "data: sources and how representative they are"),
    ("5b", "data: dates"),
    ("6a", "participants: setting and centres"),
    ("6b", "participants: eligibility"),
    ("6c", "participants: treatments"),
    ("7", "data preparation and quality"),
    ("8a", "outcome: definition and time"),
    ("8b", "outcome: who assessed it"),
    ("8c", "outcome: blinding"),
    ("9a", "predictors: choice"),
    ("9b", "predictors: definition and measurement"),
    ("9c", "predictors: who assessed them"),
    ("10", "sample size"),
    ("11", "missing data"),
    ("12a", "analysis: how data were used for development and evaluation"),
    ("12b", "analysis: how predictors were handled"),
    ("12c", "analysis: type of model, building, tuning, internal validation"),
    ("12d", "analysis: differences between clusters"),
    ("12e", "analysis: measures of performance"),
    ("12f", "analysis: updating of the model"),
    ("12g", "analysis: how predictions were calculated"),
    ("13", "class imbalance"),
    ("14", "fairness"),
    ("15", "output of the model"),
    ("16", "differences between development and evaluation data"),
    ("17", "ethical approval"),
    ("18a", "funding"),
    ("18b", "conflicts of interest"),
    ("18c", "protocol"),
    ("18d", "registration"),
    ("18e", "sharing of data"),
    ("18f", "sharing of code"),
    ("19", "involvement of patients and the public"),
    ("20a", "results: flow of participants"),
    ("20b", "results: characteristics of participants"),
    ("20c", "results: comparison of development and evaluation data"),
    ("21", "participants and outcomes in each analysis"),
    ("22", "specification of the full model"),
    ("23a", "performance with intervals"),
    ("23b", "performance between clusters"),
    ("24", "results of updating"),
    ("25", "interpretation"),
    ("26", "limitations"),
    ("27a", "use: poor or missing input"),
    ("27b", "use: expertise of users"),
    ("27c", "use: next steps"),
)
"""Number and topic, in our words; the wording of the statement itself is in the paper."""


def tripod_table(known: Mapping[str, str]) -> list[list[str]]:
    """Rows of number, topic and answer; `TO_WRITE` where nothing is known.

    Parameters
    ----------
    known : number of an item to what the program knows.
    """
    return [[number, topic, known.get(number) or TO_WRITE] for number, topic in ITEMS]
