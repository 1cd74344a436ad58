"""A kit into files: all of them, verified, or none."""
