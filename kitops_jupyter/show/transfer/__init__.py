"""A kit from one place to another, and the names that it has there."""
