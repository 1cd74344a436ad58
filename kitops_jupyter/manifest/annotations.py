"""The annotations that kit writes and reads, on manifests and on layers. Source: format.md, "A kit"."""

from __future__ import annotations

CLI_VERSION = "ml.kitops.modelkit.cli-version"
CREATED = "org.opencontainers.image.created"
KITFILE = "ml.kitops.modelkit.kitfile"
SUBTYPE = "ml.kitops.modelkit.layer-subtype"
MESSAGE = "vnd.kitops-jupyter.message"  # ours
FACTS = "vnd.kitops-jupyter.facts"  # ours
FILE_PATH = "org.cncf.model.filepath"
FILE_METADATA = "org.cncf.model.file.metadata+json"
