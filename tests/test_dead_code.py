"""What the product does not use is not in it: tests alone are no reason to keep a function."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import kitops_jupyter

PACKAGE = Path(kitops_jupyter.__file__).parent
# Called by others, by these names: Python's io, IPython, Jupyter, tornado, requests, urllib3, fsspec, trainers, people.
CALLED_BY_OTHERS = {
    *("readable", "_render_traceback_", "_repr_pretty_", "_ipython_display_", "publish_msg"),
    *("_jupyter_labextension_paths", "_jupyter_server_extension_points", "initialize_handlers"),
    *("write_error", "set_default_headers", "on_finish", "close_fd"),
    *("_new_conn", "get_connection_with_tls_context", "cert_verify"),
    *("cp_file", "unstrip_protocol", "invalidate_cache", "cat_file", "_fetch_range"),
    *("on_train_begin", "on_log", "on_epoch_end", "log_hyperparams", "log_metrics", "store_init_configuration"),
    "reference_text",
}
# A decorator that only shapes a function does not use it; any other may register it.
SHAPING = {"cached_property", "classmethod", "contextmanager", "property", "staticmethod", "runtime_checkable", "typed"}


def defined_in(tree: ast.Module) -> Iterator[str]:
    """Functions, methods, classes and the module's own variables."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            decorators = {ast.unparse(item).partition("(")[0].rpartition(".")[2] for item in node.decorator_list}
            if decorators <= {*SHAPING, "dataclass"} and not node.name.startswith("__"):
                yield node.name
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def used_in(tree: ast.Module, *, is_room: bool) -> Iterator[str]:
    """Names that are read, imported, or given as text to getattr; a room's `__init__` only hands names on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias) and not is_room:
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not is_room:
            yield from (word for word in node.value.split() if word.isidentifier())


def unused(files: Iterable[tuple[str, str]]) -> list[str]:
    """What is defined and never used, as `path: name`; `files` is path and text."""
    trees = [(path, ast.parse(text)) for path, text in files]
    used: set[str] = set()
    for path, tree in trees:
        used.update(used_in(tree, is_room=path.endswith("/__init__.py")))
    return sorted(
        f"{path}: {name}"
        for path, tree in trees
        for name in defined_in(tree)
        if name not in used | CALLED_BY_OTHERS and not name.startswith("__")
    )


def test_everything_in_the_package_is_used_in_the_package() -> None:
    files = [(path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8")) for path in sorted(PACKAGE.rglob("*.py"))]
    assert unused(files) == []


def test_what_only_a_room_hands_on_is_found() -> None:
    files = [
        ("room/part.py", "LIMIT = 3\ndef used(): pass\ndef spare(): pass\nclass Value:\n def act(self): pass"),
        ("room/__init__.py", "from room.part import used, spare, Value, LIMIT\n__all__ = ['used', 'spare', 'Value']"),
        ("face.py", "from room import used, Value\nused()"),
    ]
    assert unused(files) == ["room/part.py: LIMIT", "room/part.py: act", "room/part.py: spare"]
