"""Tests of words on a line."""
