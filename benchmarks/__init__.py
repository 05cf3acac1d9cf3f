"""Figures about being quick: processor time and peak memory, on this machine and with one thread."""
