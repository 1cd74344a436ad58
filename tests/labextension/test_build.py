"""The front end as it is built and shipped: small, of one version, and from no host that a file names."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import kitops_jupyter

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "kitops_jupyter" / "labextension"
START_LIMIT_BYTES = 120_000
CHUNK_LIMIT_BYTES = 70_000


def package(folder: Path) -> dict[str, Any]:
    """A package.json."""
    said: dict[str, Any] = json.loads((folder / "package.json").read_text("utf-8"))
    return said


def test_the_front_end_has_the_version_of_the_python_package() -> None:
    assert package(ROOT / "labextension")["version"] == kitops_jupyter.__version__
    assert package(BUILT)["version"] == kitops_jupyter.__version__, "built of other sources: pip install -e . builds it"


def test_what_jupyterlab_loads_at_its_start_is_small() -> None:
    scripts = {path.name: path.stat().st_size for path in (BUILT / "static").glob("*.js")}
    # A chunk with a name is fetched when it is needed: the panel, a kit's tab, its views of files, tags side by side,
    # the first dialog, what they share, and what the editor does for a Kitfile.
    late = {name: size for name, size in scripts.items() if not re.match(r"\d+\.|remoteEntry\.|style\.", name)}
    assert any(name.startswith("remoteEntry.") for name in scripts)
    assert {name.split(".")[0] for name in late} == {"compare", "dialogs", "kit", "kitfile", "panel", "shared", "views"}
    assert sum(scripts.values()) - sum(late.values()) < START_LIMIT_BYTES, scripts  # style sheets count too
    assert all(size < CHUNK_LIMIT_BYTES for size in late.values()), late


def test_a_prebuilt_extension_says_how_jupyterlab_finds_it() -> None:
    built = package(BUILT)["jupyterlab"]["_build"]
    assert (BUILT / built["load"]).is_file()
    assert built["extension"] == "./extension"
    assert built["style"] == "./style"


def test_each_plugin_with_settings_or_menus_ships_its_schema() -> None:
    sources = {path.name for path in (ROOT / "labextension" / "schema").glob("*.json")}
    shipped = {path.name for path in (BUILT / "schemas" / "kitops-jupyter").glob("*.json")} - {"package.json.orig"}
    assert sources == shipped != set()
    plugins = "\n".join(path.read_text("utf-8") for path in (ROOT / "labextension" / "src" / "plugins").glob("*.ts"))
    assert all(f"id: 'kitops-jupyter:{Path(name).stem}'" in plugins for name in sources)


def test_the_lock_names_no_host() -> None:
    for name in ("yarn.lock", ".yarnrc.yml", "package.json"):
        text = (ROOT / "labextension" / name).read_text("utf-8")
        assert not re.findall(r"https?://|npmRegistryServer", text), name


def test_the_menus_and_shortcuts_run_commands_that_the_front_end_names() -> None:
    tokens = (ROOT / "labextension" / "src" / "tokens.ts").read_text("utf-8")
    named = set(re.findall(r"'(kitops:[a-z-]+)'", tokens))
    for path in (ROOT / "labextension" / "schema").glob("*.json"):
        asked = set(re.findall(r'"command": "(kitops:[a-z-]+)"', path.read_text("utf-8")))
        assert asked <= named, path.name
