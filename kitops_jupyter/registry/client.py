"""One registry over HTTP: where it is, who we are to it, its repositories.

Of oras we take the references' URLs and the session; its push, pull and login are not used.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kitops_jupyter.address import Address
from kitops_jupyter.disk import cache_folder
from kitops_jupyter.errors import RegistryError, Unreachable, Usage
from kitops_jupyter.redaction import has_user_part, host_after_user_part
from kitops_jupyter.registry.content import lists
from kitops_jupyter.registry.http import problems
from kitops_jupyter.registry.http.answers import drain
from kitops_jupyter.registry.http.certificates import Identity, trust
from kitops_jupyter.registry.http.door import typed
from kitops_jupyter.registry.http.exchange import Exchange
from kitops_jupyter.registry.http.retry import Patience
from kitops_jupyter.registry.http.transport import LaterWire, Wire
from kitops_jupyter.registry.identity import credentials, login
from kitops_jupyter.registry.identity.auth import Authenticator
from kitops_jupyter.registry.identity.credentials import Credential
from kitops_jupyter.registry.repository import RemoteRepository
from kitops_jupyter.remembered import KnownNames, Remembered
from kitops_jupyter.settings import RegistrySettings, Settings

CHUNK_BYTES = 100 << 20  # kit's
_DOCKER_HUB = "registry-1.docker.io"


@typed(lambda it: it.name)
class Registry(Exchange):
    """A registry that may be used by several threads; close it, or use it in a `with`.

    `host` is as in references; what the settings say of that name applies unless given here. `concurrency` is
    how many requests of one operation run side by side. `credential` overrides what the files have. A blob of
    `resume_from_bytes` and more is sent in chunks of `chunk_bytes`, so that it can be resumed after a break.
    """

    def __init__(
        self,
        host: str,
        *,
        settings: Settings,
        plain_http: bool = False,
        tls_verify: bool = True,
        ca: Path | None = None,
        client_cert: Path | None = None,
        client_key: Path | None = None,
        concurrency: int = 8,
        patience: Patience | None = None,
        credential: Credential | None = None,
        resume_from_bytes: int = CHUNK_BYTES,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> None:
        if not 1 <= concurrency <= 64:
            raise Usage(f"concurrency is {concurrency}, expected 1 to 64")
        named = settings.registries.get(host, RegistrySettings())
        address = _address(host, named, plain_http=plain_http)
        verify = tls_verify and named.tls_verify
        super().__init__(hostname=address.authority, insecure=address.scheme == "http", tls_verify=verify)
        self.name, self.settings, self.concurrency = host, settings, concurrency
        self.patience = patience or Patience()
        self.resume_from_bytes, self.chunk_bytes = resume_from_bytes, chunk_bytes
        self.remembered = Remembered(cache_folder(settings.cache, "manifests"))
        self.known_names = KnownNames(host, settings)
        self.base, self.origin = address.base, address.origin
        network = settings.network
        bundles = (ca, named.ca, network.ca)
        cert = client_cert or named.client_cert or network.client_cert
        key = client_key or named.client_key or network.client_key
        patience_s = min(self.patience.connect_s, self.patience.stall_s)

        def wire(identity: Identity | None, *, is_tls: bool) -> Wire:
            context = trust(*bundles, verify=verify, identity=identity, patience_s=patience_s) if is_tls else None
            return Wire(connections=4 * concurrency, stall_s=self.patience.stall_s, context=context)

        # The certificate is for the registry's own server: who else is asked, after a redirect, gets a wire without.
        self._own_wire = wire(Identity(cert, key) if cert else None, is_tls=address.scheme == "https")
        self._other_wire = LaterWire(lambda: wire(None, is_tls=True))
        self.session.trust_env = False
        self.notes: list[str] = []
        self._credential = credential
        self._authenticate()

    def __enter__(self) -> Registry:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every idle connection, and keep the names that were seen for completion."""
        self.known_names.save()
        self._own_wire.close()
        self._other_wire.close()

    def repository(self, name: str) -> RemoteRepository:
        """One repository of it, a `content.Target`; contacts nothing."""
        return RemoteRepository(self, name, self.remembered, self.known_names)

    def catalog(self) -> Iterator[str]:
        """The names of its repositories, as the pages come; raises RegistryError if it does not list them."""
        return self.known_names.repositories_listed(lists.catalog(self))

    def ping(self) -> bool:
        """Whether the registry requires a login: asked once, without credentials.

        Raises Unreachable, or RegistryError where no registry answers.
        Source: OCI distribution-spec 1.1, "Determining Support".
        """
        what = f"reach {self.name}"
        response, place = self._follow(Address.parse(f"{self.base}/v2/"), "GET", None, {}, what)
        status, is_page = response.status_code, "html" in response.headers.get("Content-Type", "").lower()
        answer = self._error_of(response)
        if status == 401 or (status == 200 and not is_page):
            return status == 401
        problem = problems.problem(answer, what, host=self.name, place=self._place(place))
        if status != 200 and isinstance(problem, RegistryError):
            raise problem
        said = "with a web page" if status == 200 else str(status)
        raise RegistryError(
            f"{what}: {self._place(place)} answered {said}, which no registry does",
            hint="check that this is the registry's address",
            status=status,
        )

    def login(self, username: str, password: str, *, keep: bool = True) -> str:
        """Try the credentials, then keep them; where they are now, for people. Raises Unauthorized, and keeps nothing.

        A registry that asks nobody who they are takes any.
        """
        before, self._credential = self._credential, Credential(username, password)
        self._authenticate()
        try:
            drain(self.do_request(f"{self.base}/v2/", what=f"log in to {self.name}"))
        except BaseException:
            self._credential = before
            self._authenticate()
            raise
        return login.keep(self.settings.credentials, self.name, self._credential) if keep else ""

    def logout(self) -> bool:
        """Forget credentials and names that are kept here for this registry; whether there were credentials.

        docker's own files stay.
        """
        self.known_names.forget()
        self._credential = None
        self._authenticate()
        return login.forget(self.settings.credentials, self.name)

    def _authenticate(self) -> None:
        """Start again with the current credentials."""
        named = self.settings.registries.get(self.name, RegistrySettings())
        self.authenticator = Authenticator(
            self.name, self.origin, self._find_credential, self._fetch_token, token_hosts=named.token_hosts
        )

    def signed_in_as(self) -> str:
        """The user that requests would be made for, as files and helpers here say; "" for nobody. Contacts nothing."""
        found = self._find_credential("")
        return (found.username or "a token") if found else ""

    def _find_credential(self, repository: str) -> Credential | None:
        """The credential under the name that references use, else under the host that the name stands for."""
        if self._credential is not None:
            return self._credential
        files = [self.settings.credentials, *self.settings.network.credential_files]
        self.notes = []
        found = credentials.find(self.name, files, repository=repository, note=self.notes.append)
        if found is None and self.hostname != self.name:
            found = credentials.find(self.hostname, files, repository=repository, note=self.notes.append)
        return found


def _address(host: str, named: RegistrySettings, *, plain_http: bool) -> Address:
    """Where to connect to. Raises Usage, which repeats no user part."""
    scheme, _, rest = named.url.rpartition("://") if named.url else ("", "", host)
    rest = _DOCKER_HUB if rest.rstrip("/") in ("docker.io", "index.docker.io") else rest
    scheme = scheme or ("http" if plain_http or named.plain_http else "https")
    if has_user_part(rest):
        login = f"kit login {host_after_user_part(rest) or 'REGISTRY'}"
        raise Usage("a registry cannot contain a user name or a password", hint=f"{login} asks for them")
    try:
        found = Address.parse(f"{scheme}://{rest}")
    except Unreachable as error:
        problem = error.message
    else:
        if found.target == "/" and "?" not in rest and "#" not in rest:
            return found
        problem = "it has a path"
    of = f" (the url of {host} in registries.json)" if named.url and host != rest else ""
    raise Usage(f"{rest[:100]!r} is not a registry{of}: {problem}", hint="a registry is HOST or HOST:PORT")
