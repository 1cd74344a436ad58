"""The completions at the cursor: verbs, flags, values, kits and what is inside them, paths. Never the network.

Of registries it knows the names that were seen before.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from kitops_jupyter.errors import Cancelled, KitError
from kitops_jupyter.reference import LIFECYCLE_TAGS
from kitops_jupyter.verbs.core import template
from kitops_jupyter.verbs.core.call import verb_at
from kitops_jupyter.verbs.core.parser import Parser
from kitops_jupyter.verbs.core.table import NAMES, find
from kitops_jupyter.verbs.core.verb import Context

_FILTERS = ("kitfile", "model", "datasets", "code", "prompts", "docs", "mcpservers", "notebook")
LIMIT = 1000  # nobody reads more, and a front end gets slow


def complete(words: Sequence[str], context: Context) -> list[str]:
    """Every text that the last of `words`, as far as it is typed, may become; empty where nothing is known."""
    *before, current = words
    try:
        found = _candidates(list(before), current, context)
    except (KitError, OSError):
        return []
    return [text for text in dict.fromkeys(found) if text.startswith(current)][:LIMIT]


def describe(words: Sequence[str], context: Context) -> dict[str, str]:
    """A few words on some of what `complete` offers: the layers of the kit that the line names."""
    *before, current = words
    at = verb_at(before)
    try:
        parser = find(before[at]).parser() if at is not None else None
        rest = before[at + 1 :] if at is not None else []
        if parser is None or not rest or _value_kind(parser, rest[-1]) != "filter":
            return {}
        lead = "!" if current.startswith("!") else ""
        from kitops_jupyter.operations.look.own_paths import layer_filters

        reference = _kit_of(parser, rest)
        found = layer_filters(reference, context.settings) if reference else {}
        return {lead + text: about for text, about in found.items()}
    except Cancelled:
        raise
    except (KitError, OSError):
        return {}


def _own_filters(parser: Parser, words: Sequence[str], current: str, context: Context) -> list[str]:
    """The filters that select layers, files and folders of the kit in these words, as far as it is known here."""
    from kitops_jupyter.operations.look.own_paths import file_filters, layer_filters

    reference, typed = _kit_of(parser, words), current.removeprefix("!")
    if not reference:
        return []
    found = _known(lambda: list(layer_filters(reference, context.settings)))
    if ":" in typed:
        found += _known(lambda: file_filters(reference, typed, context.settings))
    lead = "!" if current.startswith("!") else ""
    return [lead + text for text in found]


def _known(look: Callable[[], list[str]]) -> list[str]:
    """What was found; nothing where it is not known here."""
    try:
        return look()
    except Cancelled:
        raise
    except (KitError, OSError):
        return []


def _kit_of(parser: Parser, words: Sequence[str]) -> str:
    """The first word that is neither a flag nor a flag's value: the kit that the line is about; "" if there is none."""
    at = 0
    while at < len(words):
        if not words[at].startswith("-"):
            return words[at]
        at += 1 if _value_kind(parser, words[at]) is None else 2
    return ""


def _candidates(before: list[str], current: str, context: Context) -> Iterable[str]:
    at = verb_at(before)
    if at is None:
        return [*NAMES, "--help"] if current.startswith("-") else NAMES
    parser = find(before[at]).parser()
    words = before[at + 1 :]
    if words and (kind := _value_kind(parser, words[-1])) is not None:
        own = _own_filters(parser, words, current, context) if kind == "filter" else []
        return [*_of_kind(kind, current, context), *own]
    if current.startswith("--") and "=" in current:
        name, _, value = current.partition("=")
        kind = _value_kind(parser, name)
        return [f"{name}={text}" for text in _of_kind(kind, value, context)] if kind is not None else ()
    if current.startswith("-"):
        return [*(name for option in parser.options for name in option.names if len(name) > 2), "--help"]
    kind = _word_kind(parser, words)
    if kind == "layer":
        from kitops_jupyter.operations.look.own_paths import layer_names

        return _known(lambda: layer_names(_kit_of(parser, words), context.settings))
    if kind == "kit variable":
        from kitops_jupyter.operations.look.own_paths import variable_names

        return _known(lambda: variable_names(_kit_of(parser, words), context.settings))
    return _of_kind(kind, current, context)


