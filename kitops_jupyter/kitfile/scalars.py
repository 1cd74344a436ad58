"""What a plain scalar of YAML means: as yaml.v3 reads it, which is neither YAML 1.1 nor 1.2 alone.

Source: go-yaml v3, and `golden/kitfiles.json`.
"""

from __future__ import annotations

import math
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
_POINT_FLOAT = re.compile(r"\.[0-9]+(_[0-9]+)*([eE][-+]?[0-9]+(_[0-9]+)*)?\Z")
_TIME = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)"
    r"(?:(?:[Tt](\d\d?):(\d\d?):(\d\d?)([.,]\d+)?(Z|[-+]\d\d:\d\d))|(?: +(\d\d?):(\d\d?):(\d\d?)([.,]\d+)?))?\Z",
    re.ASCII,
)
# Words that older readers take for booleans: written in quotes, read as text.
_OLD_BOOLEANS = frozenset(
    ("y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "n", "N", "no", "No", "NO", "off", "Off", "OFF")
)
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?\Z")
_DIGITS_LIMIT = 400  # of an integer; a longer one is not a number that anybody means, and slow to read


def resolve(text: str) -> Any:
    """None, a bool, an int, a float, a Timestamp, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    first = text[0]
    if first not in "+-.0123456789":
        return text
    if (time := _time(text)) is not None:
        return time
    if first == ".":
        return _float(text) if _POINT_FLOAT.match(text) else text
    plain = text.replace("_", "")
    if _INT.match(plain) and len(plain) < _DIGITS_LIMIT and (whole := _integer(plain)) is not None:
        return whole
    return _float(plain, text) if _FLOAT.match(plain) else text


def _float(plain: str, text: str = "") -> float | str:
    number = float(plain)
    return text or plain if math.isinf(number) else number


def _integer(plain: str) -> int | None:
    """None for what does not fit into 64 bits, of which only a number without a sign has all: that is a float."""
    digits = plain.lstrip("+-").lower()
    if digits.startswith(("0x", "0b", "0o")):
        number = int(digits, 0)
    else:
        number = int(digits, 8 if digits.startswith("0") and len(digits) > 1 else 10)
    if plain.startswith("-"):
        return -number if number <= 1 << 63 else None
    return number if number < (1 << 63 if plain.startswith("+") else 1 << 64) else None


def _time(text: str) -> Timestamp | None:
    match = _TIME.match(text)
    if not match:
        return None
    year, month, day, h1, m1, s1, f1, zone, h2, m2, s2, f2 = match.groups()
    clock = [int(one or two or 0) for one, two in ((h1, h2), (m1, m2), (s1, s2))]
    date = [int(year), int(month), int(day)]
    if not (1 <= date[1] <= 12 and 1 <= date[2] <= _days(*date[:2])) or clock[0] > 23 or clock[1] > 59 or clock[2] > 59:
        return None
    hours, minutes = int((zone or "")[1:3] or 0), int((zone or "")[4:6] or 0)
    if hours > 24 or minutes > 60:
        return None
    hours, minutes = divmod(hours * 60 + minutes, 60)
    shown = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*date, *clock)
    if digits := (f1 or f2 or "")[1:10].rstrip("0"):
        shown += f".{digits}"
    return Timestamp(shown + (f"{(zone or '')[0]}{hours:02}:{minutes:02}" if hours or minutes else "Z"))


def _days(year: int, month: int) -> int:
    """How long a month is; not from `datetime`, which has no year 0."""
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 28 + is_leap if month == 2 else 30 if month in (4, 6, 9, 11) else 31


def needs_quotes(text: str) -> bool:
    """Whether the text would be read as something else without quotes, here or by an older reader."""
    if text == MERGE or text in _OLD_BOOLEANS:
        return True
    return not (resolve(text) is text and type(text) is str) or bool(":" in text and _BASE_60.match(text))
