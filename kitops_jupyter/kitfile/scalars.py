"""What a plain scalar of YAML means: as yaml.v3 reads it, which is neither YAML 1.1 nor 1.2 alone.

Source: go-yaml v3, and `golden/kitfiles.json`.
"""

from __future__ import annotations

import datetime
import re
from typing import Any

from kitops_jupyter.kitfile.values import Timestamp

_WORDS: dict[str, Any] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
    ".nan": float("nan"),
    ".NaN": float("nan"),
    ".NAN": float("nan"),
    **{
        sign + word: float(number)
        for sign, number in (("", "inf"), ("+", "inf"), ("-", "-inf"))
        for word in (".inf", ".Inf", ".INF")
    },
}
MERGE = "<<"
_INT = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9][0-9]*|0)\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_TIME = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?))?\Z"
)
# Words that older readers take for booleans: written in quotes, read as text.
_OLD_BOOLEANS = frozenset(
    ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF")
)
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_DIGITS_LIMIT = 400  # of an integer; a longer one is no number that anybody means, and slow to read


def resolve(text: str) -> Any:
    """None, a bool, an int, a float, a Timestamp, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first not in "+-.0123456789":
        return text
    if (time := _time(text)) is not None:
        return time
    plain = text.replace("_", "") if first != "." else text
    if _INT.match(plain) and len(plain) < _DIGITS_LIMIT and (whole := _integer(plain)) is not None:
        return whole
    if _FLOAT.match(plain):
        number = float(plain)
        return text if number in (float("inf"), float("-inf")) else number
    return text


def _integer(plain: str) -> int | None:
    """None for what does not fit into 64 bits: that is a float."""
    sign = -1 if plain.startswith("-") else 1
    digits = plain.lstrip("+-").lower()
    if digits.startswith(("0x", "0b", "0o")):
        number = int(digits, 0)
    else:
        number = int(digits, 8 if digits.startswith("0") and len(digits) > 1 else 10)
    number *= sign
    return number if -(1 << 63) <= number < 1 << 64 else None


def _time(text: str) -> Timestamp | None:
    match = _TIME.match(text)
    if not match:
        return None
    year, month, day, h1, m1, s1, f1, zone, h2, m2, s2, f2 = match.groups()
    hour, minute, second, fraction = h1 or h2 or "0", m1 or m2 or "0", s1 or s2 or "0", f1 or f2 or ""
    try:
        moment = datetime.datetime(int(year), int(month), int(day), int(hour), int(minute), int(second))
    except ValueError:
        return None
    digits = fraction[1:10].rstrip("0")
    shown = moment.isoformat() + (f".{digits}" if digits else "")
    return Timestamp(shown + ("Z" if zone in (None, "Z", "+00:00") else zone))


def needs_quotes(text: str) -> bool:
    """Whether the text would be read as something else without quotes, here or by an older reader."""
    if text == MERGE or text in _OLD_BOOLEANS:
        return True
    return not (resolve(text) is text and type(text) is str) or bool(":" in text and _BASE_60.match(text))
