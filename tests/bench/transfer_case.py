"""One measured transfer, in a process of its own: `python -m tests.bench.transfer_case CASE HOST FILE HEX FOLDER`.

Prints seconds, CPU seconds and the peak of memory as JSON. What is imported before is not measured.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kitops_jupyter.content import Descriptor, Digest
from kitops_jupyter.settings import Settings


def ours(host: str, folder: Path, **options: Any) -> Any:
    """Our repository."""
    import kitops_jupyter.registry.blobs.ingest
    import kitops_jupyter.registry.blobs.partial  # noqa: F401  # imports are not what is measured
    from kitops_jupyter.registry import Registry

    return Registry(host, settings=Settings(folder / "home"), plain_http=True, **options).repository("bench/x")


def oras_registry(host: str) -> Any:
    """oras' client."""
    import oras.provider

    return oras.provider.Registry(hostname=host, insecure=True)


def prepare(case: str, host: str, path: Path, digest: str, folder: Path) -> Callable[[], object]:
    """What is to be measured."""
    size = path.stat().st_size
    described = Descriptor("application/octet-stream", Digest("sha256:" + digest), size)
    layer = {"digest": f"sha256:{digest}", "size": size, "mediaType": "application/octet-stream"}
    target = f"{host}/bench/x:v1"
    new = folder / f"{case}.bin"
    new.unlink(missing_ok=True)

    def raw() -> object:
        return path.open("rb", buffering=0)

    if case in ("push", "push-checked", "push-chunks", "pull", "ingest", "ingest-unknown"):
        repository = ours(host, folder, resume_from_bytes=(100 << 20) if case == "push-chunks" else 1 << 62)
        if case.startswith("push"):
            return lambda: repository.upload(described, raw, check=case == "push-checked")
        if case == "pull":
            return lambda: repository.fetch(described, folder / "pulled")
        return lambda: repository.ingest(raw() if case == "ingest-unknown" else Sized(path))
    if case == "oras-push":
        registry = oras_registry(host)
        return lambda: registry.upload_blob(str(path), registry.get_container(target), layer)
    if case == "oras-hash-push":
        registry = oras_registry(host)

        def hash_and_push() -> None:  # as its `push` does for each file: a hash, then the upload
            import oras.utils

            assert oras.utils.get_file_hash(str(path)) == digest
            registry.upload_blob(str(path), registry.get_container(target), layer)

        return hash_and_push
    if case == "oras-pull":
        registry = oras_registry(host)

        def pull() -> None:
            registry.download_blob(target, layer["digest"], str(new))
            with new.open("rb") as stream:
                assert hashlib.file_digest(stream, "sha256").hexdigest() == digest

        return pull
    if case == "curl-push":
        url = f"http://{host}/v2/bench/x/blobs/uploads/1?digest=sha256:{digest}"
        return lambda: subprocess.run(["curl", "-sS", "-o", "/dev/null", "-T", str(path), url], check=True)
    if case == "curl-pull":
        url = f"http://{host}/v2/bench/x/blobs/sha256:{digest}"
        return lambda: subprocess.run(["curl", "-sS", "-o", str(new), url], check=True)
    if case == "sha256":
        return lambda: hash_file(path, digest)
    raise SystemExit(f"no case {case}")


def hash_file(path: Path, digest: str) -> None:
    """The unit: what one core needs to read and hash the file."""
    hashing, view = hashlib.sha256(), memoryview(bytearray(1 << 20))
    with path.open("rb", buffering=0) as stream:
        while count := stream.readinto(view):
            hashing.update(view[:count])
    assert hashing.hexdigest() == digest


class Sized:
    """A stream that knows its length, as a tar stream does."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("rb", buffering=0)
        self.size_bytes = path.stat().st_size
        self.readinto = self._stream.readinto
        self.close = self._stream.close


def main() -> None:
    case, host, path, digest, folder = sys.argv[1:]
    run = prepare(case, host, Path(path), digest, Path(folder))
    began, cpu = time.perf_counter(), time.process_time()
    run()
    seconds = time.perf_counter() - began
    status = Path("/proc/self/status").read_text("ascii")  # not getrusage: that counts the parent's memory before exec
    peak = int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024  # type: ignore[union-attr]
    print(json.dumps({"seconds": seconds, "cpu_s": time.process_time() - cpu, "peak_mib": peak}))


if __name__ == "__main__":
    main()
