"""The house's floors: a module imports only from lower floors, rooms of one floor never import each other."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import kitops_jupyter

PACKAGE = Path(kitops_jupyter.__file__).parent
FLOORS = {
    "redaction": -1,  # below the errors: their words pass it
    **dict.fromkeys(("public", "session", "version"), 0),
    "errors": 0,
    "progress": 0,
    "lines": 1,
    "processes": 1,
    "result": 1,
    "sizes": 1,
    "address": 1,
    "gojson": 1,
    "codecs": 1,
    "disk": 1,
    "settings": 2,
    "content": 2,
    "reference": 3,
    "pipeline": 3,
    "comparing": 3,
    "kitfile": 4,
    "ignore": 4,
    "archive": 4,
    "remembered": 4,
    "media_types": 5,
    "filters": 5,
    "discover": 5,
    "layers": 5,
    "manifest": 6,
    "kit_index": 7,
    "file_index": 7,
    "store": 7,
    "registry": 7,
    "oci_layout": 8,
    "sources": 8,
    "targets": 8,
    "capture": 8,
    "operations": 9,
    "show": 10,
    "filesystem": 11,
    "verbs": 11,
    "magics": 12,
    "widgets": 12,
    "server": 12,
    "serve": 12,
    "__main__": 13,
    "__init__": 13,
}
# Floors inside a room, where it has rooms of its own.
SUB_FLOORS = {
    "content": {"descriptors": 0, "seams": 1, "abilities": 2, "verifying": 3, "__init__": 4},
    "registry": {"http": 0, "identity": 1, "blobs": 2, "content": 3, "repository": 4, "client": 5, "__init__": 6},
}
# The deeds of operations: who asks stands above who is asked. The files beside the folders are below them all.
DEED_FLOORS = {"look": 0, "unpack": 1, "load": 2, "transfer": 2, "index": 3, "pack": 3, "diff": 4}
# What a face may import of the other faces, and of the store and the registry; all other rooms below are open to it.
FACES: dict[str, set[str]] = {
    "filesystem": set(),
    "verbs": set(),
    "magics": {"verbs", "widgets"},
    "widgets": {"verbs"},
    "server": {"verbs"},
    "serve": set(),
    "__main__": {"magics", "serve", "server", "verbs"},
}
# What a face may use of targets: the other names open a store or a registry, which is for operations.
FACES_USE_OF_TARGETS = {"Connection", "is_registry", "names_registry"}
# Libraries that only some rooms may use: the room, not the floor, is what makes a dependency bearable.
CONFINED = {
    "hashlib": {"content", "disk", "file_index", "serve"},  # others hash and judge by `content.Hashing`
    "yaml": {"kitfile", "discover", "comparing"},
    "oras": {"registry"},
    "requests": {"registry"},
    "html": {"show", "widgets"},
    "fsspec": {"filesystem"},
    "IPython": {"magics", "widgets"},
    "ipywidgets": {"magics", "widgets"},
    "tqdm": {"magics", "__main__"},
    "tornado": {"server", "serve"},
    "jupyter_server": {"server"},
}


def room_of(path: Path) -> str:
    """The room a file belongs to: its folder, or its own name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    """Every module name that a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: imports are absolute here"
            yield node.module or ""
            if node.module == "kitops_jupyter":
                yield from (f"kitops_jupyter.{alias.name}" for alias in node.names)


def name_of(path: Path) -> str:
    """A file's name as a module; a package's is its folder's."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def graph_of(files: dict[str, str]) -> dict[str, set[str]]:
    """Which of these modules imports which, also for a type only, and inside functions; `files` is name to text."""
    graph: dict[str, set[str]] = {name: set() for name in files}
    for name, text in files.items():
        for node in ast.walk(ast.parse(text)):
            wanted = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                members = [f"{node.module}.{alias.name}" for alias in node.names]
                wanted = [member if member in files else node.module for member in members]
            graph[name].update(other for other in wanted if other in files and other != name)
    return graph


