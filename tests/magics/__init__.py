"""Tests in a real IPython."""
