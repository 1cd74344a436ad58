"""Files into a deterministic tar, and a tar into files, safely."""

from kitops_jupyter.archive.compression import compressing, decompressing
from kitops_jupyter.archive.formats import LayerFormat, LayerFormatName
from kitops_jupyter.archive.member_names import NameRules
from kitops_jupyter.archive.new_tree import NewTree
from kitops_jupyter.archive.shared_tree import SharedTree
from kitops_jupyter.archive.tar_headers import PassingTar, header_of
from kitops_jupyter.archive.tar_listing import list_members
from kitops_jupyter.archive.tar_parser import Limits, TarMember
from kitops_jupyter.archive.tar_stream import RawStream, TarStream, data_offsets, raw_stream, tar_stream
from kitops_jupyter.archive.untar import Extracted, Untar

__all__ = [
    "Extracted",
    "LayerFormat",
    "LayerFormatName",
    "Limits",
    "NameRules",
    "NewTree",
    "PassingTar",
    "RawStream",
    "SharedTree",
    "TarMember",
    "TarStream",
    "Untar",
    "compressing",
    "data_offsets",
    "decompressing",
    "header_of",
    "list_members",
    "raw_stream",
    "tar_stream",
]
