"""The argument parser of one verb: it raises instead of exiting, and knows enough to complete and to explain itself."""

from __future__ import annotations

import argparse
import difflib
import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from kitops_jupyter.errors import Usage
from kitops_jupyter.redaction import may_have_password

PROGRESS = ("none", "plain", "fancy")
LOG_LEVELS = ("trace", "debug", "info", "warn", "error")
# What must never stand on a line: it would stay in the notebook, in its outputs and in the history.
_SECRET = re.compile(r"-{1,2}(?:[\w-]*-)?(?:password|passwd|secret|token|api-?key|secret-key|private-key)(?:=|$)", re.I)


@dataclass(frozen=True, slots=True)
class Option:
    """A flag, as help and completion need it; `metavar` is empty for one without a value, `kind` says what fits."""

    names: tuple[str, ...]
    metavar: str
    help: str
    kind: str = ""
    choices: tuple[str, ...] = ()
    is_common: bool = False

    @property
    def shown(self) -> str:
        """As kit's own help shows a flag: `-t, --tag REF`, the long ones in one column."""
        short = f"{self.names[0]}, " if len(self.names[0]) == 2 else "    "
        long = [name for name in self.names if len(name) > 2]
        return f"{short}{', '.join(long)} {self.metavar}".rstrip()


@dataclass(frozen=True, slots=True)
class Word:
    """A positional word; `many` takes all that are left."""

    name: str
    kind: str = ""
    required: bool = True
    many: bool = False
    choices: tuple[str, ...] = ()


