"""Record in, figure out; nothing is computed here."""
