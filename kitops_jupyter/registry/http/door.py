"""The room's door: what leaves it is a KitError, whatever a library raised over an answer.

In one place, so that a new method cannot forget it. An OSError that is no connection's passes: it is a source's, or the
disk's, and those who opened it know its name.
"""

from __future__ import annotations

import functools
import inspect
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import GeneratorType
from typing import Any, TypeVar

import filelock
import requests

from kitops_jupyter.errors import KitError, RegistryError, StoreBusy
from kitops_jupyter.registry.http.problems import FOREIGN, shown, unreachable

T = TypeVar("T")
_CONNECTION = (requests.RequestException, ssl.SSLError, socket.gaierror, socket.herror, ConnectionError, TimeoutError)
_UNREADABLE: tuple[type[Exception], ...] = (*FOREIGN, TypeError, AttributeError)


class SourceFailed(KitError):
    """The stream to be sent cannot be read; `reason` is what it raised, to be raised again."""

    def __init__(self, reason: OSError) -> None:
        super().__init__(str(reason))
        self.reason = reason


def typed(place: Callable[[Any], str]) -> Callable[[type[T]], type[T]]:
    """A class whose public methods, and the generators that they return, raise KitErrors; `place` names it in them."""

    def decorate(kind: type[T]) -> type[T]:
        for name, member in list(vars(kind).items()):
            if inspect.isfunction(member) and not name.startswith("_"):
                setattr(kind, name, _typed(member, place))
        return kind

    return decorate


def _typed(method: Callable[..., Any], place: Callable[[Any], str]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        with typed_errors(self, place):
            result = method(self, *arguments, **named)
        return _each(result, self, place) if isinstance(result, GeneratorType) else result

    return call


def _each(items: Iterator[Any], owner: Any, place: Callable[[Any], str]) -> Iterator[Any]:
    with typed_errors(owner, place):
        yield from items


@contextmanager
def typed_errors(owner: Any, place: Callable[[Any], str]) -> Iterator[None]:
    """Raise KitErrors for what libraries raise within it."""
    try:
        yield
    except SourceFailed as error:
        raise error.reason from None
    except filelock.Timeout as error:
        raise StoreBusy(f"{error.lock_file}: another process holds the lock", hint="run it again") from None
    except _CONNECTION as error:
        raise unreachable(error, place(owner), place=place(owner)) from None
    except OSError:
        raise
    except _UNREADABLE as error:
        # Kept as its cause: if it is a mistake of ours, -v says where.
        raise RegistryError(
            f"{place(owner)}: a response cannot be read ({type(error).__name__}: {shown(str(error), 120)})",
            hint="check that this is the registry's address",
        ) from error
