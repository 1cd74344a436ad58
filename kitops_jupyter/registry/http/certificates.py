"""Whom we trust, and who we are: the context of TLS connections."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from kitops_jupyter.disk import check_regular, why
from kitops_jupyter.errors import PathInvalid, Unreachable
from kitops_jupyter.registry.http.sockets import TLSSocket


@dataclass(frozen=True, slots=True)
class Identity:
    """A client certificate and its key, in one file or two."""

    cert: Path
    key: Path | None = None


def trust(
    *bundles: Path | None, verify: bool = True, identity: Identity | None = None, patience_s: float = 10.0
) -> ssl.SSLContext:
    """A context that trusts the system's authorities and these bundles, files or folders, and shows `identity`.

    It shows it to everybody whom it connects to, so that one with an identity is for one server only.
    Raises Unreachable, PathInvalid for files that cannot be used.
    """
    context = ssl.create_default_context()
    context.sslsocket_class = type("TLS", (TLSSocket,), {"handshake_s": patience_s})
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    for bundle in filter(None, (Path(DEFAULT_CA_BUNDLE_PATH), *bundles) if verify else ()):
        _add(context, bundle)
    if identity:
        _show(context, identity)
    return context


def _add(context: ssl.SSLContext, bundle: Path) -> None:
    try:
        is_folder = bundle.is_dir()
        if not is_folder:
            check_regular(bundle)  # first: the system's own way to open it waits for a pipe
        context.load_verify_locations(cafile=None if is_folder else bundle, capath=bundle if is_folder else None)
    except OSError as error:
        raise Unreachable(
            f"{bundle}: no CA certificates in it: {why(error)}", hint="it must be a PEM file", trouble="ca_file"
        ) from None


def _show(context: ssl.SSLContext, identity: Identity) -> None:
    """Load the certificate. A key with a passphrase is refused: OpenSSL would ask for it on the terminal."""
    for file in filter(None, (identity.cert, identity.key)):
        try:
            check_regular(file)
        except OSError as problem:
            raise PathInvalid(
                f"the client certificate or key {file} cannot be read: {why(problem)}",
                hint="name others with --cert FILE --key FILE",
            ) from None
    try:
        context.load_cert_chain(identity.cert, identity.key, password=lambda: b"")
    except (OSError, ValueError) as error:
        names = f"{identity.cert}{f', {identity.key}' if identity.key else ''}"
        raise Unreachable(
            f"the client certificate cannot be used ({names}): {why(error) if isinstance(error, OSError) else error}",
            hint="check --cert and --key: PEM files, the key without a passphrase",
            trouble="identity_file",
        ) from None
