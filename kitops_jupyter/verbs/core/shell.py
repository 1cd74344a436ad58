"""Tab on a terminal: `jupyter-kit completion bash` prints what tells bash to ask this program, which answers as a cell.

`jupyter-kit completion offers LINE` is what the shell then runs: LINE is what is typed behind the program's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kitops_jupyter.errors import Usage
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.complete import complete
from kitops_jupyter.verbs.core.verb import Context
from kitops_jupyter.verbs.core.words import retyped, split_typed

# bash replaces only what stands behind the last of these in a word.
_BREAKS = ":=@"
_BASH = """\
_jupyter_kit() {
  local offer line="${COMP_LINE:0:COMP_POINT}"
  COMPREPLY=()
  while IFS= read -r offer; do
    COMPREPLY+=("$offer")
  done < <("$1" completion offers "${line#*[[:space:]]}" 2>/dev/null)
  case "${COMPREPLY[0]-}" in *[/:=]) compopt -o nospace 2>/dev/null ;; esac
}
complete -o nosort -F _jupyter_kit jupyter-kit 2>/dev/null || complete -F _jupyter_kit jupyter-kit
"""


def completion(words: Sequence[str], directory: Path) -> str:
    """The script for a shell, or the offers for a line, one a line. Raises Usage."""
    match list(words):
        case ["bash"]:
            return _BASH
        case ["offers", typed]:
            return "".join(f"{offer}\n" for offer in offers(typed, Context(Settings.load(), directory)))
    raise Usage("kit completion: expected bash", hint='eval "$(jupyter-kit completion bash)" in ~/.bashrc')


def offers(typed: str, context: Context) -> list[str]:
    """What bash puts in place of the end of the last word; nothing inside quotes, where it cuts words otherwise."""
    words, current = split_typed(typed, windows=False)
    if current.quote:
        return []
    raw = typed[current.start :]
    cut = max(raw.rfind(char) for char in _BREAKS) + 1
    texts = [retyped(raw, current, text, windows=False) for text in complete([*words, current.text], context)]
    return [text[cut:] for text in texts if text and (text.startswith(raw) or not cut)]
