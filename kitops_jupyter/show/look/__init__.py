"""What is there, without changing it."""
