"""A page for each verb, written from its parser before Sphinx looks for pages."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import kitops_jupyter
from kitops_jupyter.verbs import NAMES, find
from kitops_jupyter.verbs.core.parser import Option, Parser
from kitops_jupyter.verbs.core.verb import Verb

FOLDER = "reference/verbs"
# Functions whose name is not their verb's, or not alone.
_OTHER_NAMES = {
    "list": ("list_kits",),
    "clean": ("clean_up", "disk_use"),
    "cache": ("cache_clear", "cache_info"),
    "index": ("index_add", "index_create", "index_list", "index_remove"),
    "pull": ("pull", "pull_files", "pull_tars"),
}


def setup(app: Any) -> dict[str, Any]:
    app.connect("config-inited", lambda app, config: write_pages(Path(app.srcdir) / FOLDER))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def write_pages(folder: Path) -> None:
    """Write each page that changed, and delete those of verbs that are gone."""
    folder.mkdir(exist_ok=True)
    _write(folder.with_suffix(".md"), overview())
    pages = {f"{name}.md": page(find(name)) for name in NAMES}
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        _write(folder / name, text)


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


def overview() -> str:
    """All verbs in the order in which a newcomer meets them."""
    common, network = _options(Parser.common_flags), _options(Parser.network_flags)
    rows = [(f"[`{name}`](verbs/{name}.md)", find(name).summary) for name in NAMES]
    intro = (
        "Each verb is a line in a cell (`%kit pack .`), a command on a terminal (`jupyter kit pack .`), and in most "
        "cases a [function](api.md). Flags and defaults are those of the `kit` program. These pages are "
        "generated from the parsers; `%kit help VERB` shows the same."
    )
    return "\n\n".join(
        (
            "# Verbs",
            intro,
            _table(("verb", "what it does"), rows),
            "(flags-of-every-verb)=\n## Flags of every verb",
            _flags(common),
            "(network-flags)=\n## Flags of verbs that reach a registry",
            _flags(network),
            "```{toctree}\n:hidden:\n\n" + "\n".join(f"verbs/{name}" for name in NAMES) + "\n```",
        )
    )


def page(verb: Verb) -> str:
    """One verb: what it does, its words, its flags, an example."""
    parser = verb.parser()
    common, network = (_names(_options(add)) for add in (Parser.common_flags, Parser.network_flags))
    own = [option for option in parser.options if not _names([option]) & (common | network)]
    blocks = [f"# kit {verb.name}", _escaped(verb.summary).capitalize() + ".", _escaped(verb.about)]
    blocks += [f"```text\n{parser.usage_line}\n```"]
    blocks += [f"## {'Example' if len(parser.examples) == 1 else 'Examples'}", _code(parser.examples)]
    in_cell = [f"In a notebook, put `%` before the line: `%{parser.examples[0]}`."]
    if verb.takes_cell:
        in_cell.append(f"A cell that starts with `%%kit {verb.name}` takes the Kitfile from the rest of the cell.")
    blocks.append(" ".join(in_cell))
    if chosen := [word for word in parser.words if word.choices]:
        rows = [(f"`{word.name}`", ", ".join(f"`{choice}`" for choice in word.choices)) for word in chosen]
        blocks += ["## Words", _table(("word", "one of"), rows)]
    if own:
        blocks += ["## Flags", _flags(own)]
    more = "Also the {ref}`flags of every verb <flags-of-every-verb>`"
    if network <= _names(parser.options):
        more += " and {ref}`those that say how a registry is reached <network-flags>`"
    blocks.append(more + ".")
    if names := functions(verb.name):
        blocks += ["## In Python", ", ".join(f"{{py:func}}`kitops_jupyter.{name}`" for name in names)]
    return "\n\n".join(blocks) + "\n"


def functions(verb: str) -> list[str]:
    """The public functions that do what the verb does."""
    return [name for name in _OTHER_NAMES.get(verb, (verb.replace("-", "_"),)) if name in kitops_jupyter.__all__]


def _options(add: Any) -> list[Option]:
    parser = Parser("VERB", usage="VERB", examples=())
    add(parser)
    return parser.options


def _names(options: Iterable[Option]) -> set[str]:
    return {name for option in options for name in option.names}


def _flags(options: Iterable[Option]) -> str:
    rows = []
    for option in options:
        shown = ", ".join(option.names) + (f" {option.metavar}" if option.metavar else "")
        rows.append((f"`{shown}`".replace("|", "\\|"), _escaped(option.help)))
    return _table(("flag", "what it does"), rows)


def _table(head: tuple[str, str], rows: Iterable[tuple[str, str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|---|---|"]
    return "\n".join(lines + [f"| {first} | {second} |" for first, second in rows])


def _code(lines: Iterable[str]) -> str:
    return "```shell\n" + "\n".join(lines) + "\n```"


def _escaped(text: str) -> str:
    """Text of ours as Markdown; what is in backticks stays as it is."""
    parts = text.split("`")
    for at in range(0, len(parts), 2):
        for sign in "*_[]<>$|":
            parts[at] = parts[at].replace(sign, f"\\{sign}")
    return "`".join(parts)
