"""The verbs on a terminal and in a pipeline: `jupyter kit VERB`, `python -m kitops_jupyter VERB`.

Results go to stdout, progress and errors to stderr. Nothing is ever asked. Exit status: 0 done, 1 failed, 2 a line that
cannot be understood, 130 interrupted.
"""

from __future__ import annotations

import getpass
import os
import sys
import threading
import traceback
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import IO, Any

from kitops_jupyter.errors import Cancelled, KitError, Usage, printable, printable_lines
from kitops_jupyter.progress import Observer, ignore

DONE, FAILED, MISUSED, INTERRUPTED = 0, 1, 2, 130


def main(words: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit status."""
    words = sys.argv[1:] if words is None else words
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    try:
        return _run(words)
    except Usage as problem:
        return _tell(problem, words, MISUSED)
    except Cancelled as problem:
        return _tell(problem, words, INTERRUPTED)
    except KitError as problem:
        return _tell(problem, words, FAILED)
    except KeyboardInterrupt:
        return _tell(Cancelled("interrupted; nothing was left half-done"), (), INTERRUPTED)
    except BrokenPipeError:  # the reader, `head` perhaps, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _run(words: Sequence[str]) -> int:
    if words and words[0] == "serve":  # runs until it is ended: nothing for a cell, so it is not a verb
        from kitops_jupyter.serve.command import serve_command

        return serve_command(words[1:])
    from kitops_jupyter import verbs
    from kitops_jupyter.disk import current_folder

    if words and words[0] == "completion":  # for the shell: a cell knows Tab without it
        from kitops_jupyter.verbs.core.shell import completion

        print(completion(words[1:], current_folder()), end="")
        return DONE
    call = verbs.parse(words)
    with verbs.typed_errors(), _meter(call.progress) as observe:
        directory = current_folder()
        context = verbs.Context(
            settings=verbs.settings_of(call, directory),
            directory=directory,
            observe=observe,
            stdin=_read_stdin,
            ask=_ask if sys.stdin is not None and sys.stdin.isatty() else None,
            warn=lambda line: print(f"Warning: {printable(line)}", file=sys.stderr, flush=True),
        )
        result = verbs.run(call, context)
    text, aside = _texts(result)
    if text:
        print(printable_lines(text) if sys.stdout.isatty() else text)  # as it is for a program, harmless for a terminal
    if aside:
        sys.stdout.flush()
        print(printable_lines(aside), file=sys.stderr)
    if line := call.verb.kit_line(result):
        print(line)
    sys.stdout.flush()
    return FAILED if verbs.is_failure(call, result) else DONE


def _texts(result: object) -> tuple[str, str]:
    """The result for stdout, and what stands beside it for stderr."""
    from kitops_jupyter import show
    from kitops_jupyter.result import Result

    value = getattr(result, "result", result)  # of one that was printed in a format, the value behind it
    aside = show.aside_of(value) if isinstance(value, Result) else ""
    return (show.text_of(result) if isinstance(result, Result) else str(result)), aside


def _ask(prompt: str, is_secret: bool) -> str:
    """Ask the person at the terminal; a password is not shown."""
    return getpass.getpass(prompt) if is_secret else input(prompt)


def _tell(problem: KitError, words: Sequence[str], status: int) -> int:
    """The error on stderr, a line for what failed and one for what to do; with -v also where it arose."""
    if any(word in ("-v", "-vv", "--verbose") for word in words):
        traceback.print_exception(problem)
    first, *rest = problem.lines()
    print(f"Error: {printable(first)}", *map(printable, rest), sep="\n", file=sys.stderr)
    return status


def _meter(progress: str) -> AbstractContextManager[Observer]:
    """Bars on a terminal, lines where a log asks for them (`--progress plain`), else nothing."""
    from kitops_jupyter.verbs.core.meter import Bars, Lines

    if progress == "plain":
        return Lines(lambda line: print(line, file=sys.stderr, flush=True))
    if progress == "none" or not (progress == "fancy" or sys.stderr.isatty()):
        return nullcontext(ignore)
    from tqdm.std import tqdm

    class Bar(tqdm):  # type: ignore[type-arg]
        monitor_interval = 0  # no watching thread: the meter draws often enough

    Bar.set_lock(threading.RLock())
    return Bars(Bar, file=sys.stderr, dynamic_ncols=True)


def _read_stdin() -> str:
    if sys.stdin is None or sys.stdin.isatty():
        raise Usage(
            "-f - reads a Kitfile from standard input, but nothing is piped in", hint="kit pack . -f - < Kitfile"
        )
    return sys.stdin.buffer.read().decode("utf-8", "surrogateescape")


def _speak_utf8(stream: IO[Any]) -> None:
    """A Windows console's own code page has no room for every name."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
