"""What the registry answers instead, and the names that it takes."""

from __future__ import annotations

import re

from kitops_jupyter.reference import is_repository_name, is_tag

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")
_UPLOAD = re.compile(r"[0-9a-f]{32}")


class Refused(Exception):
    """A request that is answered with an error: an HTTP status, an OCI code, words for people, and headers."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def name(text: str) -> str:
    """A repository's name; safe as a path below a folder. Raises Refused."""
    if not is_repository_name(text):
        raise Refused(400, "NAME_INVALID", "a repository's name is lower-case letters and digits, with . _ - and /")
    return text


def is_name(text: str) -> bool:
    """Whether a folder of this name can be a part of a repository's name."""
    return is_repository_name(text)


def tag(text: str) -> str:
    """A tag. Raises Refused: no manifest can have a name that is not a tag."""
    if not is_tag(text):
        raise Refused(404, "TAG_INVALID", "a tag is at most 128 letters, digits, . _ and -")
    return text


def digest(text: str) -> str:
    """A sha256 or sha512 digest. Raises Refused."""
    if not _DIGEST.fullmatch(text):
        raise Refused(400, "DIGEST_INVALID", "a digest is sha256: and 64, or sha512: and 128, digits 0-9 a-f")
    return text


def is_digest(text: str) -> bool:
    """Whether it is meant to be a digest, not a tag."""
    return ":" in text


def reference(text: str) -> str:
    """A digest or a tag. Raises Refused."""
    return digest(text) if is_digest(text) else tag(text)


def upload(text: str) -> str:
    """The name of an upload. Raises Refused."""
    if not _UPLOAD.fullmatch(text):
        raise no_upload()
    return text


def no_upload() -> Refused:
    """For an upload that never was, was cancelled, or has become a blob."""
    return Refused(404, "BLOB_UPLOAD_UNKNOWN", "there is no such upload")
