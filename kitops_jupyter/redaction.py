"""Text without what may be secret in it: the user part of an address, and the values of its query.

What a person pastes is judged before it is repeated: `has_user_part` for a whole argument, which is then refused with
a message that does not contain it. `redacted` is the net below that, for text that holds addresses among other words:
every message of an error passes it.
"""

from __future__ import annotations

import re

HIDDEN = "***"
_AT = r"(?:[@\ufe6b\uff20]|%40)"  # also the wide ones, which a browser takes for it, and the encoded one
_DIGEST = r"sha(?:256|384|512):"
_END = r"\s'\"<>`"  # where an address ends in a sentence
_MARK = re.compile(f"{_AT}(?!{_DIGEST})", re.IGNORECASE)
_WITH_PASSWORD = re.compile(f":.*{_AT}(?!{_DIGEST})", re.IGNORECASE | re.DOTALL)
_ADDRESS = re.compile(r"\s*(?:[a-z][a-z0-9+.-]+:[\\/]+|[\\/]{2,}[^\\/]*:)", re.IGNORECASE)  # no drive has two letters
_QUICK = re.compile(rf"{_AT}|\?[^{_END}]*=", re.IGNORECASE)
# `scheme://user@`: up to the last mark before the path; and with a colon, as a password may have / ? and #, up to the
# last of all: rather a host too few in a message than a password in it.
_AFTER_SCHEME = re.compile(
    rf"(?P<scheme>[a-z][a-z0-9+.-]*:[\\/]{{2,}})"
    rf"(?:[^{_END}]*:[^{_END}]*{_AT}(?!{_DIGEST})|[^{_END}/?#]*{_AT}(?!{_DIGEST}))",
    re.IGNORECASE,
)
# `user:password@host` without a scheme, the user perhaps empty. No slash in either: that would be a path, or a
# registry with its port.
_PAIR = re.compile(
    rf"(?P<before>^|[{_END}(\[=,/\\])[^{_END}/\\:@(\[=,]*:[^{_END}/\\]*{_AT}(?!{_DIGEST})", re.IGNORECASE
)
_QUERY = re.compile(rf"(?P<address>[a-z][a-z0-9+.-]*://[^{_END}?#]*)\?[^{_END}]*", re.IGNORECASE)

# Tokens that their issuer's prefix gives away, and what is assigned to a name that says what it is.
_TOKEN = re.compile(
    r"\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[oprsu]_\w{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|hf_[A-Za-z0-9]{30,}"
    r"|sk-[\w-]{20,}|[rs]k_live_\w{16,}|xox[abeoprs]-[\w-]{10,}|AIza[\w-]{35}|npm_\w{36}|pypi-[\w-]{50,}"
    r"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+)"
)
_ASSIGNED = re.compile(
    r"(?P<name>(?:passw(?:or)?d|passphrase|secret|credential|(?:api|access|private|secret)[_-]?key"
    r"|(?<!pad_)(?<!eos_)(?<!bos_)(?<!unk_)(?<!sep_)(?<!cls_)(?<!mask_)(?<!stop_)token)"  # a tokenizer's are no secrets
    r"['\"]?\]?\s*(?::\s*\w+\s*=|=|:)\s*)"
    r"(?:(?P<quote>['\"])[^'\"\n<{$%][^'\"\n]{3,}(?P=quote)|(?=\S*\d)[^\s'\"()\[\]{},;.<$%]{8,}\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
PRIVATE_KEY = "PRIVATE KEY-----"


def redacted(text: str) -> str:
    """The text with `***` for what stands before the host of an address, and for its query.

    `name@sha256:...` stays what it is, as does `ada@example.org` without a scheme: there is no password in it.
    """
    if not _QUICK.search(text):
        return text
    text = _AFTER_SCHEME.sub(rf"\g<scheme>{HIDDEN}@", text)
    text = _PAIR.sub(rf"\g<before>{HIDDEN}@", text)
    return _QUERY.sub(rf"\g<address>?{HIDDEN}", text)


def without_secrets(text: str) -> str:
    """Text of a file with `***` for what `redacted` hides, for tokens of a known shape, and for literals of secrets.

    That is a value in quotes, or one with a digit at the end of a line, of a name such as `password` or `api_key`. A
    value of no shape and of another name is not known to be a secret.
    """
    text = _TOKEN.sub(HIDDEN, redacted(text))
    return _ASSIGNED.sub(lambda found: f"{found['name']}{found['quote'] or ''}{HIDDEN}{found['quote'] or ''}", text)


def has_user_part(argument: str) -> bool:
    """Whether a whole argument that should be a name or an address has something before an `@` that is not a digest's.

    Such an argument must not be repeated, not in part: where its password ends is unknown.
    """
    return _MARK.search(argument) is not None


def may_have_password(word: str) -> bool:
    """Whether a word of a line, whatever it was meant to be, has something like `user:password@`.

    No message repeats such a word: only a parser of that kind of word could tell where its password ends.
    """
    return _WITH_PASSWORD.search(word) is not None


def is_address_with_user(path: str) -> bool:
    """Whether what stands where a path belongs is an address with a user part: `https://ada:...@host/name`."""
    return _ADDRESS.match(path) is not None and has_user_part(path)


def host_after_user_part(argument: str) -> str:
    """The host that such an argument leads to, "" where that is not plain to see."""
    *_, rest = _MARK.split(argument)
    host = re.match(r"(?:[a-z0-9]|[a-z0-9][a-z0-9.-]*[a-z0-9])(?::\d{1,5})?(?=[/\\?#]|\Z)", rest, re.IGNORECASE)
    return host[0] if host else ""
