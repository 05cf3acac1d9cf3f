"""The door: BIDS index, readers, writers, names, tracers. Units are converted once, here."""
