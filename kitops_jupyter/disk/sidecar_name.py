"""How the sidecar of a packed variable is named."""

SIDECAR = ".kit.json"  # behind the variable's name, beside its file
