"""Pure science: arrays in, estimates out. Nothing here has seen a file."""
