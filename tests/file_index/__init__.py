"""Tests of the file index."""
