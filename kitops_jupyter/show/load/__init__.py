"""Results of `operations.load`."""
