"""One request and its answer: transport, retries, and what a refusal says to a person."""
