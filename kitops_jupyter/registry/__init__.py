"""An OCI registry over HTTP, built on oras; import it only when a registry is reached, it is not light."""

import kitops_jupyter.registry.lazily  # before oras  # noqa: F401
from kitops_jupyter.registry.client import Registry
from kitops_jupyter.registry.credentials import Credential
from kitops_jupyter.registry.manifests import Read
from kitops_jupyter.registry.repository import RemoteRepository
from kitops_jupyter.registry.retry import Patience

__all__ = ["Credential", "Patience", "Read", "Registry", "RemoteRepository"]
