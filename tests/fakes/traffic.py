"""What goes over the network, counted where it comes in."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
import requests


@dataclass
class Traffic:
    """What went over the network since `clear`: the paths asked for, and the bytes of the answers."""

    paths: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        """Of all answers, without their headers."""
        return sum(self.sizes)

    def blob_bytes(self, digest: str) -> int:
        """Of the answers that were this blob, or parts of it."""
        return sum(size for path, size in zip(self.paths, self.sizes, strict=True) if path.endswith(f"/blobs/{digest}"))

    def clear(self) -> None:
        self.paths.clear()
        self.sizes.clear()


@pytest.fixture
def traffic(monkeypatch: pytest.MonkeyPatch) -> Traffic:
    seen = Traffic()
    send = requests.adapters.HTTPAdapter.send

    def counted(adapter: requests.adapters.HTTPAdapter, request: requests.PreparedRequest, **how: object) -> object:
        answer = send(adapter, request, **how)  # type: ignore[arg-type]
        seen.paths.append(f"{request.method} {request.path_url}")
        seen.sizes.append(int(answer.headers.get("Content-Length", 0)) if request.method == "GET" else 0)
        return answer

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", counted)
    return seen
