"""Stand-ins with a behaviour of their own: servers that cut, delay and lie on demand."""
