"""The SPDX name of a licence's text, for the licences that are usual beside models and data."""

from __future__ import annotations

import re

TEXT_LIMIT_BYTES = 256 << 10  # the longest usual licence, GPL-3.0, has 35 kB

# A phrase of the text, in small letters with single blanks; the first that matches counts, so the narrower stand first.
_PHRASES = (
    ("Apache-2.0", "apache license version 2.0, january 2004"),
    ("AGPL-3.0", "gnu affero general public license version 3"),
    ("LGPL-3.0", "gnu lesser general public license version 3"),
    ("LGPL-2.1", "gnu lesser general public license version 2.1"),
    ("GPL-3.0", "gnu general public license version 3"),
    ("GPL-2.0", "gnu general public license version 2"),
    ("MPL-2.0", "mozilla public license version 2.0"),
    ("CC0-1.0", "cc0 1.0 universal"),
    ("CC-BY-SA-4.0", "creative commons attribution-sharealike 4.0 international"),
    ("CC-BY-NC-4.0", "creative commons attribution-noncommercial 4.0 international"),
    ("CC-BY-4.0", "creative commons attribution 4.0 international"),
    ("Unlicense", "this is free and unencumbered software released into the public domain"),
    ("ISC", "permission to use, copy, modify, and/or distribute this software for any purpose with or without fee"),
    (
        "MIT",
        "permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated",
    ),
)
_BSD = "redistribution and use in source and binary forms, with or without modification, are permitted"
_BSD_THIRD_CLAUSE = "endorse or promote products derived from"


def spdx_name(text: str) -> str:
    """The licence's SPDX name; empty where it is not known."""
    plain = re.sub(r"\s+", " ", text[:TEXT_LIMIT_BYTES]).lower()
    if _BSD in plain:
        return "BSD-3-Clause" if _BSD_THIRD_CLAUSE in plain else "BSD-2-Clause"
    return next((name for name, phrase in _PHRASES if phrase in plain), "")
