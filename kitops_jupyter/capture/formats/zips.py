"""Zip archives without times, so that the same value gives the same bytes."""

TIME = (1980, 1, 1, 0, 0, 0)  # the first that zip can name
