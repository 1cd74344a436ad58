"""Tab on a terminal: `jupyter-kit completion SHELL` prints what tells a shell to ask here, where a cell asks, too.

The shell then runs `jupyter-kit completion offers LINE` (bash) or `completion words LINE` (zsh, fish): LINE is what is
typed behind the program's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kitops_jupyter.errors import Usage
from kitops_jupyter.lines import is_unseen
from kitops_jupyter.settings import Settings
from kitops_jupyter.verbs.core.complete import complete, describe
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
# zsh and fish replace whole words, and quote them as the word that is typed is quoted.
_ZSH = """\
_jupyter_kit() {
  local offer text
  local -a ended open_ended
  local line="${(j: :)words[2,CURRENT-1]} $QIPREFIX$IPREFIX$PREFIX"
  for offer in "${(@f)$(command "$words[1]" completion words "${line# }" 2>/dev/null)}"; do
    text="${offer%%$'\\t'*}"
    case "$text" in
      '') ;;
      *[/:=]) open_ended+=("$text") ;;
      *) ended+=("$text") ;;
    esac
  done
  (( $#open_ended )) && compadd -S '' -a open_ended
  (( $#ended )) && compadd -a ended
  (( $#open_ended + $#ended ))
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _jupyter_kit jupyter-kit
"""
_FISH = """\
function __jupyter_kit_offers
    set -l line (commandline -cp | string replace -r '^\\s*(\\S+)\\s*' '')
    command jupyter-kit completion words "$line" 2>/dev/null
end
complete -c jupyter-kit -f -k -a '(__jupyter_kit_offers)'
"""
_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}


def completion(words: Sequence[str], directory: Path) -> str:
    """The script for a shell, or the offers for a line, one a line. Raises Usage."""
    match list(words):
        case [shell] if shell in _SCRIPTS:
            return _SCRIPTS[shell]
        case ["offers", typed]:
            return "".join(f"{offer}\n" for offer in offers(typed, Context(Settings.load(), directory)))
        case ["words", typed]:
            found = whole_words(typed, Context(Settings.load(), directory))
            return "".join(f"{text}\t{about}\n" if about else f"{text}\n" for text, about in found.items())
    raise Usage(
        f"kit completion: expected {', '.join(_SCRIPTS)}", hint='eval "$(jupyter-kit completion bash)" in ~/.bashrc'
    )


def offers(typed: str, context: Context) -> list[str]:
    """What bash puts in place of the end of the last word; nothing inside quotes, where it cuts words otherwise."""
    words, current = split_typed(typed, windows=False)
    if current.quote:
        return []
    raw = typed[current.start :]
    cut = max(raw.rfind(char) for char in _BREAKS) + 1
    texts = [retyped(raw, current, text, windows=False) for text in complete([*words, current.text], context)]
    return [text[cut:] for text in texts if text and (text.startswith(raw) or not cut)]


def whole_words(typed: str, context: Context) -> dict[str, str]:
    """What the last word may become, unquoted, with a few words on some; what has invisible characters is left out."""
    words, current = split_typed(typed, windows=False)
    asked = [*words, current.text]
    about = describe(asked, context)
    return {text: about.get(text, "") for text in complete(asked, context) if not is_unseen(text)}
