"""Skopeo and kit copy take each other's layouts."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection
from tests.fakes.registries import Real
from tests.operations.projects import FILES, files_in

HTTP = Connection(plain_http=True)


@pytest.fixture
def name(repository_name: str) -> str:
    """A repository of the test's own."""
    return repository_name


@pytest.fixture
def skopeo(tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """A skopeo command that trusts nobody and everybody."""
    program = shutil.which("skopeo")
    if program is None:
        pytest.skip("skopeo is not installed (Debian: apt install skopeo)")
    yield (
        program,
        "--insecure-policy",
        "--tmpdir",
        str(tmp_path),
        "copy",
        "--src-tls-verify=false",
        "--dest-tls-verify=false",
    )


@pytest.mark.parametrize("form", ["oci", "oci-archive"])
def test_skopeo_copies_our_kits_out_and_in_unchanged(
    signed_kit: str,
    here: Settings,
    there: Settings,
    name: str,
    plain: Real,
    tmp_path: Path,
    skopeo: tuple[str, ...],
    form: str,
) -> None:
    ours = f"{plain.host}/{name}:v1"
    digest = kit.copy(signed_kit, ours, referrers=False, connection=HTTP, settings=here).digest
    theirs = f"{tmp_path}/theirs{'.tar' if form == 'oci-archive' else ''}"
    subprocess.run([*skopeo, f"docker://{ours}", f"{form}:{theirs}:v1"], check=True, capture_output=True)
    taken = kit.copy(theirs if form == "oci-archive" else f"oci:{theirs}", "taken", settings=there)
    assert (taken.digest, taken.tags) == (digest, ("v1",))
    assert files_in(kit.unpack("taken:v1", tmp_path / "out", settings=there).directory) == FILES
    made = f"{tmp_path}/made{'.tar' if form == 'oci-archive' else ''}"
    kit.copy(signed_kit, made if form == "oci-archive" else f"oci:{made}", settings=here)
    back = f"{plain.host}/{name}-back:v1"
    subprocess.run([*skopeo, f"{form}:{made}:v1", f"docker://{back}"], check=True, capture_output=True)
    assert kit.pull(back, connection=HTTP, settings=there).digest == digest
    assert Reference.parse(back).name == "v1"
