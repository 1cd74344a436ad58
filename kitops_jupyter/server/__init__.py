"""The Jupyter Server face: the panel's REST, its jobs, and a small registry to try things with."""
