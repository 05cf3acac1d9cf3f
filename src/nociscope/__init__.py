"""nociscope: pain imaging, sensory testing and the clinic in one analysis."""

__version__ = "0.1.0"
