"""Layers up and down, resumable."""
