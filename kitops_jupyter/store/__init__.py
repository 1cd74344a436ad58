"""The local store on disk, shared with the kit program."""

from kitops_jupyter.store.blobs import StoredBlob
from kitops_jupyter.store.cache import CacheUsage
from kitops_jupyter.store.checking import Check
from kitops_jupyter.store.deep import Problem
from kitops_jupyter.store.known import KnownBlobs, Stamp, is_settled
from kitops_jupyter.store.layer_cache import LayerCache, LayerRecord
from kitops_jupyter.store.layout import Kind
from kitops_jupyter.store.notes import Notes
from kitops_jupyter.store.packed import PackedNotebook, PackedNotebooks
from kitops_jupyter.store.removal import Removed
from kitops_jupyter.store.repository import Repository
from kitops_jupyter.store.store import AllKinds, Store
from kitops_jupyter.store.work import Session

__all__ = [
    "AllKinds",
    "CacheUsage",
    "Check",
    "Kind",
    "KnownBlobs",
    "LayerCache",
    "LayerRecord",
    "Notes",
    "PackedNotebook",
    "PackedNotebooks",
    "Problem",
    "Removed",
    "Repository",
    "Session",
    "Stamp",
    "Store",
    "StoredBlob",
    "is_settled",
]
