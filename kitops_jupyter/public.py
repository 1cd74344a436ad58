"""The public names, by the module that defines them: each is imported when it is first used."""

HOMES = {
    "capture": "callbacks formats",
    "comparing": (
        "CellChange ColumnChange NotebookChange TableChange TensorChange TensorsChange TextChange ValueChange "
        "ValuesChange"
    ),
    "content": "Descriptor Digest",
    "errors": (
        "ArchiveInvalid Cancelled Conflict ContentError ContentMissing DigestMismatch FilterInvalid Finding Forbidden "
        "InvalidReference KitError KitfileInvalid KitfileMissing ManifestInvalid MissingDependency NoCatalog "
        "NotAModelKit NotFound PathInvalid ReferenceCycle RegistryError SizeMismatch SourceChanged StorageFull "
        "StoreBusy StoreCorrupt StoreError TooManyRequests TrustNeeded Unauthorized Unreachable UnsafeArchive Usage "
        "VariableRefused"
    ),
    "kit_index": "KitIndex",
    "kitfile": "Code Dataset Docs Entry Kitfile McpServer Model ModelPart Package Prompt",
    "manifest": "CellsRan CodeState Facts ParentKit",
    "operations.cache": "CacheResult cache_clear cache_info",
    "operations.check_registry": "RegistryCheck check_registry",
    "operations.diff.diff": "diff",
    "operations.diff.results": "DiffLayer DiffResult FieldChange FileChange LayerChange",
    "operations.doctor": "Check DoctorResult doctor",
    "operations.index.index": "index_add index_create index_list index_remove",
    "operations.index.results": "IndexInfo IndexList IndexRow",
    "operations.index_files": "IndexFilesResult IndexedLayer index_files",
    "operations.init": "InitResult init",
    "operations.load.load": "LoadResult LoadedVariable load load_variables",
    "operations.log": "log log_clear log_params",
    "operations.logged": "LoggedMetric LoggedResult logged",
    "operations.login": "LoginResult login logout",
    "operations.look.browse": "BrowseResult browse",
    "operations.look.compare": "CompareResult ComparedKit compare",
    "operations.look.files": "FilesResult KitFile LayerFiles files",
    "operations.look.info": "InfoResult InspectResult info inspect",
    "operations.look.lineage": "LineageKit LineageResult lineage",
    "operations.look.kits": "ListResult ListedKit list_kits",
    "operations.look.search": "FoundRepository SearchResult search",
    "operations.look.notebook_state": "NotebookState notebook_state",
    "operations.pack.layers": "PackedLayer",
    "operations.pack.pack": "PackResult pack",
    "operations.pack.variables": "PackedVariable",
    "operations.registries": (
        "KnownRegistry RegistriesResult RegistryChange add_registry list_registries remove_registry"
    ),
    "operations.tally": "Counts",
    "operations.transfer.copy": "CopyResult copy",
    "operations.transfer.disk_use": "CleanUp DiskUse clean_up disk_use",
    "operations.transfer.promote": "PromoteResult promote",
    "operations.transfer.promotion_notes": "Moved",
    "operations.transfer.promotion_plan": "Kept PromotionPlan plan_promotion",
    "operations.transfer.pull": "pull pull_files",
    "operations.transfer.push": "push",
    "operations.transfer.remove": "RemoveResult remove",
    "operations.transfer.results": "TransferResult",
    "operations.transfer.tag": "TagResult tag",
    "operations.unpack.layers": "UnpackedLayer",
    "operations.unpack.tars": "TarFile TarsResult pull_tars",
    "operations.unpack.unpack": "UnpackResult unpack",
    "operations.validate": "ValidateResult validate",
    "operations.version": "VersionResult",
    "progress": "Event Observer",
    "reference": "Reference",
    "settings": "Network RegistrySettings S3Settings Settings",
    "targets": "Connection",
}