class Parser(argparse.ArgumentParser):
    """One verb's words. Flags may stand anywhere, long ones with one dash or two; `--` ends them."""

    def __init__(self, verb: str, *, usage: str, examples: Sequence[str]) -> None:
        # A width of our own: argparse asks the terminal for its size with every flag that is added.
        formatter = functools.partial(argparse.HelpFormatter, width=100)
        super().__init__(prog=f"kit {verb}", add_help=False, allow_abbrev=False, formatter_class=formatter)
        self.usage_line = f"kit {usage}"
        self.examples = tuple(examples)
        self.options: list[Option] = []
        self.words: list[Word] = []
        self._secrets: list[str] = []
        self._given: tuple[str, ...] = ()

    def flag(
        self, *names: str, help: str, metavar: str = "", kind: str = "", common: bool = False, **more: Any
    ) -> None:
        """Add a flag: with `metavar` or `choices` it takes a value, else it is a switch."""
        choices = tuple(more.get("choices", ()))
        metavar = metavar or "|".join(choices)
        if metavar:
            more["metavar"] = metavar
        else:
            more.setdefault("action", "store_true")
        self.add_argument(*names, **more)
        self.options.append(Option(names, metavar, help, kind, choices, common))

    def secret(self, name: str) -> None:
        """A flag of kit's whose value is a secret: refused, and never repeated, wherever it stands."""
        self._secrets.append(name)

    def common_flags(self) -> None:
        """The flags that every verb has, as in the kit program."""
        optional = {"nargs": "?", "const": True} if self.prog == "kit unpack" else {}
        self.flag(
            "--config",
            metavar="HOME",
            kind="path",
            help="use this home instead of $KITOPS_HOME",
            common=True,
            **optional,
        )
        self.flag(
            "--progress",
            choices=PROGRESS,
            help="show progress as bars (fancy), lines (plain) or not at all",
            common=True,
        )
        self.flag(
            "--log-level", choices=LOG_LEVELS, help="accepted for compatibility with the kit program", common=True
        )
        self.flag(
            "-v",
            "--verbose",
            action="count",
            default=0,
            help="on a terminal: show the traceback of an error",
            common=True,
        )

    def network_flags(self) -> None:
        """How a registry is reached; read back by `connection`."""
        self.flag("--plain-http", "--http", help="use HTTP instead of HTTPS")
        self.flag("--tls-verify", choices=("true", "false"), default="true", help="false accepts any certificate")
        self.flag("--tls-cert", metavar="FILE", kind="path", help="also trust this CA")
        self.flag("--cert", metavar="FILE", kind="path", help="client certificate")
        self.flag("--key", metavar="FILE", kind="path", help="key of the client certificate")
        self.flag("--concurrency", metavar="N", type=int, default=5, help="number of simultaneous transfers")
        self.flag("--proxy", metavar="URL", help="connect to the registry through this proxy")

    def word(
        self, name: str, *, kind: str = "", required: bool = True, many: bool = False, choices: Sequence[str] = ()
    ) -> None:
        """Add a positional word; those that are not required come last."""
        self.words.append(Word(name, kind, required, many, tuple(choices)))

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The words as a namespace: one attribute a flag, one a positional word (None where it is not there).

        Raises Usage, with the usage line and an example.
        """
        self._given = tuple(words)
        before, after = list(words), []
        if "--" in before:
            at = before.index("--")
            before, after = before[:at], before[at + 1 :]
        for word in before:
            if any(word.startswith(name) for name in self._secrets) and not word.startswith("--"):
                _refuse_secret(word[:2])
        found, rest = self.parse_known_args([self._two_dashes(word) for word in before])
        for word in rest:
            if word.startswith("-") and len(word) > 1:
                self._unknown(word)
        self._place(found, [*rest, *after])
        return found

    def _place(self, found: argparse.Namespace, values: list[str]) -> None:
        for word in self.words:
            taken = values[:] if word.many else values[:1]
            del values[: len(taken)]
            if word.required and not taken:
                self.error(f"{word.name} is missing")
            for value in taken:
                if word.choices and value not in word.choices:
                    self.error(f"{value!r} is not one of {', '.join(word.choices)}{_meant(value, word.choices)}")
            setattr(found, word.name.lower(), taken if word.many else next(iter(taken), None))
        if values:
            self.error(f"unexpected argument {' '.join(values[:5])!r}")

    def long_names(self) -> list[str]:
        """Every long flag."""
        return [name for option in self.options for name in option.names if name.startswith("--")]

    def _two_dashes(self, word: str) -> str:
        """The documentation's stories write `-filter code`; other letters after one dash are flags of one letter."""
        name = word.partition("=")[0]
        if not re.fullmatch(r"-[A-Za-z][\w-]+", name):
            return word
        if f"-{name}" in self.long_names():
            return f"-{word}"
        takes_value = {short: bool(option.metavar) for option in self.options for short in option.names}
        for letter in name[1:]:
            if f"-{letter}" not in takes_value:
                self._unknown(word)
            if takes_value[f"-{letter}"]:
                break  # the rest is its value
        return word

    def _unknown(self, word: str) -> NoReturn:
        name = word.partition("=")[0]
        self.error(f"unknown flag {name}{_meant('--' + name.lstrip('-'), self.long_names())}")

    def error(self, message: str) -> NoReturn:
        """Instead of printing and exiting. Raises Usage, which repeats no line that may have a password in it."""
        if any(map(may_have_password, self._given)):
            message = "the line cannot be parsed; it is not shown because it may contain a password"
        example = f"; for example: {self.examples[0]}" if self.examples else ""
        raise Usage(f"{self.prog}: {message}", hint=f"{self.usage_line}{example}")


def refuse_secrets(words: Sequence[str]) -> None:
    """Raise Usage, without repeating it, if a word looks like a flag that gives a secret."""
    for word in words:
        if _SECRET.match(word):
            _refuse_secret(word.partition("=")[0])


def _refuse_secret(flag: str) -> NoReturn:
    raise Usage(
        f"{flag} on a line would stay in the notebook and in the history: it was not used",
        hint="kit login asks for it and hides it; a script pipes it in with --password-stdin",
    )


def suggest(word: str, names: Sequence[str]) -> str:
    """The name that was probably meant, or an empty text."""
    return next(iter(difflib.get_close_matches(word, names, n=1, cutoff=0.6)), "")


def _meant(word: str, names: Sequence[str]) -> str:
    name = suggest(word, names)
    return f" (did you mean {name}?)" if name else ""
