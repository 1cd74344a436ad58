"""ModelKits from a notebook, on a terminal and from Python: `import kitops_jupyter as kit; kit.pack(".", tag="a:b")`.

Every name is imported when it is first used: `%load_ext kitops_jupyter` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kitops_jupyter.result import show_with
from kitops_jupyter.version import VERSION as __version__

if TYPE_CHECKING:
    from kitops_jupyter.errors import Cancelled, Conflict, KitError, KitfileInvalid, KitfileMissing, NotFound, Usage
    from kitops_jupyter.kitfile import Kitfile
    from kitops_jupyter.operations.cache import cache_clear, cache_info
    from kitops_jupyter.operations.doctor import doctor
    from kitops_jupyter.operations.index.index import index_add, index_create, index_list, index_remove
    from kitops_jupyter.operations.init import init
    from kitops_jupyter.operations.login import login, logout
    from kitops_jupyter.operations.look.browse import browse
    from kitops_jupyter.operations.look.diff import diff
    from kitops_jupyter.operations.look.files import files
    from kitops_jupyter.operations.look.info import info, inspect
    from kitops_jupyter.operations.look.kits import list_kits
    from kitops_jupyter.operations.pack.pack import pack
    from kitops_jupyter.operations.transfer.copy import copy
    from kitops_jupyter.operations.transfer.promote import promote
    from kitops_jupyter.operations.transfer.pull import pull
    from kitops_jupyter.operations.transfer.push import push
    from kitops_jupyter.operations.transfer.remove import remove
    from kitops_jupyter.operations.transfer.tag import tag
    from kitops_jupyter.operations.unpack.unpack import unpack
    from kitops_jupyter.operations.validate import validate
    from kitops_jupyter.operations.version import VersionResult
    from kitops_jupyter.progress import Event, Observer
    from kitops_jupyter.reference import Reference
    from kitops_jupyter.result import Look
    from kitops_jupyter.settings import Settings
    from kitops_jupyter.targets import Connection
    from kitops_jupyter.verbs.core.screen import Screen

_HOMES = {
    "errors": ("Cancelled", "Conflict", "KitError", "KitfileInvalid", "KitfileMissing", "NotFound", "Usage"),
    "kitfile": ("Kitfile",),
    "operations.look.browse": ("browse",),
    "operations.cache": ("cache_clear", "cache_info"),
    "operations.transfer.copy": ("copy",),
    "operations.look.diff": ("diff",),
    "operations.doctor": ("doctor",),
    "operations.look.files": ("files",),
    "operations.index.index": ("index_add", "index_create", "index_list", "index_remove"),
    "operations.look.info": ("info", "inspect"),
    "operations.init": ("init",),
    "operations.look.kits": ("list_kits",),
    "operations.login": ("login", "logout"),
    "operations.pack.pack": ("pack",),
    "operations.transfer.promote": ("promote",),
    "operations.transfer.pull": ("pull",),
    "operations.transfer.push": ("push",),
    "operations.transfer.remove": ("remove",),
    "operations.transfer.tag": ("tag",),
    "operations.unpack.unpack": ("unpack",),
    "operations.validate": ("validate",),
    "progress": ("Event", "Observer"),
    "reference": ("Reference",),
    "settings": ("Settings",),
    "targets": ("Connection",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "Cancelled",
    "Conflict",
    "Connection",
    "Event",
    "KitError",
    "Kitfile",
    "KitfileInvalid",
    "KitfileMissing",
    "NotFound",
    "Observer",
    "Reference",
    "Settings",
    "Usage",
    "__version__",
    "browse",
    "cache_clear",
    "cache_info",
    "copy",
    "diff",
    "doctor",
    "files",
    "index_add",
    "index_create",
    "index_list",
    "index_remove",
    "info",
    "init",
    "inspect",
    "list_kits",
    "load_ipython_extension",
    "login",
    "logout",
    "pack",
    "promote",
    "pull",
    "push",
    "remove",
    "tag",
    "unload_ipython_extension",
    "unpack",
    "validate",
    "version",
]


def _look() -> Look:
    from kitops_jupyter import show

    return show


show_with(_look)


def __getattr__(name: str) -> Any:
    """A public name, imported now; its module is not kept in its place (PEP 562)."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def version() -> VersionResult:
    """The versions of this program and of Python. Written out because a module of the same name would hide it."""
    from kitops_jupyter.operations.version import version as look

    return look()


def load_ipython_extension(ipython: Any) -> None:
    """What `%load_ext kitops_jupyter` calls: registers %kit and %%kit."""
    from kitops_jupyter.magics import load

    def open_screen() -> Screen:
        from kitops_jupyter.widgets import CellScreen  # costs what ipywidgets costs

        return CellScreen(ipython)

    load(ipython, open_screen)


def unload_ipython_extension(ipython: Any) -> None:
    """What `%unload_ext kitops_jupyter` calls."""
    from kitops_jupyter.magics import unload

    unload(ipython)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """What JupyterLab's tools ask for: where the built front end is."""
    return [{"src": "labextension", "dest": "kitops-jupyter"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """What Jupyter Server asks for: where its extension is."""
    from kitops_jupyter.server.extension import KitServer

    return [{"module": "kitops_jupyter.server.extension", "app": KitServer}]
