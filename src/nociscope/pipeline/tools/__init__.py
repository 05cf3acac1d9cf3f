"""Thin adapters to outside programs and image libraries, one file each."""
