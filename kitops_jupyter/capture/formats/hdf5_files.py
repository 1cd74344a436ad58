"""HDF5 files of strangers: one that takes data from elsewhere, or from inside itself, is refused before it is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kitops_jupyter.capture.formats.contract import Loading
from kitops_jupyter.errors import VariableRefused


def check_links(file: Any, name: str, loading: Loading) -> list[Any]:
    """The data sets of an open file, none of which leads anywhere else: no links, no storage of their own in other
    files, no virtual sources, no group inside itself. Raises VariableRefused, which calls the file `name`."""
    try:
        return list(_data_sets(file, name, loading))
    except RecursionError:
        raise VariableRefused(f"{loading.name}: {name} has groups inside themselves") from None


def _data_sets(group: Any, file: str, loading: Loading) -> Iterator[Any]:
    import h5py

    for name in group:
        link = group.get(name, getlink=True)
        if not isinstance(link, h5py.HardLink):
            raise VariableRefused(f"{loading.name}: {file} has a link, {str(name)[:100]!r}, to other data")
        item = group[name]
        if isinstance(item, h5py.Group):
            yield from _data_sets(item, file, loading)
        elif isinstance(item, h5py.Dataset):
            if item.external or item.is_virtual:
                raise VariableRefused(f"{loading.name}: {file} has data in other files: {str(name)[:100]!r}")
            yield item
