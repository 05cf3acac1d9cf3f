"""Questionnaires and criteria: answers in, scores with bounds and grades with reasons out."""