def _value_kind(parser: Parser, flag: str) -> str | None:
    """The kind of value that a flag takes (choices joined by blanks after a `=`), None for a switch or no flag."""
    name = flag if flag.startswith("--") or len(flag) == 2 else f"-{flag}"
    for option in parser.options:
        if name in option.names and option.metavar:
            return f"={' '.join(option.choices)}" if option.choices else option.kind
    return None


def _word_kind(parser: Parser, words: Sequence[str]) -> str:
    """The kind of the next positional word."""
    count, at = 0, 0
    while at < len(words):
        if not words[at].startswith("-"):
            count += 1
        elif _value_kind(parser, words[at]) is not None:
            at += 1
        at += 1
    places = parser.words
    if count < len(places):
        word = places[count]
        return f"={' '.join(word.choices)}" if word.choices else word.kind
    return places[-1].kind if places and places[-1].many else ""


def _of_kind(kind: str, current: str, context: Context) -> Iterable[str]:
    if kind.startswith("="):
        return kind[1:].split()
    if kind == "verb":
        return NAMES
    if kind == "filter":
        return [f"!{name}" for name in _FILTERS] if current.startswith("!") else _FILTERS
    if kind == "format":
        return ("table", "json", *(f"{{{{ {field} }}}}" for field in template.FIELDS))
    if kind == "lifecycle":
        return LIFECYCLE_TAGS
    if kind == "registry":
        from kitops_jupyter.operations.look import names

        return names.registries(names.local_repositories(context.settings), context.settings)
    if kind in ("reference", "local reference", "new reference", "repository"):
        return _references(kind, current, context)
    if kind == "variable" and context.variables is not None:
        lead = "".join(current.rpartition("=")[:2])
        return [lead + name for name in context.variables.names()]
    if kind in ("path", "folder"):
        return _paths(current, context, folders_only=kind == "folder")
    return ()


def _references(kind: str, current: str, context: Context) -> Iterable[str]:
    """Repositories of the store, of the registry that is typed out, and registries; tags only of the repository that
    is typed out: a thousand kits cost one listing.

    A new name for a kit may also have one of the usual tags.
    """
    from kitops_jupyter.operations.look import names

    settings, ending = context.settings, "" if kind == "repository" else ":"
    repository, colon, typed = current.rpartition(":")
    is_elsewhere = kind != "local reference"
    has_name = bool(ending and colon and "/" not in typed)
    found: list[str] = []
    if has_name:
        lead = f"{repository}:{''.join(typed.rpartition(',')[:2])}"
        tags = _known(lambda: names.local_tags(repository, settings))
        tags += _known(lambda: names.remote_tags(repository, settings)) if is_elsewhere else []
        found = [lead + tag for tag in (*tags, *(LIFECYCLE_TAGS if kind == "new reference" else ()))]
        if "/" in repository:
            return found
    stored = names.local_repositories(settings)
    if not has_name:  # with one, it is the port of a registry that may be missing
        found = [each.shown_name + ending for each in stored if each.shown_name]
    if is_elsewhere:
        registry, slash, _ = current.partition("/")
        remote = names.remote_repositories(registry, settings) if slash else []
        hosts = [] if slash else names.registries(stored, settings)
        found += [*(name + ending for name in remote), *(f"{host}/" for host in hosts)]
    return found


def _paths(current: str, context: Context, *, folders_only: bool) -> Iterable[str]:
    """The entries of the folder that is typed so far, folders with a slash at their end."""
    typed = current.replace(os.sep, "/").rpartition("/")
    lead = typed[0] + typed[1]
    folder = context.path(lead or ".")
    with os.scandir(folder) as entries:
        names = sorted((entry.name, entry.is_dir()) for entry in entries)
    return [
        # What looks like a flag or a home at the start of a word is taken for one.
        (lead or ("./" if name.startswith(("-", "~")) else "")) + name + ("/" if is_dir else "")
        for name, is_dir in names
        if (is_dir or not folders_only) and (not name.startswith(".") or typed[2].startswith("."))
    ]
