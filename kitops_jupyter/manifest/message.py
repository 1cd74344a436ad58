"""The message of a kit: why it was packed, as the message of a commit says it. One annotation of our own."""

from __future__ import annotations

from kitops_jupyter.errors import Usage, printable, printable_lines
from kitops_jupyter.manifest.annotations import MESSAGE
from kitops_jupyter.manifest.reading import Manifest

MESSAGE_LIMIT = 4096  # characters


def checked_message(text: str) -> str:
    """The message as a kit keeps it: without blanks and line feeds around it; "" is none.

    Raises Usage for more than MESSAGE_LIMIT characters, and for a character that could steer a terminal or turn the
    direction of the text. Line feeds are allowed.
    """
    message = text.strip(" \n")
    if len(message) > MESSAGE_LIMIT:
        raise Usage(
            f"the message has {len(message):,} characters, expected at most {MESSAGE_LIMIT:,}",
            hint="put the rest into a file of the kit, such as README.md",
        )
    for row, line in enumerate(text.split("\n"), 1):
        for column, char in enumerate(line, 1):
            if printable(char) != char:
                raise Usage(
                    f"the message has the invisible character U+{ord(char):04X} in line {row}, column {column}",
                    hint=f"remove it: a message has text and line feeds, at most {MESSAGE_LIMIT:,} characters",
                )
    return message


def message_of(manifest: Manifest) -> str:
    """The message of anyone's kit, safe to show: at most MESSAGE_LIMIT characters, those that steer made visible."""
    shown = printable_lines(manifest.annotations.get(MESSAGE, "")[: MESSAGE_LIMIT + 1])
    return shown if len(shown) <= MESSAGE_LIMIT else f"{shown[: MESSAGE_LIMIT - 1]}…"


def subject_of(message: str) -> str:
    """The first line that says something, for a row; cut at 60 characters."""
    first = next((line.strip() for line in message.split("\n") if line.strip()), "")
    return first if len(first) <= 60 else f"{first[:59]}…"
