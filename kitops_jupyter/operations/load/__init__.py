"""`kit load`: the variables of a kit, back in memory."""
