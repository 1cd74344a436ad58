"""An OCI registry over HTTP, built on oras; import it only when a registry is reached, it is not light.

Its rooms, each of which imports only from those before it: `http` (one request and its answer), `identity` (who asks),
`blobs` (layers up and down), `content` (manifests, lists, referrers), `repository`, `client`.
"""

import kitops_jupyter.registry.http.lazily  # before oras  # noqa: F401
from kitops_jupyter.registry.client import Registry
from kitops_jupyter.registry.content.manifests import Read
from kitops_jupyter.registry.http.retry import Patience
from kitops_jupyter.registry.identity.credentials import Credential
from kitops_jupyter.registry.repository import RemoteRepository

__all__ = ["Credential", "Patience", "Read", "Registry", "RemoteRepository"]
