"""The vocabulary of the house: quantities, records, statuses, errors, citations, the study schema.

Everything here is plain data. NumPy and pydantic are the only guests; no file, frame, log or plot enters.
"""
