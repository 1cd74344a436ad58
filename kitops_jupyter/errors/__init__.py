"""Every error of this package, in one tree; each means the same thing in every face.

KitError
├── Cancelled                the user or a caller stopped it
├── Usage                    a flag or an argument that does not fit
├── InvalidReference         text that is not a reference
├── KitfileInvalid           a Kitfile with findings, all of them listed
├── KitfileMissing           no Kitfile where one is needed
├── FilterInvalid            a --filter that cannot be read, or matches nothing
├── NotFound                 a kit, tag, blob or path that does not exist
├── ReferenceCycle           kits that refer to each other, or a chain over 10
├── PathInvalid              a path that leaves its folder, or is of the wrong kind
├── SourceChanged            a file that changed while it was read
├── ContentError
│   ├── DigestMismatch       bytes that are not what their digest says
│   ├── SizeMismatch         fewer or more bytes than the descriptor says
│   ├── ManifestInvalid      a manifest, config or index that cannot be read
│   ├── NotAModelKit         an artifact of another kind
│   ├── ArchiveInvalid       an archive that is broken
│   └── UnsafeArchive        an archive that must not be unpacked
├── Conflict                 files that conflict; listed before anything is written
├── StoreError
│   ├── StoreBusy            another process holds the lock for too long
│   ├── StoreCorrupt         the store's own files cannot be read
│   ├── ContentMissing       a manifest whose blobs are not all there
│   └── StorageFull          no room, or no permission to write
├── RegistryError            an answer, or none, from a registry
│   ├── NoCatalog            it does not list its repositories
│   ├── Unauthorized         who are you? (401)
│   ├── Forbidden            not you (403)
│   ├── TooManyRequests      later (429)
│   └── Unreachable          no connection, no answer in time
├── VariableRefused          a live variable that cannot be kept or loaded without loss
│   └── TrustNeeded          its file has types, or code, that the user has not allowed
└── MissingDependency        an optional library that is not installed
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

from kitops_jupyter.errors.finding import Finding as Finding
from kitops_jupyter.errors.kit_error import KitError as KitError
from kitops_jupyter.errors.printable import printable as printable
from kitops_jupyter.errors.printable import printable_lines as printable_lines
from kitops_jupyter.errors.variables import TrustNeeded as TrustNeeded
from kitops_jupyter.errors.variables import VariableRefused as VariableRefused


class Cancelled(KitError):
    """Stopped on request; nothing is left half-done under a final name."""

    code = "cancelled"


class Usage(KitError):
    """A flag, an argument or a verb that does not fit."""

    code = "usage"


class InvalidReference(KitError):
    """Text that is not a reference to a kit."""

    code = "invalid_reference"


class KitfileInvalid(KitError):
    """A Kitfile that kit would refuse; `findings` has every problem, not only the first."""

    code = "kitfile_invalid"

    def __init__(self, name: str, findings: Sequence[Finding], *, hint: str = "") -> None:
        count = f"{len(findings)} problem" + ("s" if len(findings) != 1 else "")
        super().__init__(f"{name}: {count}", hint=hint, details=[str(finding) for finding in findings])
        self.name = name
        self.findings = tuple(findings)


class KitfileMissing(KitError):
    """No Kitfile where one is needed."""

    code = "kitfile_missing"


class FilterInvalid(KitError):
    """A filter that cannot be read, or that matches nothing; the message lists what there is."""

    code = "filter_invalid"


class NotFound(KitError):
    """A kit, tag, blob or path that does not exist."""

    code = "not_found"


class ReferenceCycle(KitError):
    """Kits that refer to each other in a ring (named), or a chain of more than 10."""

    code = "reference_cycle"


class PathInvalid(KitError):
    """A path that leaves its folder, or is not the kind of file that is needed."""

    code = "path_invalid"


class SourceChanged(KitError):
    """A file that changed while it was read; nothing was stored of it."""

    code = "source_changed"


class ContentError(KitError):
    """Bytes that are not what they should be."""

    code = "content_invalid"


class DigestMismatch(ContentError):
    """Bytes whose sha256 is not the one that was promised."""

    code = "digest_mismatch"


class SizeMismatch(ContentError):
    """Fewer or more bytes than were promised."""

    code = "size_mismatch"


class ManifestInvalid(ContentError):
    """A manifest, config or index that cannot be read."""

    code = "manifest_invalid"


class NotAModelKit(ContentError):
    """An artifact of another kind: an image, a chart, an index without labels."""

    code = "not_a_modelkit"


class ArchiveInvalid(ContentError):
    """An archive that is broken: a bad header, a truncated body, lying sizes."""

    code = "archive_invalid"


class UnsafeArchive(ContentError):
    """An archive that must not be unpacked: traversal, links, devices, bombs, clashing names.

    `clash` is for a name that two want: that name, and which of several reasons to report for one name.
    """

    code = "archive_unsafe"

    def __init__(
        self, message: str, *, hint: str = "", details: Sequence[str] = (), clash: tuple[str, int] | None = None
    ) -> None:
        super().__init__(message, hint=hint, details=details)
        self.clash = clash


class Conflict(KitError):
    """Files that conflict; all of them are in `details`, and nothing was written."""

    code = "conflict"


class StoreError(KitError):
    """The local store could not do it."""

    code = "store_error"


class StoreBusy(StoreError):
    """Another process holds the store's lock for too long."""

    code = "store_busy"
    temporary = True


