"""What all verbs share: words, parsers, help, completion, progress."""
