"""Skopeo and kit copy take each other's layouts."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import kitops_jupyter as kit
from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.reference import Reference
from kitops_jupyter.settings import Settings
from kitops_jupyter.targets import Connection, store
from tests.fakes.registries import Real
from tests.operations.projects import FILES, files_in, make_project
from tests.store.test_referrers import refer

HTTP = Connection(plain_http=True)


@pytest.fixture
def real(plain: Real) -> Real:
    """A registry."""
    return plain


@pytest.fixture
def name(repository_name: str) -> str:
    """A repository of the test's own."""
    return repository_name


@pytest.fixture
def packed(tmp_path: Path, here: Settings) -> str:
    """A signed kit in the local store; its signature is signed, too."""
    kit.pack(make_project(tmp_path / "project"), tag="churn:v1", settings=here)
    place = store(here).repository("localhost/churn", kind="referrers")
    signature = refer(place, Descriptor("application/vnd.oci.image.manifest.v1+json", digest_of("churn:v1", here), 0))
    refer(place, place.resolve(signature), b"a signature's signature")
    return "churn:v1"


def digest_of(reference: str, settings: Settings) -> Digest:
    return kit.inspect(reference, settings=settings).digest


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
    packed: str,
    here: Settings,
    there: Settings,
    name: str,
    real: Real,
    tmp_path: Path,
    skopeo: tuple[str, ...],
    form: str,
) -> None:
    ours = f"{real.host}/{name}:v1"
    digest = kit.copy(packed, ours, referrers=False, connection=HTTP, settings=here).digest
    theirs = f"{tmp_path}/theirs{'.tar' if form == 'oci-archive' else ''}"
    subprocess.run([*skopeo, f"docker://{ours}", f"{form}:{theirs}:v1"], check=True, capture_output=True)
    taken = kit.copy(theirs if form == "oci-archive" else f"oci:{theirs}", "taken", settings=there)
    assert (taken.digest, taken.tags) == (digest, ("v1",))
    assert files_in(kit.unpack("taken:v1", tmp_path / "out", settings=there).directory) == FILES
    made = f"{tmp_path}/made{'.tar' if form == 'oci-archive' else ''}"
    kit.copy(packed, made if form == "oci-archive" else f"oci:{made}", settings=here)
    back = f"{real.host}/{name}-back:v1"
    subprocess.run([*skopeo, f"{form}:{made}:v1", f"docker://{back}"], check=True, capture_output=True)
    assert kit.pull(back, connection=HTTP, settings=there).digest == digest
    assert Reference.parse(back).name == "v1"