class StoreCorrupt(StoreError):
    """The store's own files cannot be read."""

    code = "store_corrupt"


class ContentMissing(StoreError):
    """A manifest whose blobs are not all there, so that it is not listed nor tagged; storing them again helps."""

    code = "content_missing"
    temporary = True


class StorageFull(StoreError):
    """No room, or no permission to write."""

    code = "storage_full"


Trouble = Literal[
    "",
    "no_tls",  # TLS was spoken to it, and it speaks none
    "only_tls",  # HTTP was spoken to it, and it wants TLS
    "untrusted",  # nobody who is trusted here vouches for its certificate
    "other_name",  # the certificate is of another host
    "expired",  # or not valid yet
    "wants_certificate",  # it refuses us without a client certificate, or with this one
    "ca_file",  # the file that should have CA certificates
    "identity_file",  # the files of the client certificate
]


class RegistryError(KitError):
    """An answer of a registry that is an error, or none; `status` is the HTTP status, 0 without an answer.

    `had_login` is whether the registry had a login or a token of ours, and refused for all that. `trouble` says what
    is wrong with the connection, for a program that offers what helps; empty where that is not known.
    """

    code = "registry_error"
    had_login = False

    def __init__(
        self,
        message: str,
        *,
        hint: str = "",
        details: Sequence[str] = (),
        status: int = 0,
        temporary: bool = False,
        retry_after_s: float | None = None,
        trouble: Trouble = "",
    ) -> None:
        super().__init__(message, hint=hint, details=details)
        self.status = status
        self.trouble: Trouble = trouble
        self.temporary = temporary
        self.retry_after_s = retry_after_s


class NoCatalog(RegistryError):
    """The registry does not list its repositories."""

    code = "no_catalog"


class Unauthorized(RegistryError):
    """The registry requires a login (401)."""

    code = "unauthorized"


class Forbidden(RegistryError):
    """The registry refuses this account (403)."""

    code = "forbidden"


class TooManyRequests(RegistryError):
    """The registry limits requests: retry later (429)."""

    code = "too_many_requests"


class Unreachable(RegistryError):
    """No connection, or no answer in time."""

    code = "unreachable"


class MissingDependency(KitError):
    """An optional library that is not installed; the hint has the command. `extra` is "" if it is no extra of ours."""

    code = "missing_dependency"

    def __init__(self, library: str, extra: str, purpose: str) -> None:
        wanted = f"'kitops-jupyter[{extra}]'" if extra else library
        super().__init__(
            f"{purpose} needs the library {library}, which is not installed",
            hint=f"{sys.executable} -m pip install {wanted}",
        )
