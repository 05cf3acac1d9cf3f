"""Command line: argv in, exit code out."""
