"""ModelKits from a notebook, on a terminal and from Python: `import kitops_jupyter as kit; kit.pack(".", tag="a:b")`.

Every name is imported when it is first used: `%load_ext kitops_jupyter` costs next to nothing.
`public.HOMES` lists the public names; type checkers read the imports below, and tests/test_public_api.py compares both.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kitops_jupyter.public import HOMES
from kitops_jupyter.result import show_with
from kitops_jupyter.version import VERSION

if TYPE_CHECKING:
    from kitops_jupyter.capture import callbacks as callbacks
    from kitops_jupyter.capture import formats as formats
    from kitops_jupyter.comparing import CellChange as CellChange
    from kitops_jupyter.comparing import ColumnChange as ColumnChange
    from kitops_jupyter.comparing import NotebookChange as NotebookChange
    from kitops_jupyter.comparing import TableChange as TableChange
    from kitops_jupyter.comparing import TensorChange as TensorChange
    from kitops_jupyter.comparing import TensorsChange as TensorsChange
    from kitops_jupyter.comparing import TextChange as TextChange
    from kitops_jupyter.comparing import ValueChange as ValueChange
    from kitops_jupyter.comparing import ValuesChange as ValuesChange
    from kitops_jupyter.content import Descriptor as Descriptor
    from kitops_jupyter.content import Digest as Digest
    from kitops_jupyter.errors import ArchiveInvalid as ArchiveInvalid
    from kitops_jupyter.errors import Cancelled as Cancelled
    from kitops_jupyter.errors import Conflict as Conflict
    from kitops_jupyter.errors import ContentError as ContentError
    from kitops_jupyter.errors import ContentMissing as ContentMissing
    from kitops_jupyter.errors import DigestMismatch as DigestMismatch
    from kitops_jupyter.errors import FilterInvalid as FilterInvalid
    from kitops_jupyter.errors import Finding as Finding
    from kitops_jupyter.errors import Forbidden as Forbidden
    from kitops_jupyter.errors import InvalidReference as InvalidReference
    from kitops_jupyter.errors import KitError as KitError
    from kitops_jupyter.errors import KitfileInvalid as KitfileInvalid
    from kitops_jupyter.errors import KitfileMissing as KitfileMissing
    from kitops_jupyter.errors import ManifestInvalid as ManifestInvalid
    from kitops_jupyter.errors import MissingDependency as MissingDependency
    from kitops_jupyter.errors import NoCatalog as NoCatalog
    from kitops_jupyter.errors import NotAModelKit as NotAModelKit
    from kitops_jupyter.errors import NotFound as NotFound
    from kitops_jupyter.errors import PathInvalid as PathInvalid
    from kitops_jupyter.errors import ReferenceCycle as ReferenceCycle
    from kitops_jupyter.errors import RegistryError as RegistryError
    from kitops_jupyter.errors import SizeMismatch as SizeMismatch
    from kitops_jupyter.errors import SourceChanged as SourceChanged
    from kitops_jupyter.errors import StorageFull as StorageFull
    from kitops_jupyter.errors import StoreBusy as StoreBusy
    from kitops_jupyter.errors import StoreCorrupt as StoreCorrupt
    from kitops_jupyter.errors import StoreError as StoreError
    from kitops_jupyter.errors import TooManyRequests as TooManyRequests
    from kitops_jupyter.errors import TrustNeeded as TrustNeeded
    from kitops_jupyter.errors import Unauthorized as Unauthorized
    from kitops_jupyter.errors import Unreachable as Unreachable
    from kitops_jupyter.errors import UnsafeArchive as UnsafeArchive
    from kitops_jupyter.errors import Usage as Usage
    from kitops_jupyter.errors import VariableRefused as VariableRefused
    from kitops_jupyter.kit_index import KitIndex as KitIndex
    from kitops_jupyter.kitfile import Code as Code
    from kitops_jupyter.kitfile import Dataset as Dataset
    from kitops_jupyter.kitfile import Docs as Docs
    from kitops_jupyter.kitfile import Entry as Entry
    from kitops_jupyter.kitfile import Kitfile as Kitfile
    from kitops_jupyter.kitfile import McpServer as McpServer
    from kitops_jupyter.kitfile import Model as Model
    from kitops_jupyter.kitfile import ModelPart as ModelPart
    from kitops_jupyter.kitfile import Package as Package
    from kitops_jupyter.kitfile import Prompt as Prompt
    from kitops_jupyter.manifest import CellsRan as CellsRan
    from kitops_jupyter.manifest import CodeState as CodeState
    from kitops_jupyter.manifest import Facts as Facts
    from kitops_jupyter.manifest import ParentKit as ParentKit
    from kitops_jupyter.operations.cache import CacheResult as CacheResult
    from kitops_jupyter.operations.cache import cache_clear as cache_clear
    from kitops_jupyter.operations.cache import cache_info as cache_info
    from kitops_jupyter.operations.check_registry import RegistryCheck as RegistryCheck
    from kitops_jupyter.operations.check_registry import check_registry as check_registry
    from kitops_jupyter.operations.diff.diff import diff as diff
    from kitops_jupyter.operations.diff.results import DiffLayer as DiffLayer
    from kitops_jupyter.operations.diff.results import DiffResult as DiffResult
    from kitops_jupyter.operations.diff.results import FieldChange as FieldChange
    from kitops_jupyter.operations.diff.results import FileChange as FileChange
    from kitops_jupyter.operations.diff.results import LayerChange as LayerChange
    from kitops_jupyter.operations.doctor import Check as Check
    from kitops_jupyter.operations.doctor import DoctorResult as DoctorResult
    from kitops_jupyter.operations.doctor import doctor as doctor
    from kitops_jupyter.operations.index.index import index_add as index_add
    from kitops_jupyter.operations.index.index import index_create as index_create
    from kitops_jupyter.operations.index.index import index_list as index_list
    from kitops_jupyter.operations.index.index import index_remove as index_remove
    from kitops_jupyter.operations.index.results import IndexInfo as IndexInfo
    from kitops_jupyter.operations.index.results import IndexList as IndexList
    from kitops_jupyter.operations.index.results import IndexRow as IndexRow
    from kitops_jupyter.operations.index_files import IndexedLayer as IndexedLayer
    from kitops_jupyter.operations.index_files import IndexFilesResult as IndexFilesResult
    from kitops_jupyter.operations.index_files import index_files as index_files
    from kitops_jupyter.operations.init import InitResult as InitResult
    from kitops_jupyter.operations.init import init as init
    from kitops_jupyter.operations.load.load import LoadedVariable as LoadedVariable
    from kitops_jupyter.operations.load.load import LoadResult as LoadResult
    from kitops_jupyter.operations.load.load import load as load
    from kitops_jupyter.operations.load.load import load_variables as load_variables
    from kitops_jupyter.operations.log import log as log
    from kitops_jupyter.operations.log import log_clear as log_clear
    from kitops_jupyter.operations.log import log_params as log_params
    from kitops_jupyter.operations.logged import LoggedMetric as LoggedMetric
    from kitops_jupyter.operations.logged import LoggedResult as LoggedResult
    from kitops_jupyter.operations.logged import logged as logged
    from kitops_jupyter.operations.login import LoginResult as LoginResult
    from kitops_jupyter.operations.login import login as login
    from kitops_jupyter.operations.login import logout as logout
    from kitops_jupyter.operations.look.browse import BrowseResult as BrowseResult
    from kitops_jupyter.operations.look.browse import browse as browse
    from kitops_jupyter.operations.look.compare import ComparedKit as ComparedKit
    from kitops_jupyter.operations.look.compare import CompareResult as CompareResult
    from kitops_jupyter.operations.look.compare import compare as compare
    from kitops_jupyter.operations.look.files import FilesResult as FilesResult
    from kitops_jupyter.operations.look.files import KitFile as KitFile
    from kitops_jupyter.operations.look.files import LayerFiles as LayerFiles
    from kitops_jupyter.operations.look.files import files as files
    from kitops_jupyter.operations.look.info import InfoResult as InfoResult
    from kitops_jupyter.operations.look.info import InspectResult as InspectResult
    from kitops_jupyter.operations.look.info import info as info
    from kitops_jupyter.operations.look.info import inspect as inspect
    from kitops_jupyter.operations.look.kits import ListedKit as ListedKit
    from kitops_jupyter.operations.look.kits import ListResult as ListResult
    from kitops_jupyter.operations.look.kits import list_kits as list_kits
    from kitops_jupyter.operations.look.lineage import LineageKit as LineageKit
    from kitops_jupyter.operations.look.lineage import LineageResult as LineageResult
    from kitops_jupyter.operations.look.lineage import lineage as lineage
    from kitops_jupyter.operations.look.notebook_state import NotebookState as NotebookState
    from kitops_jupyter.operations.look.notebook_state import notebook_state as notebook_state
    from kitops_jupyter.operations.look.search import FoundRepository as FoundRepository
    from kitops_jupyter.operations.look.search import SearchResult as SearchResult
    from kitops_jupyter.operations.look.search import search as search
    from kitops_jupyter.operations.pack.layers import PackedLayer as PackedLayer
    from kitops_jupyter.operations.pack.pack import PackResult as PackResult
    from kitops_jupyter.operations.pack.pack import pack as pack
    from kitops_jupyter.operations.pack.variables import PackedVariable as PackedVariable
    from kitops_jupyter.operations.registries import KnownRegistry as KnownRegistry
    from kitops_jupyter.operations.registries import RegistriesResult as RegistriesResult
    from kitops_jupyter.operations.registries import RegistryChange as RegistryChange
    from kitops_jupyter.operations.registries import add_registry as add_registry
    from kitops_jupyter.operations.registries import list_registries as list_registries
    from kitops_jupyter.operations.registries import remove_registry as remove_registry
    from kitops_jupyter.operations.tally import Counts as Counts
    from kitops_jupyter.operations.transfer.copy import CopyResult as CopyResult
    from kitops_jupyter.operations.transfer.copy import copy as copy
    from kitops_jupyter.operations.transfer.disk_use import CleanUp as CleanUp
    from kitops_jupyter.operations.transfer.disk_use import DiskUse as DiskUse
    from kitops_jupyter.operations.transfer.disk_use import clean_up as clean_up
    from kitops_jupyter.operations.transfer.disk_use import disk_use as disk_use
    from kitops_jupyter.operations.transfer.promote import PromoteResult as PromoteResult
    from kitops_jupyter.operations.transfer.promote import promote as promote
    from kitops_jupyter.operations.transfer.promotion_notes import Moved as Moved
    from kitops_jupyter.operations.transfer.promotion_plan import Kept as Kept
    from kitops_jupyter.operations.transfer.promotion_plan import PromotionPlan as PromotionPlan
    from kitops_jupyter.operations.transfer.promotion_plan import plan_promotion as plan_promotion
    from kitops_jupyter.operations.transfer.pull import pull as pull
    from kitops_jupyter.operations.transfer.pull import pull_files as pull_files
    from kitops_jupyter.operations.transfer.push import push as push
    from kitops_jupyter.operations.transfer.remove import RemoveResult as RemoveResult
    from kitops_jupyter.operations.transfer.remove import remove as remove
    from kitops_jupyter.operations.transfer.results import TransferResult as TransferResult
    from kitops_jupyter.operations.transfer.tag import TagResult as TagResult
    from kitops_jupyter.operations.transfer.tag import tag as tag
    from kitops_jupyter.operations.unpack.layers import UnpackedLayer as UnpackedLayer
    from kitops_jupyter.operations.unpack.tars import TarFile as TarFile
    from kitops_jupyter.operations.unpack.tars import TarsResult as TarsResult
    from kitops_jupyter.operations.unpack.tars import pull_tars as pull_tars
    from kitops_jupyter.operations.unpack.unpack import UnpackResult as UnpackResult
    from kitops_jupyter.operations.unpack.unpack import unpack as unpack
    from kitops_jupyter.operations.validate import ValidateResult as ValidateResult
    from kitops_jupyter.operations.validate import validate as validate
    from kitops_jupyter.operations.version import VersionResult as VersionResult
    from kitops_jupyter.progress import Event as Event
    from kitops_jupyter.progress import Observer as Observer
    from kitops_jupyter.reference import Reference as Reference
    from kitops_jupyter.result import Look
    from kitops_jupyter.settings import Network as Network
    from kitops_jupyter.settings import RegistrySettings as RegistrySettings
    from kitops_jupyter.settings import S3Settings as S3Settings
    from kitops_jupyter.settings import Settings as Settings
    from kitops_jupyter.targets import Connection as Connection
    from kitops_jupyter.verbs.core.screen import Screen

__version__ = VERSION

if not TYPE_CHECKING:  # a checker that saw these would take every misspelt name for Any
    _HOME_OF = {name: module for module, names in HOMES.items() for name in names.split()}
    __all__ = sorted([*_HOME_OF, "__version__", "load_ipython_extension", "unload_ipython_extension", "version"])

    def __getattr__(name: str) -> Any:
        """Import a public name on first use (PEP 562)."""
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return globals().setdefault(name, getattr(import_module(f"{__name__}.{_HOME_OF[name]}"), name))

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})


def _look() -> Look:
    from kitops_jupyter import show

    return show


show_with(_look)


def version() -> VersionResult:
    """The versions of this program and of Python. Written out because a module of the same name would hide it."""
    from kitops_jupyter.operations.version import versions

    return versions()


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
