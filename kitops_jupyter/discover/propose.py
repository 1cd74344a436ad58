"""A proposed Kitfile for a data scientist's folder: every file in its section, without what must be left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kitops_jupyter.discover.kinds import suffix_of
from kitops_jupyter.discover.placing import Placed, Placing
from kitops_jupyter.discover.proposal import Proposal
from kitops_jupyter.discover.reads import names_read
from kitops_jupyter.discover.tree import Tree, look
from kitops_jupyter.disk import SIDECAR, home_folder
from kitops_jupyter.errors import Usage
from kitops_jupyter.kitfile import Code, Dataset, Docs, Kitfile, McpServer, Model, ModelPart, Package, Prompt

# Only suffixes that one framework alone writes.
_FRAMEWORKS = {
    ".skops": "scikit-learn",
    ".pt": "pytorch",
    ".pth": "pytorch",
    ".keras": "keras",
    ".cbm": "catboost",
    ".ubj": "xgboost",
    ".xgb": "xgboost",
    ".tflite": "tensorflow",
}
_ROLES = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "validate", "valid", "val", "dev"), "validation"),
    **dict.fromkeys(("test", "testing", "holdout"), "test"),
}


def propose(
    root: Path,
    *,
    notebook: Path | None = None,
    name: str = "",
    description: str = "",
    author: str = "",
    depth: int | None = None,
    follow_links: bool = False,
    narrow: bool | None = False,
) -> Proposal:
    """Propose a Kitfile whose entries take every file that is not told as left out, and none that is.

    `notebook`, else the folder, names the package. `depth`: folders so many levels down are looked into instead of
    being one entry; -1 is all of them. With `follow_links` a link is what it leads to, where packing may follow it.
    With `narrow` only the notebook and what it names in its code; None does so where the folder is a home, the root of
    the file system, or holds other projects (folders with a Kitfile or a Git repository), and there is a notebook.
    Nothing is written, and no file's contents are read but those of `.kitignore` and of the notebook.
    Raises PathInvalid where the folder cannot be read, Usage for a depth below -1.
    """
    if depth is not None and depth < -1:
        raise Usage(f"depth is {depth}, expected -1 (each file is an entry), 0 or more")
    tree = look(root, follow_links=follow_links)
    placing = Placing(depth)
    is_narrow = notebook is not None and (_is_wide(root, tree) if narrow is None else narrow)
    passed = _place_read(placing, tree, root, notebook) if is_narrow and notebook else []
    if not is_narrow:
        placing.place(tree.root)
    package = Package(
        name=name or (notebook.stem if notebook else root.resolve().name),
        description=description,
        authors=(author,) if author else (),
    )
    left_out = sorted([*tree.left_out, *placing.left_out, *passed])
    notes = [*placing.notes(), *_notebook_notes(root, notebook, [path for path, _ in left_out])]
    if not placing.placed:
        notes.append("there are no files to pack")
    return Proposal(
        _kitfile(package, sorted(placing.placed, key=lambda placed: placed.path)),
        tuple(left_out),
        tuple(notes),
        tuple(tree.links),
        is_narrow,
        tuple(tree.projects),
    )


def _is_wide(root: Path, tree: Tree) -> bool:
    """Whether much more than one project is likely to lie here."""
    place = root.resolve()
    home = home_folder()
    return bool(tree.projects) or place == place.parent or (home is not None and place == home.resolve())


def _place_read(placing: Placing, tree: Tree, root: Path, notebook: Path) -> list[tuple[str, str]]:
    """Entries for the notebook and what it reads; what lies beside them at the top is reported as left out."""
    place = (root / notebook).resolve()
    own = place.relative_to(root.resolve()).as_posix() if place.is_relative_to(root.resolve()) else ""
    wanted = {own, *names_read(root, place)}
    waiting, around = [tree.root], []
    while waiting:
        folder = waiting.pop()
        placing.place_some([file for file in folder.files if file.path in wanted])
        for inner in folder.folders:
            if inner.path in wanted:
                placing.place(inner)
            elif any(path.startswith(f"{inner.path}/") for path in wanted):
                waiting.append(inner)
            else:
                around.append(inner.path)
        around += [file.path for file in folder.files if file.path not in wanted]
    return [(path, "the notebook does not name it") for path in around]


def _notebook_notes(root: Path, notebook: Path | None, left_out: Sequence[str]) -> list[str]:
    if notebook is None:
        return []
    try:
        path = (root / notebook).resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        return [f"the notebook {notebook} is outside {root}, so it is not in the kit"]
    if any(path == other or path.startswith(f"{other}/") for other in left_out):
        return [f"the notebook {path} is left out"]
    return [] if (root / path).is_file() else [f"the notebook {path} is not saved, so it is not in the kit"]


def _kitfile(package: Package, placed: Sequence[Placed]) -> Kitfile:
    def of(*kinds: str) -> list[Placed]:
        return [entry for entry in placed if entry.kind in kinds]

    models = of("model")
    model = _model(models, of("part")) if models else None
    code = of("code") if models else of("code", "part")
    data, prompts, servers = of("dataset"), of("prompt"), of("mcpserver")
    return Kitfile(
        package=package,
        model=model,
        code=tuple(Code(entry.path) for entry in code),
        datasets=_named(Dataset, data, _dataset_names),
        docs=tuple(Docs(entry.path, _docs_description(entry.path)) for entry in of("docs")),
        prompts=_named(Prompt, prompts, lambda entry: (_stem(entry), _joined(entry))),
        mcp_servers=_named(McpServer, servers, lambda entry: (_stem(entry), _joined(entry))),
    )


def _model(models: Sequence[Placed], sidecars: Sequence[Placed]) -> Model:
    """The largest file is the model, the first of them where several are as large."""
    main = max(models, key=lambda entry: entry.size)
    others = [entry for entry in models if entry is not main]
    return Model(
        name=_stem(main),
        path=main.path,
        framework=_FRAMEWORKS.get(suffix_of(main.path), ""),
        parts=tuple(ModelPart(path=entry.path) for entry in (*others, *sidecars)),
    )


def _named(kind: Any, entries: Sequence[Placed], names: Any) -> tuple[Any, ...]:
    """Entries with a name each that no other one of the section has."""
    taken: set[str] = set()
    found = []
    for entry in entries:
        wanted = [name for name in names(entry) if name]
        free = next((name for name in wanted if name not in taken), "")
        number = 2
        while not free:
            free = f"{wanted[0]}-{number}" if f"{wanted[0]}-{number}" not in taken else ""
            number += 1
        taken.add(free)
        found.append(kind(name=free, path=entry.path))
    return tuple(found)


def _stem(entry: Placed) -> str:
    name = entry.path.rpartition("/")[2]
    if entry.is_dir:
        return name
    dot = name.find(".prompt") if ".prompt" in name else name.rfind(".")
    return name[:dot] if dot > 0 else name


def _joined(entry: Placed) -> str:
    """The stem with the folder in front."""
    folder = entry.path.removeprefix("./").rpartition("/")[0].replace("/", "-")
    return f"{folder}-{_stem(entry)}" if folder else ""


def _dataset_names(entry: Placed) -> tuple[str, ...]:
    """`train`, `validation` or `test` where the name says so and they are free; else the stem."""
    if entry.path.endswith(SIDECAR):
        return (_stem(entry), _joined(entry))
    roles = {_ROLES[word] for word in re.split("[^a-z]+", _stem(entry).lower()) if word in _ROLES}
    return (roles.pop() if len(roles) == 1 else "", _stem(entry), _joined(entry))


def _docs_description(path: str) -> str:
    lowered = path.rpartition("/")[2].lower()
    if lowered.startswith("readme"):
        return "Readme file"
    return "License file" if lowered.startswith(("license", "licence")) else ""
