"""The Jupyter Server face: the panel's REST and its jobs; and a small registry to try things with."""
