"""Tests of `kit://`."""
