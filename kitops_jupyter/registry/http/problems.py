"""A registry's answers that are errors, as ours: typed by what can be done about them, and safe to show.

A server's words are shown, so they are cut, freed of control characters and of what we sent as a secret;
and of user parts and queries of addresses, since both may carry one.
Source: OCI distribution-spec 1.1, "Error Codes".
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import sys
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time
from typing import Any

import requests
import urllib3

from kitops_jupyter.errors import (
    DigestMismatch,
    Forbidden,
    InvalidReference,
    KitError,
    ManifestInvalid,
    NotFound,
    RegistryError,
    SizeMismatch,
    TooManyRequests,
    Trouble,
    Unauthorized,
    Unreachable,
)
from kitops_jupyter.redaction import redacted
from kitops_jupyter.registry.http.sockets import NoTLS

# What libraries raise, about a connection or about an answer: at the room's doors it becomes ours.
FOREIGN: tuple[type[Exception], ...] = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,  # also UnicodeError, and JSON that is none
    ArithmeticError,
    LookupError,
    RecursionError,
    zlib.error,
)
BODY_LIMIT_BYTES = 64 << 10  # of an error's body; the specification's own examples have 200 bytes
_TEMPORARY = {408, 425, 429, 500, 502, 503, 504}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_CONNECTION = re.compile(r"\A\w+\([^)]*\): ")  # urllib3 begins with the object that was to connect
_TLS_ANSWER = re.compile(r"[\x14-\x17]\x03")  # a TLS record, read as a status line
_WANTS_TLS = re.compile(r"(?i)http request (?:was sent )?to (?:an )?https")
# OpenSSL's verdicts on a certificate (x509_vfy.h, X509_V_ERR_*); of all others its CA is not known here.
_CERTIFICATE: dict[int, tuple[Trouble, str, str]] = {
    9: ("expired", "that is not valid yet", "check this machine's clock"),
    10: ("expired", "that has expired", "its operator has to renew it; check this machine's clock, too"),
    62: ("other_name", "of another host", "use the host name that its certificate has"),
    64: ("other_name", "of another host", "use the host name that its certificate has"),
}
_UNTRUSTED: tuple[Trouble, str, str] = (
    "untrusted",
    "that is not trusted here",
    "give its CA with --tls-cert FILE; kit registry add keeps it for every call",
)
_SECRET = re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}")

# The content itself is wrong: these say so whatever the status.
_BY_CODE: dict[str, tuple[type[KitError], str]] = {
    "DIGEST_INVALID": (DigestMismatch, "the bytes changed in transit, or the source changed; run it again"),
    "SIZE_INVALID": (SizeMismatch, "the bytes changed in transit, or the source changed; run it again"),
    "MANIFEST_INVALID": (ManifestInvalid, ""),
    "MANIFEST_UNVERIFIED": (ManifestInvalid, ""),
    "MANIFEST_BLOB_UNKNOWN": (NotFound, "push it again: the registry lost a blob meanwhile"),
    "TAG_INVALID": (InvalidReference, ""),
    "NAME_INVALID": (InvalidReference, "repository names are lower-case, with a-z 0-9 . _ - and /"),
}
_HINTS = {
    "UNSUPPORTED": "the registry has this switched off",
    "BLOB_UPLOAD_UNKNOWN": "the registry dropped the upload; run it again",
    "BLOB_UPLOAD_INVALID": "the registry dropped the upload; run it again",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an error answer says, read once: status, OCI codes, words for people, seconds it wants us to wait."""

    status: int
    codes: tuple[str, ...]
    messages: tuple[str, ...]
    retry_after_s: float | None

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may succeed later."""
        return self.status in _TEMPORARY or "TOOMANYREQUESTS" in self.codes


def shown(text: str, limit: int = 300) -> str:
    """A server's words on one line, cut, without control characters and credentials."""
    text = redacted(_SECRET.sub(r"\1 ***", _CONTROL.sub(" ", text)).strip())
    return text if len(text) <= limit else text[:limit] + "…"


