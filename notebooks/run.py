"""Open the tutorials in JupyterLab, or run them headless and tell what they packed; a small registry runs beside them.

`python notebooks/run.py` runs every tutorial in a temporary folder with a store and a registry of its own; `--lab`
opens JupyterLab on copies in `notebooks/work/`, beside them the panel; a store and a registry with a few kits are in
that folder, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kits import fill
from traitlets.config import Config

from kitops_jupyter.operations.registries import name_registry
from kitops_jupyter.serve import running
from kitops_jupyter.settings import RegistrySettings, Settings

HERE = Path(__file__).resolve().parent
TIMEOUT_S = 300
REGISTRY = "tutorial"


def main() -> int:
    """Run them; the exit status is the tutorials'."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = sorted(path.name for path in HERE.glob("*.ipynb"))
    parser.add_argument("names", nargs="*", default=names, metavar="NAME", help=f"which: {', '.join(names)}")
    parser.add_argument("--lab", action="store_true", help="open them in JupyterLab instead of running them")
    parser.add_argument("--work", type=Path, default=HERE / "work", help="where --lab has its copies")
    arguments, flags = parser.parse_known_args()
    if arguments.lab:
        return open_lab(arguments.names, arguments.work.absolute(), flags)
    if flags:
        parser.error(f"what is {flags[0]}?")
    with tempfile.TemporaryDirectory(prefix="kit-tutorial-") as folder, a_place(Path(folder)):
        for name in arguments.names:
            run_headless(name, Path(folder))
    return 0


@contextmanager
def a_place(folder: Path) -> Iterator[None]:
    """A store and a registry below the folder, for this process and its children; what else was added there stays."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    with running(folder / "registry") as address:
        here = RegistrySettings(f"http://{address}")  # on another port each time
        name_registry(REGISTRY, here, settings=Settings.load({}, home=home))
        os.environ["KITOPS_HOME"] = str(home)
        yield


def open_lab(names: Sequence[str], work: Path, flags: list[str]) -> int:
    """JupyterLab on copies, so that the tutorials themselves stay as they are; `flags` are JupyterLab's."""
    (work / "tutorials").mkdir(parents=True, exist_ok=True)
    for name in names:
        if not (work / "tutorials" / name).exists():
            copy_tutorial(HERE / name, work / "tutorials" / name)
    with a_place(work):
        if not (work / "kits").exists():
            print("A few kits for the registry...", flush=True)
            shutil.rmtree(work / "kits.part", ignore_errors=True)  # somebody interrupted it
            fill(REGISTRY, work / "kits.part")
            (work / "kits.part").rename(work / "kits")
        show_panel(work / "workspaces", f"tutorials/{names[0]}")
        command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={work / 'tutorials'}", *flags]
        return subprocess.run(command, check=False).returncode


def copy_tutorial(source: Path, target: Path) -> None:
    """A copy that says which Python runs it, as JupyterLab would: it is not changed by being opened."""
    notebook = json.loads(source.read_text("utf-8"))
    notebook["metadata"]["language_info"] = {
        "codemirror_mode": {"name": "ipython", "version": sys.version_info[0]},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": platform.python_version(),
    }
    target.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def show_panel(workspaces: Path, notebook: str) -> None:
    """A workspace for the first time: the tutorial, and beside it the panel with the registry unfolded."""
    os.environ["JUPYTERLAB_WORKSPACES_DIR"] = str(workspaces)
    if workspaces.exists():
        return
    tab = f"notebook:{Path(notebook).name}"
    layout = {
        "main": {"dock": {"type": "tab-area", "currentIndex": 0, "widgets": [tab]}, "current": tab},
        "left": {"collapsed": False, "visible": True, "current": "kitops-panel", "widgets": ["kitops-panel"]},
    }
    data = {
        "layout-restorer:data": layout,
        tab: {"data": {"path": Path(notebook).name, "factory": "Notebook"}},
        "kitops-jupyter:panel": {"open": ["transfers", "notebook", "store", f"registry {REGISTRY}"], "named": {}},
    }
    workspaces.mkdir(parents=True)
    described = workspaces / "demo.json"
    described.write_text(json.dumps({"data": data, "metadata": {"id": "default"}}), "utf-8")
    importer = [sys.executable, "-m", "jupyterlab.labapp", "workspaces", "import", str(described)]
    subprocess.run(importer, check=True, stdout=subprocess.DEVNULL)


def encrypted() -> Config:
    """A kernel that is spoken to with encryption, where the libraries can: without it newer kernels warn."""
    import zmq
    from jupyter_client.manager import KernelManager

    config = Config()
    if "transport_encryption" in KernelManager.class_trait_names() and zmq.has("curve"):
        config.KernelManager.transport_encryption = "auto"
    return config


def run_headless(name: str, folder: Path) -> None:
    """Every cell in order, as a pipeline would; a cell that fails, fails this. Prints the kits with their digests."""
    import nbformat
    from nbclient import NotebookClient

    import kitops_jupyter as kit

    place = folder / Path(name).stem  # of its own: a notebook packs the folder that it is in
    place.mkdir()
    before = {kept.digest for kept in kit.list_kits().kits}
    notebook = nbformat.read(HERE / name, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(place)}},
        config=encrypted(),
    )
    client.execute()
    for packed in kit.list_kits().kits:
        if packed.digest not in before:
            print(f"{name}: {packed.repository}:{','.join(packed.tags)} {packed.size} {packed.digest}")


if __name__ == "__main__":
    sys.exit(main())