def circles_of(graph: dict[str, set[str]]) -> list[list[str]]:
    """Every set of modules that reach one another. Source: Tarjan, Depth-first search and linear graph algorithms."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    path: list[str] = []
    found = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        path.append(name)
        for other in graph[name]:
            if other not in order:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in path:
                low[name] = min(low[name], order[other])
        if low[name] == order[name]:
            start = path.index(name)
            circle = path[start:]
            del path[start:]
            if len(circle) > 1:
                found.append(sorted(circle))

    for name in graph:
        if name not in order:
            visit(name)
    return found


def modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_room_imports_only_from_lower_floors(path: Path) -> None:
    room = room_of(path)
    assert room in FLOORS, f"{room} has no floor: add it to the table, and say in the house's plan what it is for"
    for name in imports_of(path):
        if not name.startswith("kitops_jupyter."):
            continue
        other = name.split(".")[1]
        assert other == room or FLOORS.get(other, 99) < FLOORS[room], f"{path.name} ({room}) imports {name}"


def test_no_modules_import_one_another_in_a_circle() -> None:
    graph = graph_of({name_of(path): path.read_text("utf-8") for path in modules()})
    assert circles_of(graph) == []


@pytest.mark.parametrize(
    "text",
    ["from a.b import x", "import a.b", "def f():\n from a import b", "if TYPE_CHECKING:\n from a.b import x"],
)
def test_a_circle_is_found_however_it_is_imported(text: str) -> None:
    files = {"a": "", "a.b": "from a import c", "a.c": "from a.d import y", "a.d": text}
    assert circles_of(graph_of(files)) == [["a.b", "a.c", "a.d"]]


def test_a_circle_through_a_package_is_found() -> None:
    assert circles_of(graph_of({"a": "from a.b import x", "a.b": "from a import y"})) == [["a", "a.b"]]


@pytest.mark.parametrize("room", SUB_FLOORS)
def test_rooms_inside_a_room_import_only_from_lower_floors(room: str) -> None:
    floors, start = SUB_FLOORS[room], f"kitops_jupyter.{room}."
    for path in sorted((PACKAGE / room).rglob("*.py")):
        own = path.relative_to(PACKAGE / room).with_suffix("").parts[0]
        for name in imports_of(path):
            other = name.removeprefix(start).split(".")[0]
            assert not name.startswith(start) or other == own or floors[other] < floors[own], f"{path} imports {name}"


def test_deeds_ask_only_deeds_of_lower_floors() -> None:
    root, start = PACKAGE / "operations", "kitops_jupyter.operations."
    assert {path.parent.name for path in root.glob("*/__init__.py")} == set(DEED_FLOORS)
    for path in sorted(root.rglob("*.py")):
        own = path.relative_to(root).with_suffix("").parts[0]
        floor = DEED_FLOORS.get(own, -1)
        for name in imports_of(path):
            other = name.removeprefix(start).split(".")[0] if name.startswith(start) else own
            # Files beside the folders may ask each other: a circle of them is found as any other.
            is_below = DEED_FLOORS.get(other, -1) < floor or {own, other}.isdisjoint(DEED_FLOORS)
            assert other == own or is_below, f"operations/{path.relative_to(root)} imports {name}"


def test_a_face_imports_no_other_face_and_neither_store_nor_registry() -> None:
    guarded = {*FACES, "store", "registry"}
    found = set()
    for path in modules():
        room = room_of(path)
        for name in imports_of(path) if room in FACES else ():
            other = name.split(".")[1] if name.startswith("kitops_jupyter.") else room
            if other != room and other in guarded - FACES[room]:
                found.add((path.relative_to(PACKAGE).as_posix(), other))
    assert not found


def test_a_face_opens_neither_store_nor_registry() -> None:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))) if room_of(path) in FACES else ():
            used = {node.attr} if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "targets" else set()
            if isinstance(node, ast.ImportFrom) and node.module == "kitops_jupyter.targets":
                used = {alias.name for alias in node.names}
            assert used <= FACES_USE_OF_TARGETS, f"{path.name}: an operation should do this"


def test_no_file_has_more_than_300_lines() -> None:
    root = PACKAGE.parent
    files = [*modules(), *(root / "tests").rglob("*.py")]
    long = {path.relative_to(root).as_posix() for path in files if len(path.read_text("utf-8").splitlines()) > 300}
    assert not long


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_library_stays_in_its_rooms(path: Path) -> None:
    for name in imports_of(path):
        allowed = CONFINED.get(name.split(".")[0])
        assert allowed is None or room_of(path) in allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_settings_read_the_environment_and_only_the_faces_print(path: Path) -> None:
    room = room_of(path)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            assert node.attr not in {"environ", "getenv"} or room == "settings", f"{path.name} reads os.{node.attr}"
            assert node.attr != "chdir", f"{path.name} changes the directory"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and FLOORS[room] < 12:
            assert node.func.id not in {"print", "input", "exit"}, f"{path.name}: {node.func.id}()"


@cache
def concrete_places() -> set[str]:
    """Every class that is a Source, by its methods, and what such places are made of."""
    found = {"Store", "Registry", "StoredBlob"}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef) and not any(ast.unparse(base) == "Protocol" for base in node.bases):
                methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}
                if {"resolve", "open"} <= methods:
                    found.add(node.name)
    return found


def test_places_are_known_by_their_methods() -> None:
    assert {"AllKinds", "LayoutFolder", "LayoutTar", "LocalFirst", "RemoteRepository", "Repository"} < concrete_places()


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_place_is_asked_for_its_abilities_not_for_its_class(path: Path) -> None:
    concrete = concrete_places()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        is_check = isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass")
        if is_check and isinstance(node, ast.Call):
            names = {
                ast.unparse(part).rpartition(".")[2] for part in ast.walk(node.args[1]) if isinstance(part, ast.expr)
            }
            assert not names & concrete, f"{path.name}:{node.lineno} asks for a class: probe an ability of content"


@pytest.mark.parametrize("name", sorted({*vars(kitops_jupyter)["__all__"]} - {"version"}))
def test_no_room_takes_the_name_of_a_public_function(name: str) -> None:
    """Importing a room sets its name on the package: `kit.files(...)` must stay the function.

    `version` is written out in the package, after that room was imported.
    """
    assert not (PACKAGE / name).exists()
    assert not (PACKAGE / f"{name}.py").exists()
