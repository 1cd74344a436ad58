"""What of a kit is ticked: layers, folders and files inside; as `--filter` texts and bytes. No widget in here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from kitops_jupyter.disk import clean_path
from kitops_jupyter.filters import exclusion_of, text_for, text_for_file
from kitops_jupyter.kitfile import Entry
from kitops_jupyter.operations.look.files import KitFile
from kitops_jupyter.operations.look.info import InfoResult


@dataclass(eq=False, slots=True)
class Node:
    """A layer, a folder or a file. `files` is all below it; None for a layer that was not looked into yet.

    `size_bytes` is the sum of its files; None while only `stored_bytes` is known, what a layer has in its registry.
    `elsewhere` is where a model or a data set is that has no layer: another kit, or an object in S3.
    """

    label: str
    path: str
    section: str
    size_bytes: int | None
    filter: str
    depth: int = 0
    files: Sequence[KitFile] | None = None
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    can_open: bool = False
    is_open: bool = False
    is_ticked: bool = False
    elsewhere: str = ""
    stored_bytes: int = 0

    @property
    def is_extra(self) -> bool:
        """Whether it is not part of the kit, and comes only when it is ticked itself."""
        return bool(self.elsewhere) and self.section == "dataset"

    @property
    def is_partly_ticked(self) -> bool:
        """Whether something below it is ticked, but not all of it."""
        return not self.is_ticked and any(child.is_ticked or child.is_partly_ticked for child in self.children)


class Ticks:
    """The tree of one kit. A tick on a node is a tick on all below it, and all below it are a tick on it."""

    def __init__(self, kit: InfoResult) -> None:
        self.roots = [Node("Kitfile", "Kitfile", "kitfile", len(kit.yaml.encode()), "kitfile")]
        names: dict[tuple[str, str], str] = {(entry.section, entry.path): entry.name for entry in kit.kitfile.entries()}
        for section, path, stored_bytes, _ in kit.layers:
            name = names.get((section, path), "")
            label = f"{'model part' if section == 'part' else section} {name}".rstrip()
            root = Node(label, path, section, None, text_for(section, path), can_open=True, stored_bytes=stored_bytes)
            self.roots.append(root)
        self.roots += [
            Node(entry.label, entry.path, entry.section, None, _filter_of(entry), elsewhere=elsewhere)
            for entry in kit.kitfile.entries()
            if (elsewhere := entry.remote_path or (kit.kitfile.parent_reference if entry.section == "model" else ""))
        ]

    def rows(self) -> list[Node]:
        """What is to be seen, from top to bottom."""
        return list(_visible(self.roots))

    def tick(self, node: Node, is_ticked: bool) -> None:
        """Tick or untick a node, with all that follows from it."""
        for below in _all([node]):
            below.is_ticked = is_ticked
        above = node.parent
        while above is not None:
            above.is_ticked = all(child.is_ticked for child in above.children)
            above = above.parent

    def tick_all(self, is_ticked: bool) -> None:
        """Tick the whole kit, or nothing."""
        for root in self.roots:
            if not (is_ticked and root.is_extra):
                self.tick(root, is_ticked)

    def set_files(self, node: Node, files: Sequence[KitFile]) -> None:
        """What a layer has, once that is known. A layer that is one file has nothing to open."""
        node.files, node.size_bytes = files, sum(file.size_bytes for file in files)
        top = clean_path(node.path)
        if len(files) == 1 and clean_path(files[0].path) == top:
            node.can_open = node.is_open = False
            return
        _fill(node, "" if top == "." else f"{top}/")

    def toggle(self, node: Node) -> None:
        """Open or close a node whose files are known."""
        if node.can_open and node.files is not None:
            node.is_open = not node.is_open
            if node.is_open and not node.children:
                _fill(node, f"{node.path}/")

    @property
    def chosen(self) -> list[Node]:
        """The topmost ticked nodes."""
        return list(_topmost(self.roots))

    @property
    def is_everything(self) -> bool:
        """Whether the whole kit is meant, and all or nothing of what it points at: then no filter is needed."""
        extras = {root.is_ticked for root in self.roots if root.is_extra}
        return all(root.is_ticked for root in self.roots if not root.is_extra) and len(extras) < 2

    @property
    def includes_remote(self) -> bool:
        """Whether data is ticked that the Kitfile only points at."""
        return any(root.is_ticked and root.is_extra for root in self.roots)

    @property
    def filters(self) -> tuple[str, ...]:
        """The `--filter` texts for what is ticked, as few as possible; none for everything."""
        if self.is_everything:
            return ()
        ins, outs = _ways_of([root for root in self.roots if self.includes_remote or not root.is_extra])
        return tuple(ins if len(ins) <= len(outs) else outs)

    @property
    def size_bytes(self) -> int | None:
        """The bytes of all files that are ticked; None where the list of one is not known yet."""
        sizes = [node.size_bytes for node in self.chosen]
        known = [size for size in sizes if size is not None]
        return sum(known) if len(known) == len(sizes) else None


def _ways_of(nodes: Sequence[Node]) -> tuple[list[str], list[str]]:
    """Two ways to say what is ticked of these: the parts, and what is to be left out."""
    ins: list[str] = []
    outs: list[str] = []
    for node in nodes:
        if node.is_ticked:
            ins.append(node.filter)
        elif not node.is_partly_ticked:
            outs.append(exclusion_of(node.filter))
        else:
            parts, rest = _ways_of(node.children)
            ins += parts if len(parts) <= len(rest) + 1 else [node.filter, *rest]
            outs += rest
    return ins, outs


def _filter_of(entry: Entry) -> str:
    return "model" if entry.section == "model" else text_for(entry.section, entry.path or entry.name)


def _visible(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        if node.is_open:
            yield from _visible(node.children)


def _all(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all(node.children)


def _topmost(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        if node.is_ticked:
            yield node
        else:
            yield from _topmost(node.children)


def _fill(node: Node, prefix: str) -> None:
    """Give a node its children: folders first, then files, by name."""
    below: dict[str, list[KitFile]] = {}
    here: list[KitFile] = []
    for file in node.files or ():
        inner = file.path[len(prefix) :] if file.path.startswith(prefix) else file.path
        folder, slash, _ = inner.partition("/")
        if slash:
            below.setdefault(folder, []).append(file)
        else:
            here.append(file)
    node.children = []
    for name, files in sorted(below.items()):
        path = f"{prefix}{name}"
        size_bytes = sum(file.size_bytes for file in files)
        text = text_for_file(node.section, path)
        made = Node(f"{name}/", path, node.section, size_bytes, text, node.depth + 1, files, node)
        made.can_open = True
        node.children.append(made)
    for file in sorted(here, key=lambda file: file.path):
        name = file.path.rpartition("/")[2]
        text = text_for_file(node.section, file.path)
        node.children.append(Node(name, file.path, node.section, file.size_bytes, text, node.depth + 1, (file,), node))
    for child in node.children:
        child.is_ticked = node.is_ticked
