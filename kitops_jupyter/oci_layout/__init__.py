"""OCI image layouts, in a folder or in a tar: how kits cross an air gap. Read as hostile input, written whole or not.

Source: OCI image-spec 1.1, "Image Layout Specification".
"""

from kitops_jupyter.oci_layout.folder import LayoutFolder
from kitops_jupyter.oci_layout.index_file import IndexFile
from kitops_jupyter.oci_layout.tar_file import LayoutTar
from kitops_jupyter.oci_layout.tar_writer import TarWriter

__all__ = ["IndexFile", "LayoutFolder", "LayoutTar", "TarWriter"]
