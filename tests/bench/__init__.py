"""Measurements; run one at a time, `make bench`."""