def read_answer(response: requests.Response, body: bytes) -> Answer:
    """The errors that the body lists; a body that is no such list gives none."""
    codes: list[str] = []
    messages: list[str] = []
    try:
        found = json.loads(body)
        errors = found.get("errors") if isinstance(found, dict) else None
    except (ValueError, RecursionError):
        errors = None
    if errors is None and _WANTS_TLS.search(body.decode("utf-8", "replace")):
        messages.append("an HTTP request to an HTTPS server")
    for error in errors if isinstance(errors, list) else []:
        if isinstance(error, dict):
            codes += [shown(str(error["code"]), 60)] if error.get("code") else []
            messages += [_said(error)] if error.get("message") else []
    return Answer(response.status_code, tuple(codes[:5]), tuple(messages[:5]), retry_after(response))


def _said(error: Mapping[str, Any]) -> str:
    """An error's message, and its detail where that is a sentence, as GitLab's reason is."""
    message, detail = shown(str(error["message"])), error.get("detail")
    return f"{message}: {shown(detail)}" if isinstance(detail, str) and detail.strip() else message


def retry_after(response: requests.Response) -> float | None:
    """`Retry-After` in seconds, given as seconds or as a date; None when absent or unreadable."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time()) if text else None
    except (ValueError, TypeError, OverflowError):
        return None


def problem(answer: Answer, what: str, *, host: str, place: str = "") -> KitError:
    """The error for an answer that is one; `what` says what was asked ("push blob sha256:12… to host/name").

    `host` is the registry's name, `place` who answered if that was another.
    """
    words = "; ".join(answer.messages) or ", ".join(answer.codes)
    said = f"{what}: {place or host} answered {answer.status}" + (f" ({words})" if words else "")
    for code in answer.codes:
        if code in _BY_CODE:
            kind, hint = _BY_CODE[code]
            return kind(said, hint=hint)
    hint = next((_HINTS[code] for code in answer.codes if code in _HINTS), "")
    status = answer.status
    if status == 413:
        hint = "the registry, or a proxy in front of it, limits the size of uploads (nginx: client_max_body_size)"
    trouble: Trouble = ""
    if status == 400 and _WANTS_TLS.search(words):
        hint, trouble = "leave --plain-http out: the registry only accepts TLS", "only_tls"
    if status == 401 or (status == 403 and "UNAUTHORIZED" in answer.codes):
        return Unauthorized(said, hint=f"kit login {host}", status=status)
    if status == 403:
        return Forbidden(said, hint=f"ask for access, or kit login {host} as someone else", status=status)
    if status == 404 and not {"BLOB_UPLOAD_UNKNOWN", "BLOB_UPLOAD_INVALID"} & set(answer.codes):
        return NotFound(said, hint="kit list HOST/REPOSITORY shows its tags")
    if status == 429 or "TOOMANYREQUESTS" in answer.codes:
        wait = f"; retry after {answer.retry_after_s:.0f} s" if answer.retry_after_s else ""
        later = answer.retry_after_s
        return TooManyRequests(
            said + wait, hint="run it again later", status=status, temporary=True, retry_after_s=later
        )
    if not hint and not words and status < 500:  # no registry's own refusal: those say why
        hint = "check that this is the registry's address"
    later, temporary = answer.retry_after_s, answer.is_temporary
    return RegistryError(said, hint=hint, status=status, temporary=temporary, retry_after_s=later, trouble=trouble)


def is_past_login(error: Unauthorized | Forbidden) -> bool:
    """Whether a login makes no difference: ours was sent and refused, or nobody asked for one (403)."""
    return error.had_login or isinstance(error, Forbidden)


def unreachable(error: Exception, what: str, *, place: str, may_pass: bool = False) -> Unreachable:
    """No answer at all: why, in words that help. Certificate trouble is not temporary.

    `place` is who did not answer; `may_pass` that it has answered before, so that silence may be a moment's.
    """
    root = _root(error)
    where = "" if place in what else f"{place}: "
    if isinstance(root, NoTLS):
        hint = "use --plain-http if the registry has no TLS"
        return Unreachable(f"{what}: {where}{_plain(root)}", hint=hint, temporary=may_pass, trouble="no_tls")
    if isinstance(root, (ssl.SSLError, ssl.CertificateError)):
        return _not_secure(root, what, place)
    if isinstance(root, http.client.BadStatusLine) and _TLS_ANSWER.match(str(root)):
        return Unreachable(f"{what}: {where}it only accepts TLS", hint="leave --plain-http out", trouble="only_tls")
    if isinstance(error, requests.exceptions.InvalidSchema) and "SOCKS" in str(error):
        hint = f"{sys.executable} -m pip install 'requests[socks]'"
        return Unreachable(f"{what}: a SOCKS proxy needs the library PySocks, which is not installed", hint=hint)
    if isinstance(error, requests.exceptions.ProxyError):
        why, hint = f"the proxy refused the connection ({_plain(root)})", "check --proxy, HTTPS_PROXY and NO_PROXY"
    elif isinstance(error, requests.exceptions.ConnectTimeout):
        why, hint = "no connection in time", "check the name and the network"
    elif isinstance(error, requests.exceptions.Timeout) or isinstance(root, TimeoutError):
        why, hint = "no response in time", "run it again to resume"
    elif isinstance(error, (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError)):
        why, hint = _plain(root), "check the name and the network; --plain-http if the registry has no TLS"
    else:
        why, hint = f"its response is not HTTP ({type(root).__name__})", "check that this is the registry's address"
    permanent = isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema))
    # Nobody listens there, and nobody did: who waits for an answer hears that at once. A registry that is started
    # again refuses for a moment, but it has answered before.
    permanent = permanent or (isinstance(root.__cause__ or root, ConnectionRefusedError) and not may_pass)
    return Unreachable(f"{what}: {where}{why}", hint=hint, temporary=not permanent)


def _not_secure(error: Exception, what: str, place: str) -> Unreachable:
    """The error for a failed TLS connection. An alert means that the other side refused ours."""
    reason = str(getattr(error, "reason", None) or "")
    said = shown(str(error), 160)
    if "ALERT" in reason:
        return Unreachable(
            f"{what}: {place} refuses the connection ({said})",
            hint="if it requires a client certificate, give one that it trusts with --cert FILE and --key FILE",
            trouble="wants_certificate",
        )
    if not isinstance(error, ssl.SSLCertVerificationError):
        return Unreachable(f"{what}: no TLS connection to {place} ({said})", hint="check the name and the network")
    trouble, why, hint = _CERTIFICATE.get(getattr(error, "verify_code", 0), _UNTRUSTED)
    return Unreachable(f"{what}: {place} has a certificate {why} ({said})", hint=hint, trouble=trouble)


def _plain(error: BaseException) -> str:
    """The words of sockets and urllib3 in plain English."""
    reason = _CONNECTION.sub("", str(getattr(error, "strerror", None) or error)) or type(error).__name__
    if unknown := re.match(r"Failed to resolve (\S+)", reason):
        return f"the host {shown(unknown[1], 160)} is unknown"
    refused = re.sub(
        r"^Failed to establish a new connection: (?:\[(?:Errno|WinError) \d+\] )?", "no connection: ", reason
    )
    return shown(refused, 160)


def _root(error: BaseException) -> BaseException:
    """The innermost cause. requests and urllib3 wrap it several times, each time with the URL."""
    follow: Callable[[BaseException], BaseException | None] = lambda found: (  # noqa: E731
        getattr(found, "reason", None)
        if isinstance(getattr(found, "reason", None), BaseException)
        else next((item for item in reversed(found.args) if isinstance(item, BaseException)), None)
    )
    for _ in range(8):
        inner = follow(error)
        if inner is None:
            break
        error = inner
    return error
