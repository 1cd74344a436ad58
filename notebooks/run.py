"""Open a tutorial in JupyterLab, or run it headless and tell what it packed.

`python notebooks/run.py` runs `01_pack.ipynb` in a temporary folder with a store of its own; `--lab` opens JupyterLab
on a copy in `notebooks/work/`, with your own store.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
TIMEOUT_S = 300


def main() -> int:
    """Run it; the exit status is the tutorial's."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", default="01_pack.ipynb", help="which tutorial")
    parser.add_argument("--lab", action="store_true", help="open it in JupyterLab instead of running it")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help="after --: flags for JupyterLab")
    arguments = parser.parse_args()
    if arguments.lab:
        return open_lab(arguments.name, [flag for flag in arguments.rest if flag != "--"])
    with tempfile.TemporaryDirectory(prefix="kit-tutorial-") as folder:
        run_headless(arguments.name, Path(folder))
    return 0


def open_lab(name: str, flags: list[str]) -> int:
    """JupyterLab on a copy, so that the tutorial itself stays as it is."""
    work = HERE / "work"
    work.mkdir(exist_ok=True)
    if not (work / name).exists():
        shutil.copy(HERE / name, work / name)
    command = [sys.executable, "-m", "jupyterlab", f"--notebook-dir={work}", *flags, str(work / name)]
    return subprocess.run(command, check=False).returncode


def run_headless(name: str, folder: Path) -> None:
    """Every cell in order, as a pipeline would; a cell that fails, fails this. Prints the kits with their digests."""
    import nbformat
    from nbclient import NotebookClient

    home = folder / "home"
    os.environ["KITOPS_HOME"] = str(home)
    notebook = nbformat.read(HERE / name, as_version=4)
    client = NotebookClient(
        notebook, timeout=TIMEOUT_S, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()

    import kitops_jupyter as kit

    for packed in kit.list_kits(settings=kit.Settings.load(home=home)).kits:
        print(f"packed {packed.repository}:{','.join(packed.tags)} {packed.size} {packed.digest}")


if __name__ == "__main__":
    sys.exit(main())
