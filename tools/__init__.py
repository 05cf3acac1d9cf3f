"""Tools of the repository: figures, documentation, checks. Nothing here is shipped in the package."""
